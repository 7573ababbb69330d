/**
 * Whether one of a role's `bound_service_account_names` or `_namespaces` admits a name: `*` alone is anything, and a `*` inside a
 * value stands for any text; anchored, case-sensitive, no `?` and no classes (vault.md §4.6).
 */
export function boundTo(bound: readonly string[], name: string): boolean {
  return bound.some((pattern) => globMatches(pattern, name))
}

function globMatches(pattern: string, name: string): boolean {
  const parts = pattern.split('*')
  const first = parts[0] ?? ''
  if (parts.length === 1) return pattern === name
  const last = parts[parts.length - 1] ?? ''
  if (!name.startsWith(first) || !name.endsWith(last) || name.length < first.length + last.length) return false
  let at = first.length
  const end = name.length - last.length
  for (const part of parts.slice(1, -1)) {
    const found = name.indexOf(part, at)
    if (found < 0 || found + part.length > end) return false
    at = found + part.length
  }
  return true
}
