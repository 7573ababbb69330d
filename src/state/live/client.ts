import { trimSlashes } from '../../model/trim-slashes.ts'
import { type Answer, toAnswer } from './answer.ts'
import { LiveSettingsError } from './errors.ts'
import { guard } from './guard.ts'
import { encodePath } from './paths.ts'
import type { Transport } from './transport.ts'

export interface ClientOptions {
  readonly transport: Transport
  /** `undefined`: requests without a token (login, health). */
  readonly token?: string | undefined
  /** `X-Vault-Namespace`; `undefined` or `''`: the root namespace. */
  readonly namespace?: string | undefined
  /** Default false: a request that would read a value is stopped. */
  readonly allowValueRead?: boolean
  /** Default true: only `apply` writes. */
  readonly readOnly?: boolean
}

/**
 * The API of one server, with one token, in one Vault namespace. Paths are written without `/v1/` and not percent-encoded;
 * every method gives the answer whatever its status, and throws VaultUnavailable when there is none.
 */
export interface VaultClient {
  readonly transport: Transport
  readonly namespace: string
  readonly allowValueRead: boolean
  readonly read: (path: string, query?: Readonly<Record<string, string | number>>) => Promise<Answer>
  readonly list: (path: string) => Promise<Answer>
  readonly write: (path: string, body: Readonly<Record<string, unknown>>) => Promise<Answer>
  readonly remove: (path: string) => Promise<Answer>
  /** Tells that a mount is KV, so that its metadata and subkeys may be read. */
  readonly knowKvMount: (path: string, version: 1 | 2) => void
  /** The same server and token in another Vault namespace; knows no mounts yet. */
  readonly inNamespace: (namespace: string | undefined) => VaultClient
}

/** What this program uses of node-vault, which brings the API's conventions and its errors. */
interface NodeVault {
  token: string
  namespace: string
  pathPrefix: string
  read: (path: string) => Promise<unknown>
  list: (path: string) => Promise<unknown>
  write: (path: string, data: unknown) => Promise<unknown>
  delete: (path: string) => Promise<unknown>
}
type NodeVaultFactory = (config: Record<string, unknown>) => NodeVault

/** Opens a client. node-vault is loaded here and not before, so that a check without a Vault never loads it. */
export async function openClient(options: ClientOptions): Promise<VaultClient> {
  const module = (await import('node-vault')) as unknown as { default: NodeVaultFactory }
  return clientWith(module.default, options)
}

function clientWith(factory: NodeVaultFactory, options: ClientOptions): VaultClient {
  const { transport, readOnly = true, allowValueRead = false } = options
  const token = checkHeader(options.token ?? '', 'The Vault token')
  const namespace = checkHeader(trimSlashes(options.namespace ?? ''), 'vault-namespace')
  const vault = factory({
    endpoint: transport.address.href.replace(/\/$/, ''),
    apiVersion: 'v1',
    // Ours instead of axios: node-vault hands each request over, and takes what we give back.
    'request-promise': { defaults: () => (request: NodeVaultRequest) => carry(transport, request) },
    // Whether path and method are texts, which the compiler knows.
    tv4: { validate: () => true },
    // Its debug output would print what is written.
    debug: () => {},
    // The generated commands are not used; without them nothing stores a login's token behind our back.
    commands: {},
    // LIST as the official client sends it: some proxies refuse unknown methods.
    noCustomHTTPVerbs: true,
  })
  // An empty value makes node-vault read VAULT_TOKEN, VAULT_NAMESPACE and VAULT_PREFIX by itself; these settle it.
  vault.token = token
  vault.namespace = namespace
  vault.pathPrefix = ''

  const kv = new Map<string, 1 | 2>()
  const limits = { known: { kv }, allowValueRead, readOnly }
  return {
    transport,
    namespace,
    allowValueRead,
    read: async (path, query = {}) => {
      guard('GET', path, limits)
      return settle(vault.read(encodePath(path) + toQuery(query)))
    },
    list: async (path) => {
      guard('LIST', path, limits)
      return settle(vault.list(encodePath(path)))
    },
    write: async (path, body) => {
      guard('POST', path, limits)
      return settle(vault.write(encodePath(path), body))
    },
    remove: async (path) => {
      guard('DELETE', path, limits)
      return settle(vault.delete(encodePath(path)))
    },
    knowKvMount: (path, version) => void kv.set(trimSlashes(path), version),
    inNamespace: (other) => clientWith(factory, { ...options, namespace: other }),
  }
}

interface NodeVaultRequest {
  readonly method: string
  readonly uri: string
  readonly headers: Readonly<Record<string, string>>
  readonly json?: unknown
}

interface NodeVaultResponse {
  readonly statusCode: number
  readonly body: unknown
  readonly request: { readonly path: string }
}

async function carry(transport: Transport, request: NodeVaultRequest): Promise<NodeVaultResponse> {
  const { method, uri, headers, json } = request
  const answer = await transport.send({ method, url: uri, headers, ...(json === undefined ? {} : { body: json }) })
  // The status travels in the body's place: node-vault gives only the body of a success back, and we need both.
  const body = { status: answer.status, body: answer.body }
  return { statusCode: answer.status, body, request: { path: uri } }
}

/** node-vault rejects what is not 200 or 204; both ways lead to the one thing `carry` gave. */
async function settle(reply: Promise<unknown>): Promise<Answer> {
  const carried = await reply.catch((error: unknown) => {
    const response = (error as { response?: { body?: unknown } }).response
    if (response === undefined) throw error
    return response.body
  })
  const { status, body } = carried as { status: number; body: unknown }
  return toAnswer(status, body)
}

function toQuery(query: Readonly<Record<string, string | number>>): string {
  const text = new URLSearchParams(
    Object.entries(query).map(([name, value]): [string, string] => [name, String(value)]),
  ).toString()
  return text ? `?${text}` : ''
}

/** A header that Node would refuse; the value itself is not shown. */
function checkHeader(value: string, name: string): string {
  if (/^[\x21-\x7e]*$/.test(value)) return value
  throw new LiveSettingsError(`${name} holds white space or a character that cannot stand in an HTTP header.`)
}
