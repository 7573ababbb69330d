import type { ServerFacts } from '../state/live/live-state.ts'

/** For reports: `OpenBao 2.7.1 at https://vault.example.com`. */
export function serverName(
  { product, version }: Partial<Pick<ServerFacts, 'product' | 'version'>>,
  address: string,
): string {
  const called = product === 'openbao' ? 'OpenBao' : product === 'vault' ? 'Vault' : 'Vault or OpenBao'
  return `${called}${version === undefined ? '' : ` ${version}`} at ${address}`
}
