import type { Env } from '../settings/environment.ts'
import type { Settings } from '../settings/settings.ts'
import { parseAddress } from '../state/live/address.ts'
import { loadCaCertificate } from '../state/live/certificate.ts'
import { openClient, type VaultClient } from '../state/live/client.ts'
import { preflight } from '../state/live/health.ts'
import type { ServerFacts, TokenFacts } from '../state/live/live-state.ts'
import { type Login, logIn } from '../state/live/login.ts'
import { revokeToken } from '../state/live/revoke.ts'
import { lookUpToken } from '../state/live/token.ts'
import { createTransport } from '../state/live/transport.ts'
import { knownServer } from './known-server.ts'

/** A server that answered, and a token that it accepts. */
export interface OpenVault {
  readonly client: VaultClient
  readonly server: ServerFacts
  readonly token: TokenFacts
  readonly login: Login
  /** One line for reports: `OpenBao 2.7.1 at https://vault.example.com`. */
  readonly name: string
  /** Ends the token that the login made; the answer is a sentence to show, or nothing. */
  readonly revoke: () => Promise<string | undefined>
  readonly close: () => void
}

export interface OpenVaultDeps {
  readonly env: Env
  readonly mask: (secret: string) => void
  readonly getIdToken?: (audience?: string) => Promise<string>
}

/**
 * Reaches the one server of the settings and logs in.
 *
 * @throws VaultUnavailable (outcome `incomplete`) and LiveSettingsError (outcome `invalid`), each with what to do.
 */
export async function openVault(
  settings: Settings,
  deps: OpenVaultDeps,
  write = false,
): Promise<OpenVault | undefined> {
  const { vault } = settings
  if (vault === undefined) return undefined
  const caSource = vault.caCertificate
  const caCertificates =
    caSource === undefined ? [] : await loadCaCertificate('pem' in caSource ? caSource.pem : caSource.file)
  const transport = createTransport({ address: parseAddress(vault.address), caCertificates, proxyEnv: deps.env })
  const server = await preflight(transport, knownServer(settings.config.vault.product))
  const login = await logIn({
    transport,
    login: vault.login,
    namespace:
      'namespace' in vault.login && vault.login.namespace !== undefined ? vault.login.namespace : vault.namespace,
    ...(deps.getIdToken === undefined ? {} : { getIdToken: deps.getIdToken }),
    env: deps.env,
    mask: deps.mask,
  })
  const client = await openClient({
    transport,
    token: login.token,
    namespace: vault.namespace,
    allowValueRead: settings.allowValueRead,
    readOnly: !write,
  })
  const token = await lookUpToken(client, login)
  const product = server.product === 'openbao' ? 'OpenBao' : server.product === 'vault' ? 'Vault' : 'Vault or OpenBao'
  return {
    client,
    server,
    token,
    login,
    name: `${product}${server.version === undefined ? '' : ` ${server.version}`} at ${transport.address.origin}`,
    revoke: async () => {
      if (settings.skipTokenRevoke) return undefined
      // Revoking is a write, which a read-only client refuses by design; this one request has a client of its own.
      const ender = await openClient({ transport, token: login.token, namespace: vault.namespace, readOnly: false })
      return (await revokeToken(ender, login)).warning
    },
    close: () => transport.close(),
  }
}
