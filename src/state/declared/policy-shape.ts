/** Files that are HCL too, but of Terraform, Packer, Nomad, Consul or the Vault server itself. */
const FOREIGN_BLOCKS = new Set(
  'resource data variable locals module provider terraform output moved import listener storage seal ui telemetry job source build packer service auto_auth template cache ha_storage service_registration disable_mlock api_addr cluster_addr vault client server'.split(
    ' ',
  ),
)

/**
 * Whether a text reads as a Vault policy: at its top level stands at least one `path "…" {` block, or it is the JSON form
 * (vault.md §1.1). A text with a mistake in it still does; judging that is the policy parser's work.
 */
export function looksLikePolicy(text: string): boolean {
  const start = text.search(/\S/)
  if (start < 0) return false
  return text[start] === '{' && text[start + 1] !== '{' ? isJsonPolicy(text) : hasPathBlock(text)
}

function isJsonPolicy(text: string): boolean {
  if (!/"path"\s*:/.test(text)) return false
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
    const path = (value as Record<string, unknown>).path
    return (
      typeof path === 'object' && path !== null && Object.keys(value).every((key) => key === 'path' || key === 'name')
    )
  } catch {
    return false
  }
}

const PIECE =
  /#[^\n]*|\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|"(?:\\.|[^"\\\n])*"?|%\{[^}\n]{0,500}\}|\$\{[^}\n]{0,500}\}|\{\{[^}\n]{0,500}\}\}|[{}[\]]|[A-Za-z_][\w.-]*|[^\s]/g
const COMMENT = /^(?:#|\/\/|\/\*)/
/** Directives of templates that make a policy out of this text: `%{ for … }`, `{{ range }}`. */
const DIRECTIVE = /^(?:%\{|\{\{|\$\{)/

/**
 * Walks the text outside strings and comments. At its top level may stand `word label… {`, `word = value`, commas and
 * directives; anything else there means that it is a script, or prose, in which a policy is only quoted.
 */
function hasPathBlock(text: string): boolean {
  let depth = 0
  let found = false
  let head: string | undefined
  let labels = 0
  let value = false
  for (const [piece] of text.matchAll(PIECE)) {
    if (COMMENT.test(piece)) continue
    if (piece === '{' || piece === '[') {
      if (depth === 0 && head === undefined && !value) return false
      if (piece === '{' && depth === 0 && head === 'path') found = true
      depth++
      value = false
    } else if (piece === '}' || piece === ']') {
      depth = Math.max(0, depth - 1)
      if (depth === 0) head = undefined
    } else if (depth > 0 || DIRECTIVE.test(piece)) continue
    else if (value) value = false
    else if (piece === '=' && head !== undefined && labels === 0) {
      head = undefined
      value = true
    } else if (head === undefined && /^[A-Za-z_]/.test(piece)) {
      if (FOREIGN_BLOCKS.has(piece)) return false
      head = piece
      labels = 0
    } else if (head !== undefined && /^["A-Za-z_]/.test(piece)) labels++
    else if (piece !== ',') return false
  }
  return found
}

export const POLICY_SUFFIXES = /(?:\.(?:hcl|policy|json|tpl|tftpl|tmpl|j2))+$/

/**
 * Names that a policy file may stand for, likeliest first: `external-secrets.hcl` is `external-secrets`; `x-policy.hcl` is
 * `x-policy`, or `x`; `x/policy.hcl` is `x`. Which one counts is decided by the roles (see read-declared.ts).
 */
export function policyNamesOfFile(path: string): string[] {
  const segments = path.split('/')
  const stem = (segments.at(-1) ?? '').replace(POLICY_SUFFIXES, '').toLowerCase()
  const folder = segments.at(-2)?.toLowerCase()
  if (stem === 'policy' || stem === '') return folder === undefined ? ['policy'] : [folder, 'policy']
  const bare = stem.replace(/[-_.]policy$/, '').replace(/^policy[-_.]/, '')
  return bare === stem || bare === '' ? [stem] : [stem, bare]
}
