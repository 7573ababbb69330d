import type { OfflineReason } from '../model/reason.ts'
import { trimSlashes } from '../model/trim-slashes.ts'
import type { Config } from './config-file.ts'
import type { Environment } from './environment.ts'
import type { GivenReader } from './given.ts'
import type { InputName } from './input-table.ts'
import type { CaCertificate, Login, VaultSettings } from './settings.ts'
import { didYouMean, eitherOf, quoted } from './shape.ts'

export type VaultOrNot =
  | { readonly vault: VaultSettings; readonly offlineBecause: undefined }
  | { readonly vault: undefined; readonly offlineBecause: OfflineReason }

const KUBERNETES_TOKEN = '/var/run/secrets/kubernetes.io/serviceaccount/token'

/** Inputs that only mean something to a login. */
const LOGIN_INPUTS = [
  'auth-mount',
  'auth-role',
  'auth-audience',
  'auth-namespace',
  'role-id',
  'secret-id',
  'kubernetes-token-path',
  'username',
  'password',
  'auth-payload',
] as const satisfies readonly InputName[]

/**
 * Which server is asked, and as whom. No credentials means offline, never an error: forks, Dependabot and laptops get the full
 * static check (design §3).
 */
export function readVaultSettings(given: GivenReader, config: Config, environment: Environment): VaultOrNot {
  // Whatever the inputs say: these files could name the paths that are then asked for, or granted.
  const { foreignHead } = environment.ci
  if (foreignHead !== undefined) return { vault: undefined, offlineBecause: foreignHead }
  const clientCertificate = readClientCertificate(given, environment)
  const login = readLogin(given, environment, clientCertificate !== undefined)
  const address = readAddress(given, config, environment)
  const namespace = given.text('vault-namespace') ?? config.vault.namespace ?? environment.vault.namespace
  const caCertificate = readCaCertificate(given, environment)
  const headers = readHeaders(given)
  if (login === undefined) return { vault: undefined, offlineBecause: noLogin(address !== undefined, environment) }
  if (address === undefined) {
    const named = given.text('vault-addr') ?? config.vault.address ?? environment.vault.address
    if (named === undefined && (given.text('vault-token') ?? given.text('auth-method')) !== undefined) {
      given.problem('vault-addr', 'is missing: credentials are given, but no server to use them on.')
    }
    return { vault: undefined, offlineBecause: { code: 'no-address' } }
  }
  return {
    vault: {
      address,
      namespace: trimSlashes(namespace ?? '') || undefined,
      caCertificate,
      clientCertificate,
      headers,
      login,
    },
    offlineBecause: undefined,
  }
}

function noLogin(withAddress: boolean, { ci }: Environment): OfflineReason {
  return { code: ci.withoutSecrets ?? (withAddress ? 'no-credentials' : 'nothing-given') }
}

/**
 * The address that a token may go to. A pull request can change the config file, so an address that only this file names gets no
 * credentials (design §1 promise 9, platform.md §7 threat 1).
 */
function readAddress(given: GivenReader, config: Config, environment: Environment): string | undefined {
  const input = given.text('vault-addr')
  if (input !== undefined) {
    const address = normalAddress(input)
    if (typeof address === 'string') return address
    given.problem('vault-addr', address.wrong)
    return undefined
  }
  const fromEnvironment = environment.vault.address
  const fromConfig = config.vault.address
  if (fromEnvironment === undefined) {
    if (fromConfig !== undefined && hasCredentials(given, environment)) {
      given.problem(
        'vault-addr',
        `is missing: ${config.file} names ${quoted(fromConfig)}, but a pull request can change that file, so no token goes to an address that stands only there. Give the address here or in VAULT_ADDR.`,
      )
    }
    return undefined
  }
  const address = normalAddress(fromEnvironment)
  if (typeof address !== 'string') {
    given.problem('vault-addr', `is missing, and BAO_ADDR or VAULT_ADDR ${address.wrong}`)
    return undefined
  }
  if (fromConfig !== undefined && normalAddress(fromConfig) !== address) {
    given.problem(
      'vault-addr',
      `is missing, and the two other places differ: ${config.file} says ${quoted(fromConfig)}, the environment says ${quoted(address)}. Say here which one is meant.`,
    )
  }
  return address
}

