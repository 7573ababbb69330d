import { isUnencrypted, parseAddress } from './address.ts'
import { loadCaCertificate, loadClientCertificate } from './certificate.ts'
import { openClient, type VaultClient } from './client.ts'
import { LiveSettingsError } from './errors.ts'
import { type KnownServer, preflight } from './health.ts'
import type { GetIdToken } from './id-token.ts'
import { type Login, type LoginMethod, type LoginOptions, logIn } from './login.ts'
import type { Session } from './read-live.ts'
import { type Revoked, revokeToken } from './revoke.ts'
import { lookUpToken } from './token.ts'
import { createTransport, type TransportOptions } from './transport.ts'

/** Settings of one server, as text; the environment is not read. */
export interface ConnectOptions {
  readonly address: string
  readonly caCertificate?: string
  /** Settings as for `caCertificate`. */
  readonly clientCertificate?: { readonly certificate: string; readonly key: string } | undefined
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>>
  /** Vault namespace that is read. */
  readonly namespace?: string
  /** Vault namespace of the auth mount; default `namespace`. `''` is the root namespace. */
  readonly authNamespace?: string
  readonly login: LoginMethod
  /** Default: the runner's endpoint. */
  readonly getIdToken?: GetIdToken
  /** For what only the runner tells (`ACTIONS_ID_TOKEN_REQUEST_*`). */
  readonly env: Readonly<Record<string, string | undefined>>
  readonly mask: (secret: string) => void
  readonly known?: KnownServer
  readonly allowValueRead?: boolean
  /**
   * What is asked for or planned in a Vault namespace must come about there: a server that takes no notice of the namespace is refused.
   * Default: a warning.
   */
  readonly needsNamespaces?: boolean
  /** Default true; `apply` says false. */
  readonly readOnly?: boolean
  readonly transport?: Omit<TransportOptions, 'address' | 'caCertificates'>
}

export interface Connection extends Session {
  readonly login: Login
  /** Sentences worth showing once. */
  readonly warnings: readonly string[]
  /** Ends the token if it is ours, then the connections. Never throws. */
  readonly end: (also?: { readonly usersToken: boolean }) => Promise<Revoked>
}

/** For the end of the token, whatever time the run took: a token that lives on is worse than ten seconds. */
const END_MS = 10_000

/**
 * Connects to the one server: health, login, and what the token is.
 *
 * @throws LiveSettingsError for settings that cannot be right, VaultUnavailable when the server cannot be used.
 */
export async function connect(options: ConnectOptions): Promise<Connection> {
  const address = parseAddress(options.address)
  const transport = createTransport({ ...options.transport, ...(await shownToServer(options)), address })
  let login: Login | undefined
  let authClient: VaultClient | undefined
  try {
    const server = await preflight(transport, options.known)
    const authNamespace = options.authNamespace ?? options.namespace
    const ignored = server.enterprise === false ? [options.namespace, authNamespace].find(Boolean) : undefined
    if (ignored !== undefined && options.needsNamespaces === true)
      throw new LiveSettingsError(namespaceIgnored(ignored))
    const loginOptions: LoginOptions = {
      transport,
      login: options.login,
      namespace: authNamespace,
      env: options.env,
      mask: options.mask,
      ...(options.getIdToken ? { getIdToken: options.getIdToken } : {}),
    }
    login = await logIn(loginOptions)
    // The token lives in the namespace of its auth mount: there it is looked up and revoked.
    const tokenClient = await openClient({ transport, token: login.token, namespace: authNamespace })
    authClient = tokenClient
    const token = await lookUpToken(tokenClient, login)
    const { allowValueRead = false, readOnly = true, namespace } = options
    const client = await openClient({ transport, token: login.token, namespace, allowValueRead, readOnly })
    const whole: Login = { ...login, type: token.type ?? login.type }
    return {
      client,
      server,
      token,
      login: whole,
      warnings: [
        ...(isUnencrypted(address) ? [unencrypted(address)] : []),
        ...(ignored === undefined ? [] : [namespaceIgnored(ignored)]),
      ],
      end: async (also) => {
        transport.allowMore(END_MS)
        const revoked = await revokeToken(tokenClient.inNamespace(token.namespace), whole, also)
        transport.close()
        return revoked
      },
    }
  } catch (error) {
    // A token that was just made must not outlive a start that failed.
    transport.allowMore(END_MS)
    if (login && authClient) await revokeToken(authClient, login)
    transport.close()
    throw error
  }
}

/** What the post step of the Action kept of a session that was cut off. */
export interface SavedToken {
  readonly address: string
  readonly caCertificate?: string
  readonly clientCertificate?: ConnectOptions['clientCertificate']
  readonly headers?: Readonly<Record<string, string>>
  /** Vault namespace of the auth mount. */
  readonly authNamespace?: string
  readonly token: string
  readonly transport?: ConnectOptions['transport']
}

/** Ends a token from another process of the same job. Never throws. */
export async function revokeSavedToken(saved: SavedToken): Promise<Revoked> {
  try {
    const address = parseAddress(saved.address)
    const transport = createTransport({ ...saved.transport, ...(await shownToServer(saved)), address })
    const client = await openClient({ transport, token: saved.token, namespace: saved.authNamespace })
    const revoked = await revokeToken(client, { ours: true, type: undefined })
    transport.close()
    return revoked
  } catch (error) {
    const why = error instanceof LiveSettingsError ? error.message : 'the request could not be made.'
    return { revoked: false, warning: `The token was not revoked and lives until its TTL ends: ${why}` }
  }
}

/** What the settings say of how the server is reached, loaded. Its values are masked before the first request. */
async function shownToServer({
  caCertificate,
  clientCertificate,
  headers = {},
  mask = () => undefined,
}: Pick<ConnectOptions, 'caCertificate' | 'clientCertificate' | 'headers'> & {
  readonly mask?: (secret: string) => void
}): Promise<Pick<TransportOptions, 'caCertificates' | 'clientCertificate' | 'headers'>> {
  for (const value of Object.values(headers)) mask(value)
  const client = clientCertificate === undefined ? undefined : await loadClientCertificate(clientCertificate)
  if (client !== undefined) mask(client.key)
  return {
    caCertificates: caCertificate ? await loadCaCertificate(caCertificate) : [],
    ...(client === undefined ? {} : { clientCertificate: client }),
    headers,
  }
}

function namespaceIgnored(namespace: string): string {
  return `The Vault namespace ${namespace} is given, and this server is a Community Edition, which has no namespaces and takes no notice of that: everything is asked of, and would be written to, the root. Leave vault-namespace (and auth-namespace) out, or name another server.`
}

function unencrypted(address: URL): string {
  return `vault-addr is http://${address.host}: the token travels unencrypted. Use https:// wherever the network is not yours alone.`
}
