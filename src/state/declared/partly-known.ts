import type { PartlyKnown } from '../../model/vault-state.ts'

const HOLE = /\$\{[^}]*\}/g

/**
 * Whether a name that Git gives only in part (`${TEAM}-reader`) may be the one that is looked for. A fact that may be meant is
 * a reason to say "unknown", never "absent" (field.md §4).
 */
export function couldBeNamed(name: string, { unknown }: PartlyKnown, wanted: string): boolean {
  if (unknown.length === 0 || !name.includes('${')) return name === wanted
  const parts = name.split(HOLE)
  const first = parts[0] ?? ''
  const last = parts.at(-1) ?? ''
  if (!wanted.startsWith(first)) return false
  let at = first.length
  for (const part of parts.slice(1, -1)) {
    const found = wanted.indexOf(part, at)
    if (found < 0) return false
    at = found + part.length
  }
  return wanted.length - last.length >= at && wanted.endsWith(last)
}

/** Lower-cases all but the names of variables (vault.md §1.6: names are stored in lower case). */
export function lowerCaseName(name: string, unknown: readonly string[]): string {
  if (unknown.length === 0) return name.toLowerCase()
  let result = ''
  let from = 0
  for (const hole of name.matchAll(HOLE)) {
    result += name.slice(from, hole.index).toLowerCase() + hole[0]
    from = hole.index + hole[0].length
  }
  return result + name.slice(from).toLowerCase()
}

/** Whether the text is one variable and nothing else: then not even the number of items in it is known. */
export function isWhollyUnknown(text: string, unknown: readonly string[]): boolean {
  return unknown.some((name) => text === `\${${name}}`)
}

/**
 * Whether `{{…}}` holds what Vault fills in, or drops the rule for: a directive of its own (vault.md §2.7), or one that only Vault's
 * names could make (`auth.kubernetes.token_meta_…`). Helm's begin with a dot, and Jinja's seldom have three parts.
 */
export function isVaultDirective(directive: string): boolean {
  return (
    /^(?:identity|time)\./.test(directive) ||
    /^(?:auth|entity|alias|kubernetes|token)\.[\w-]+\.[\w.-]+$/.test(directive)
  )
}

/**
 * Template parts of a name that something fills in before Vault sees it (Flux, Terraform, Helm, Jinja, a workflow, a reader):
 * as `${…}` in the text, and their names. Vault's own templates (`{{identity.…}}`, vault.md §2.7) stay as they are.
 */
export function withTemplateHoles(text: string): { readonly text: string; readonly unknown: readonly string[] } {
  const unknown = new Set<string>()
  const plain = text
    .replace(/\$?\{\{-?[ \t]{0,20}([^{}\n]{0,300}?)[ \t]{0,20}-?\}\}/g, (whole, inner: string) =>
      inner.startsWith('identity.') ? whole : `\${${inner}}`,
    )
    .replace(/<([A-Za-z][\w. -]{0,100})>/g, '${$1}')
  for (const match of plain.matchAll(/\$\{([^}]*)\}/g)) unknown.add(match[1] ?? '')
  return { text: plain, unknown: [...unknown] }
}
