import type { FieldPath, Value } from '../../../model/value.ts'
import { wholeFile } from '../placed-text.ts'
import { readVaultCall } from '../shell/vault-call.ts'
import { harvestCall } from '../shell/vault-facts.ts'
import { WrittenFiles } from '../shell/written-files.ts'
import { literalText } from '../symbolic-text.ts'
import type { YamlContext } from './yaml-context.ts'

/** A container's `command: [vault, write, auth/…]`: words without a shell. Tells whether the list was one. */
export function readArgumentList(list: readonly Value[], path: FieldPath, context: YamlContext): boolean {
  if (!list.every((item) => typeof item === 'string' && !item.includes('\n')) || list.length < 3) return false
  const call = readVaultCall(list.map((item) => literalText(String(item), 0)))
  if (call === undefined) return false
  const { source, harvest, document, files } = context
  harvestCall(call, {
    source,
    harvest,
    form: 'yaml',
    placed: wholeFile(source.file, ''),
    span: document.spanOf(path),
    files: files.find,
    input: () => undefined,
    written: new WrittenFiles(),
  })
  return true
}