function hasCredentials(given: GivenReader, environment: Environment): boolean {
  return [given.text('vault-token'), given.text('auth-method'), environment.vault.token].some((x) => x !== undefined)
}

/** `https://host:port/prefix` without a slash at the end, or what is wrong with it, as the rest of a sentence. */
function normalAddress(text: string): string | { readonly wrong: string } {
  const url = URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol) || url.hostname === '') {
    return { wrong: 'must be an address such as https://vault.example.com:8200.' }
  }
  if (url.username !== '' || url.password !== '') return { wrong: 'must not hold a user name or password.' }
  if (url.search !== '' || url.hash !== '') return { wrong: 'must not hold "?" or "#".' }
  const path = url.pathname.replace(/\/+$/, '')
  if (/(^|\/)(v1|ui)$/.test(path)) return { wrong: `must end before "${path}": give the server's address only.` }
  return `${url.origin}${path}`
}

function readCaCertificate(given: GivenReader, environment: Environment): CaCertificate | undefined {
  const text = given.text('ca-certificate')
  if (text === undefined) {
    return environment.vault.caCertFile === undefined ? undefined : { file: environment.vault.caCertFile }
  }
  if (text.includes('-----BEGIN CERTIFICATE-----')) return { pem: text }
  const decoded = Buffer.from(text, 'base64').toString('utf8')
  return decoded.includes('-----BEGIN CERTIFICATE-----') ? { pem: decoded } : { file: text }
}

/** The client certificate and its key, as they are given. */
export function readClientCertificate(
  given: GivenReader,
  environment: Environment,
): VaultSettings['clientCertificate'] {
  const certificate = given.text('client-certificate') ?? environment.vault.clientCertFile
  const key = given.text('client-key') ?? environment.vault.clientKeyFile
  if (certificate !== undefined && key !== undefined) return { certificate, key }
  if (certificate !== undefined) given.problem('client-key', 'is missing: `client-certificate` needs its private key.')
  if (key !== undefined) given.problem('client-certificate', 'is missing: `client-key` alone shows nobody who we are.')
  return undefined
}

/** Headers that the request itself or this program sets: another value would break the one or say something false. */
const OWN_HEADERS =
  /^(?:host|connection|content-length|content-type|transfer-encoding|accept|expect|upgrade|x-vault-.*)$/i

/** Extra headers, by name. */
export function readHeaders(given: GivenReader): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {}
  for (const [index, line] of (given.lines('vault-headers') ?? []).entries()) {
    const [, name = '', value = ''] = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\x20-\x7e\t]+)$/.exec(line) ?? []
    // The line may hold a secret: say which one, do not repeat it.
    if (name === '') given.problem('vault-headers', `takes \`Name: value\` lines; entry ${index + 1} is none.`)
    else if (OWN_HEADERS.test(name)) given.problem('vault-headers', `must not set ${name}: this program sets it.`)
    else headers[name] = value.trim()
  }
  return headers
}

/** Methods whose login this program knows; any other takes its body in `auth-payload`. */
const METHODS = ['token', 'jwt', 'approle', 'kubernetes', 'cert', 'userpass', 'ldap'] as const

type KnownMethod = (typeof METHODS)[number]

