/**
 * What this program writes, by the fields that its JSON has at the top. A file of these in the checkout (an artifact of an earlier step)
 * is not Git's word: a plan holds the very commands that a script would, and would turn what is missing into what is declared.
 */
const DOCUMENTS: readonly { readonly what: string; readonly fields: readonly string[] }[] = [
  { what: 'a plan', fields: ['version', 'digest', 'basis', 'steps', 'coverage'] },
  { what: 'a report', fields: ['version', 'outcome', 'findings', 'references', 'notChecked'] },
  { what: 'a snapshot of a server', fields: ['version', 'made', 'server', 'rights', 'mounts'] },
  { what: 'an explanation', fields: ['version', 'live', 'incomplete', 'stores', 'sessions'] },
  { what: 'a list of references', fields: ['version', 'paths', 'notChecked'] },
  { what: 'a policy for CI', fields: ['version', 'rules', 'notes'] },
]

/** The first line of a summary, a comment and an issue; a text that only tells about them has it elsewhere. */
const MARKDOWN = /^\s*<!-- eso-vault /

/** What of this program's own output a text is, for a sentence; `undefined`: none. */
export function ownOutput(text: string): string | undefined {
  if (MARKDOWN.test(text)) return 'a summary'
  if (!/^\s*\{/.test(text)) return undefined
  const likely = DOCUMENTS.filter(({ fields }) => fields.every((field) => text.includes(`"${field}"`)))
  if (likely.length === 0 && !text.includes('"eso-vault"')) return undefined
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null) return undefined
  const found = likely.find(({ fields }) => fields.every((field) => Object.hasOwn(value, field)))
  return found?.what ?? (isSarif(value) ? 'a SARIF report' : undefined)
}

function isSarif(value: object): boolean {
  const { runs } = value as { runs?: readonly { tool?: { driver?: { name?: unknown } } }[] }
  return Array.isArray(runs) && runs[0]?.tool?.driver?.name === 'eso-vault'
}
