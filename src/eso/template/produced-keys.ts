import type { Manifest } from '../../model/manifest.ts'
import { listAt, mapAt, textAt, valueAt } from '../field-value.ts'
import { patchOver } from '../patched.ts'
import { literalKeys } from './literal-keys.ts'
import type { SecretKeys } from './secret-keys.ts'
import { secretSpec, secretTemplate } from './template-fields.ts'

/**
 * The keys that end up in the target Secret of an ExternalSecret, or that a PushSecret has to push, given the keys of the data
 * (`secretKeys` of the ExternalSecret, or the keys of the PushSecret's source). With `template.data` and mergePolicy `Replace`
 * only the template's keys are written; a PushSecret's template adds to the source instead (eso.md §6.4, §6.6).
 */
export function producedKeys(manifest: Manifest, data: SecretKeys): SecretKeys {
  const found = secretSpec(manifest)
  if (found === undefined) return { known: new Set(), open: true, because: 'nothing is known of it' }
  const push = manifest.kind.endsWith('PushSecret')
  const block = secretTemplate(manifest)
  const templated = mapAt(block?.template, 'data') ?? {}
  const froms = listAt(block?.template, 'templateFrom')
  const empty = Object.keys(templated).length === 0 && froms.length === 0
  const keeps = push || empty || textAt(block?.template, 'mergePolicy') === 'Merge'

  const known = new Set(keeps ? data.known : [])
  const reasons: string[] = keeps && data.open ? [data.because] : []
  for (const key of Object.keys(templated)) {
    known.add(key)
    if (key.includes('${')) reasons.push(`the key \`${key}\` holds a variable`)
  }
  for (const from of froms) {
    if (!['', 'data'].includes((textAt(from, 'target') ?? '').toLowerCase())) continue
    const literal = textAt(from, 'literal')
    const written = literal === undefined ? [] : literalKeys(literal)
    for (const key of written ?? []) known.add(key)
    if (written === undefined) reasons.push('a templateFrom literal decides its keys when it is rendered')
    for (const kind of ['configMap', 'secret'] as const) {
      for (const item of listAt(from, kind, 'items')) {
        const key = textAt(item, 'key')
        if (textAt(item, 'templateAs') === 'KeysAndValues') {
          reasons.push(`the template in \`${textAt(from, kind, 'name')}\` decides its keys when it is rendered`)
        } else if (key !== undefined) known.add(key)
      }
    }
  }
  if (!push) {
    const creation = textAt(found.spec, 'target', 'creationPolicy')
    if (creation === 'Merge' || creation === 'CreateOrMerge') reasons.push('the Secret may hold keys of others')
    if (creation === 'None') return { known: new Set(), open: false, because: 'it makes no Secret' }
    const manifestTarget = valueAt(found.spec, ['target', 'manifest'])
    if (manifestTarget !== undefined && manifestTarget !== null) reasons.push('the target is no Secret')
  }
  const patch = block && patchOver(manifest, block.path)
  if (patch !== undefined) reasons.push('a patch changes its template')
  const [reason] = reasons
  const why = empty ? data.because : `its template writes ${keeps ? 'them too' : 'only its own keys'}`
  return { known, open: reason !== undefined, because: reason ?? why }
}
