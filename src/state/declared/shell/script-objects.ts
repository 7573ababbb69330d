import type { SourceFile } from '../../../files/source-file.ts'
import { stringAt } from '../../../model/value.ts'
import type { DeclaredYaml } from '../declared.ts'
import { repositoryFiles } from '../file-lookup.ts'
import { emptyHarvest } from '../harvest.ts'
import { isShellFile, wholeScript } from '../shell-files.ts'
import type { AppliedObject, FoundObject } from '../terraform/object-body.ts'
import { objectsFromText } from '../terraform/object-text.ts'
import { readScript } from './read-script.ts'

const GROUP = 'external-secrets.io'
/** `kubectl apply -f -`, as far as a look at the text tells: whether the script is worth running through. */
const APPLIES = /\b(?:kubectl|oc|k)\b[^\n|;]*\b(?:apply|create|replace)\b/

/**
 * External Secrets' own objects that a script applies: `kubectl apply -f - <<EOF`, a text that is piped into it, a file that the script
 * wrote before (forms.md §3). Loops turn, functions are followed, and what nothing tells stands as `${…}`.
 */
export function scriptObjects(files: readonly SourceFile[], yaml: DeclaredYaml): AppliedObject[] {
  const scripts = files.filter((file) => isShellFile(file) && file.text.includes(GROUP) && APPLIES.test(file.text))
  if (scripts.length === 0) return []
  const lookup = repositoryFiles(files)
  return scripts.flatMap((source) => {
    const found: FoundObject[] = []
    const placed = wholeScript(source)
    readScript(placed, {
      source,
      form: 'shell',
      harvest: emptyHarvest(),
      yaml,
      files: lookup,
      applied: (text, own, span) => void found.push(...objectsFromText(text, own, yaml, span)),
    })
    return distinct(found).flatMap((object, document) => appliedObject(object, source, document))
  })
}

export function appliedObject(found: FoundObject, source: SourceFile, document: number): AppliedObject[] {
  const { apiVersion, kind } = found.body
  if (typeof apiVersion !== 'string' || typeof kind !== 'string' || !apiVersion.includes(GROUP)) return []
  return [
    {
      ...found,
      source,
      document,
      apiVersion,
      kind,
      name: stringAt(found.body, 'metadata', 'name') ?? '',
      namespace: stringAt(found.body, 'metadata', 'namespace'),
      embedded: () => undefined,
      appliedBy: 'command',
    },
  ]
}

/** What both sides of a branch apply alike, or a function that is called twice, is one object. */
function distinct(found: readonly FoundObject[]): FoundObject[] {
  return [...new Map(found.map((object) => [JSON.stringify([object.body, object.span.line]), object])).values()]
}
