import { compileGlob } from '../model/glob.ts'

/**
 * Whether one of a role's `bound_service_account_names` or `_namespaces` admits a name: `*` alone is anything, and a `*` inside a
 * value stands for any text; anchored, case-sensitive, no `?` and no classes (vault.md §4.6).
 */
export function boundTo(bound: readonly string[], name: string): boolean {
  return bound.some((pattern) => {
    const compiled = compileGlob(pattern, {})
    return compiled.ok && compiled.fits(name)
  })
}
