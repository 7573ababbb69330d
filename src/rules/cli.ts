import type { Chain } from '../chain/chain.ts'

/** The command line of the server's product; without a server, Vault's, which OpenBao's takes after. */
export function cliOf({ server }: Pick<Chain, 'server'>): 'bao' | 'vault' {
  return server.product === 'openbao' ? 'bao' : 'vault'
}
