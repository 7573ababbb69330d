import type { Deadline } from '../model/deadline.ts'
import type { Env } from '../settings/environment.ts'
import type { Settings } from '../settings/settings.ts'
import type { Connection, ConnectOptions, connect } from '../state/live/connect.ts'
import { knownServer } from './known-server.ts'
import { serverName } from './server-name.ts'

/** A server that answered, and a token that it accepts. */
export interface OpenVault extends Connection {
  /** For reports: `OpenBao 2.7.1 at https://vault.example.com`. */
  readonly name: string
}

export interface OpenVaultDeps {
  readonly env: Env
  readonly mask: (secret: string) => void
  /** When the whole run must be over; then no server is asked any more. */
  readonly deadline?: Deadline
  /** Retries, limits and clock of the connection, where they are not the usual ones. */
  readonly transport?: ConnectOptions['transport']
}

/**
 * Reaches the one server of the settings and logs in; only `apply` may write.
 *
 * @throws VaultUnavailable (outcome `incomplete`) and LiveSettingsError (outcome `invalid`), each with what to do.
 */
export async function openVault(
  settings: Settings,
  deps: OpenVaultDeps,
  { connect: open, readOnly }: { readonly connect: typeof connect; readonly readOnly: boolean },
): Promise<OpenVault | undefined> {
  const { vault } = settings
  if (vault === undefined) return undefined
  const ca = vault.caCertificate
  const authNamespace = 'namespace' in vault.login ? vault.login.namespace : undefined
  const connection = await open({
    address: vault.address,
    ...(ca === undefined ? {} : { caCertificate: 'pem' in ca ? ca.pem : ca.file }),
    clientCertificate: vault.clientCertificate,
    headers: vault.headers,
    ...(vault.namespace === undefined ? {} : { namespace: vault.namespace }),
    ...(authNamespace === undefined ? {} : { authNamespace }),
    login: vault.login,
    env: deps.env,
    mask: deps.mask,
    known: knownServer(settings.config.vault.product),
    allowValueRead: settings.allowValueRead,
    readOnly,
    needsNamespaces: settings.mode === 'plan' || settings.mode === 'apply' || settings.mode === 'snapshot',
    transport: {
      ...deps.transport,
      proxyEnv: deps.env,
      budgetMs: settings.vaultTimeoutMs,
      ...(deps.deadline === undefined ? {} : { deadline: deps.deadline }),
    },
  })
  return { ...connection, name: serverName(connection.server, connection.client.transport.address.origin) }
}
