import type { FieldPath, ValueMap } from '../../../model/value.ts'
import { folderOf, joinPath } from '../file-lookup.ts'
import { policyFact, wholeSpan } from '../harvest.ts'
import { withTemplateHoles } from '../partly-known.ts'
import { placedBySpans, spanOfLine } from '../placed-text.ts'
import type { YamlContext } from './yaml-context.ts'
import { textOf } from './yaml-values.ts'

/** Keys that say "here is a policy", not which one. */
const BODY_KEYS = new Set(
  'policy rules rule hcl content contents policy_hcl policyhcl policy_content policy_text policy_document policytext document text body value data acl raw definition'.split(
    ' ',
  ),
)
const NAME_KEYS = ['name', 'policy_name', 'policyName', 'policyname', 'title', 'id']

/**
 * A string that reads as a policy (field.md §4, "YAML data"). Its name stands beside it (`- name: x, rules: …`), is the key of
 * the map around it (`x: {policy: …}`), or its own key (`x: path "…"`); a key `x.hcl` is a file that a script may write.
 */
export function addPolicyText(text: string, path: FieldPath, parent: ValueMap | undefined, context: YamlContext): void {
  const { source, harvest, document } = context
  const placed = placedBySpans(source, text, (line) => document.spanOfTextLine(path, line))
  const key = path.at(-1)
  if (typeof key === 'string' && /\.(?:hcl|policy|json)$/.test(key)) {
    const relative = joinPath(folderOf(source.relative), key)
    harvest.files.push({ source: { ...source, relative, text }, placed, form: 'yaml' })
    return
  }
  const name = nameOf(path, parent)
  if (name === undefined) {
    const span = wholeSpan(placed)
    harvest.unnamed.push({ text, span, spanOfLine: (line) => spanOfLine(placed, line), form: 'yaml' })
    return
  }
  const named = withTemplateHoles(name)
  harvest.policies.push(policyFact({ name: named.text, unknown: named.unknown, placed, form: 'yaml', template: true }))
}

function nameOf(path: FieldPath, parent: ValueMap | undefined): string | undefined {
  const key = path.at(-1)
  if (typeof key !== 'string') return undefined
  if (!BODY_KEYS.has(key.toLowerCase())) return key
  for (const nameKey of NAME_KEYS) {
    const name = textOf(parent?.[nameKey])
    if (name !== undefined) return name
  }
  const around = path.at(-2)
  return typeof around === 'string' &&
    !BODY_KEYS.has(around.toLowerCase()) &&
    !/^(?:spec|for_?provider|vars|args|config)$/i.test(around)
    ? around
    : undefined
}
