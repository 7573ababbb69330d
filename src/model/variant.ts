/** The four ways in which servers match LIST requests (spec/vault.md §0, §2.1). */
export const VARIANTS = ['bao26', 'legacy', 'vault203', 'old'] as const
export type Variant = (typeof VARIANTS)[number]

/** What is evaluated when the server's version is not known: all but the oldest (spec/vault.md §0). */
export const DEFAULT_VARIANTS: readonly Variant[] = ['bao26', 'legacy', 'vault203']
