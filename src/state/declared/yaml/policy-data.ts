import type { FieldPath, ValueMap } from '../../../model/value.ts'
import { folderOf, joinPath } from '../file-lookup.ts'
import { policyFact, wholeSpan } from '../harvest.ts'
import { type PlacedText, placeAt, placedBySpans, placedLines, spanOfLine } from '../placed-text.ts'
import { fillTemplates } from './fill-templates.ts'
import type { YamlContext } from './yaml-context.ts'
import { textOf } from './yaml-values.ts'

/** Keys that say "here is a policy", not which one. */
const BODY_KEYS = new Set(
  'policy rules rule hcl content contents policy_hcl policyhcl policy_content policy_text policy_document policytext document text body value data acl raw definition'.split(
    ' ',
  ),
)
/** Keys of lists of policies: no policy is called so. */
const LISTS = /(?:^|[_-])(?:policies|rules|acls|paths)$|Policies$/
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
  const name = nameOfPolicy(path, parent)
  if (name === undefined) {
    const span = wholeSpan(placed)
    harvest.unnamed.push({ text, span, spanOfLine: (line) => spanOfLine(placed, line), form: 'yaml' })
    return
  }
  if (parent?.state === 'absent') return
  const named = fillTemplates(name, context.variables)
  harvest.policies.push(
    policyFact({
      name: String(named.value),
      unknown: named.unknown,
      assumed: named.assumed,
      placed: withVariables(placed, context.variables),
      form: 'yaml',
      template: true,
    }),
  )
}

/** The text with Ansible's variables filled in; lines stay where they are. */
function withVariables(placed: PlacedText, variables: ReadonlyMap<string, string>): PlacedText {
  if (variables.size === 0 || !placed.text.includes('{{')) return placed
  const text = placed.text.replace(/\{\{-?\s{0,10}([A-Za-z_]\w*)\s{0,10}-?\}\}/g, (whole, name: string) => {
    const value = variables.get(name)
    return value === undefined || value.includes('\n') ? whole : value
  })
  return text === placed.text
    ? placed
    : placedLines(placed.file, text, (line) => placeAt(placed, placed.lines[line - 1] ?? 0))
}

/** The name of the policy whose text, or rules, stand at the path. */
export function nameOfPolicy(path: FieldPath, parent: ValueMap | undefined): string | undefined {
  const key = path.at(-1)
  if (typeof key !== 'string') return undefined
  if (!BODY_KEYS.has(key.toLowerCase()) && !LISTS.test(key)) return key
  for (const nameKey of NAME_KEYS) {
    const name = textOf(parent?.[nameKey])
    if (name !== undefined) return name
  }
  const around = path.at(-2)
  return typeof around === 'string' &&
    !BODY_KEYS.has(around.toLowerCase()) &&
    !LISTS.test(around) &&
    !/^(?:spec|for_?provider|vars|args|config)$/i.test(around)
    ? around
    : undefined
}