function readLogin(given: GivenReader, environment: Environment, certified: boolean): Login | undefined {
  const token = given.text('vault-token')
  const named = given.text('auth-method')?.trim()
  const method = METHODS.find((one) => one === named)
  if (named !== undefined && given.text('auth-payload') !== undefined) return readPayload(named, given)
  if (named !== undefined && method === undefined) {
    const near = didYouMean(named, METHODS)
    given.problem(
      'auth-method',
      `must be ${eitherOf(METHODS)}, not ${quoted(named)}.${near} Any other method needs its login's body in \`auth-payload\`.`,
    )
  }
  if (named === undefined) {
    const stray = LOGIN_INPUTS.filter((name) => given.text(name) !== undefined)
    for (const name of stray) given.problem(name, 'needs `auth-method` beside it.')
    const any = token ?? environment.vault.token
    return any === undefined ? undefined : { method: 'token', token: any }
  }
  if (method === undefined) return undefined
  if (method === 'token') {
    const any = token ?? environment.vault.token
    if (any !== undefined) return { method, token: any }
    return missing(given, environment, method, ['vault-token'])
  }
  if (token !== undefined) {
    given.problem('vault-token', `and \`auth-method: ${method}\` exclude each other: give one of them.`)
    return undefined
  }
  return loginBy(method, given, environment, certified)
}

/** The login of a method that only the user knows. */
function readPayload(method: string, given: GivenReader): Login | undefined {
  if (METHODS.some((one) => one === method)) {
    given.problem('auth-payload', `is for other methods: \`auth-method: ${method}\` has inputs of its own.`)
    return undefined
  }
  if (!/^[\w-]+$/.test(method)) {
    given.problem('auth-method', `must be the name of an auth method, not ${quoted(method)}.`)
    return undefined
  }
  if (given.text('vault-token') !== undefined) {
    given.problem('vault-token', `and \`auth-method: ${method}\` exclude each other: give one of them.`)
    return undefined
  }
  let payload: unknown
  try {
    payload = JSON.parse(given.text('auth-payload') ?? '')
  } catch {
    // The parser's message would quote the text.
    payload = undefined
  }
  if (typeof payload !== 'object' || payload === null || Array.isArray(payload)) {
    given.problem('auth-payload', 'must be a JSON object, such as {"role": "ci", "jwt": "…"}.')
    return undefined
  }
  return { method: 'payload', ...authPlace(method, given), payload: payload as Readonly<Record<string, unknown>> }
}

function authPlace(method: string, given: GivenReader) {
  return {
    mount: trimSlashes(given.text('auth-mount') ?? '').replace(/^auth\//, '') || method,
    namespace: trimSlashes(given.text('auth-namespace') ?? '') || undefined,
  }
}

function loginBy(
  method: Exclude<KnownMethod, 'token'>,
  given: GivenReader,
  environment: Environment,
  certified: boolean,
): Login | undefined {
  const { mount, namespace } = authPlace(method, given)
  const role = given.text('auth-role')
  switch (method) {
    case 'jwt':
      if (!environment.ci.oidc) {
        if (environment.ci.withoutSecrets === undefined) {
          given.problem(
            'auth-method',
            'is jwt, but the job may not ask GitHub for a token. Add `id-token: write` under `permissions:` of the job.',
          )
        }
        return undefined
      }
      return { method, mount, role, audience: given.text('auth-audience'), namespace }
    case 'approle': {
      const roleId = given.text('role-id')
      if (roleId === undefined) return missing(given, environment, method, ['role-id'])
      return { method, mount, roleId, secretId: given.text('secret-id'), namespace }
    }
    case 'kubernetes':
      if (role === undefined) return missing(given, environment, method, ['auth-role'])
      return { method, mount, role, tokenPath: given.text('kubernetes-token-path') ?? KUBERNETES_TOKEN, namespace }
    case 'cert':
      if (!certified) return missing(given, environment, method, ['client-certificate'])
      return { method, mount, role, namespace }
    case 'userpass':
    case 'ldap': {
      const username = given.text('username')
      const password = given.text('password')
      if (username === undefined || password === undefined) {
        return missing(given, environment, method, ['username', 'password'])
      }
      return { method, mount, username, password, namespace }
    }
  }
}

/** On a fork, a secret that is blank is no mistake of anybody. */
function missing(given: GivenReader, environment: Environment, method: string, names: readonly InputName[]): undefined {
  if (environment.ci.withoutSecrets !== undefined) return undefined
  for (const name of names) {
    if (given.text(name) === undefined) given.problem(name, `is missing: \`auth-method: ${method}\` needs it.`)
  }
  return undefined
}
