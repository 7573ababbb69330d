/** The four ways in which servers match LIST requests (spec/vault.md §0, §2.1). */
export const VARIANTS = ['bao26', 'legacy', 'vault203', 'old'] as const
export type Variant = (typeof VARIANTS)[number]

/** What is evaluated when the server's version is not known: all but the oldest (spec/vault.md §0). */
export const DEFAULT_VARIANTS: readonly Variant[] = ['bao26', 'legacy', 'vault203']

/** How people call the servers of each kind; releases between (1.14.0 to 1.14.5, 1.15.0 and 1.15.1) are left out of the names. */
export const SERVERS: Readonly<Record<Variant, string>> = {
  bao26: 'OpenBao 2.6 and later',
  legacy: 'Vault 1.14.6 to 2.0.2 and OpenBao before 2.6',
  vault203: 'Vault 2.0.3 and later',
  old: 'Vault before 1.13.10',
}
