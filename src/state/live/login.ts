import { readFile } from 'node:fs/promises'
import type { IdClaims } from '../../model/id-claims.ts'
import { type Answer, sayAnswer, strings } from './answer.ts'
import { openClient, type VaultClient } from './client.ts'
import { LiveSettingsError, VaultUnavailable } from './errors.ts'
import { claimsOf } from './id-claims.ts'
import { type IdTokenSource, requestIdToken } from './id-token.ts'
import { join } from './paths.ts'

/** How to get a token; mounts are written without `auth/`. */
export type LoginMethod =
  | { readonly method: 'token'; readonly token: string }
  | {
      readonly method: 'jwt'
      readonly mount?: string
      readonly role?: string | undefined
      readonly audience?: string | undefined
    }
  | {
      readonly method: 'approle'
      readonly mount?: string
      readonly roleId: string
      readonly secretId?: string | undefined
    }
  | { readonly method: 'kubernetes'; readonly mount?: string; readonly role: string; readonly tokenPath?: string }
  /** Who we are is told by the client certificate of the connection. */
  | { readonly method: 'cert'; readonly mount?: string; readonly role?: string | undefined }
  /** Any other method, with the body of its login. */
  | { readonly method: 'payload'; readonly mount: string; readonly payload: Readonly<Record<string, unknown>> }
  | {
      readonly method: 'userpass' | 'ldap'
      readonly mount?: string
      readonly username: string
      readonly password: string
    }

export interface LoginOptions extends IdTokenSource {
  readonly login: LoginMethod
  /** Vault namespace of the auth mount; it may be a parent of the one that is read. */
  readonly namespace?: string | undefined
}

export interface Login {
  readonly token: string
  /** The token was made by this login: it is ours to revoke. */
  readonly ours: boolean
  readonly type: 'service' | 'batch' | undefined
  readonly numUses: number
}

const POD_TOKEN = '/var/run/secrets/kubernetes.io/serviceaccount/token'

/**
 * Gets a token from the one server.
 *
 * @throws LiveSettingsError when the settings lack something, VaultUnavailable when the server refuses, with its own reason.
 */
export async function logIn(options: LoginOptions): Promise<Login> {
  const { login, mask } = options
  if (login.method === 'token') {
    const token = login.token.trim()
    if (!token) throw new LiveSettingsError('vault-token is empty.')
    mask(token)
    return { token, ours: false, type: undefined, numUses: 0 }
  }
  const client = await openClient({ transport: options.transport, namespace: options.namespace })
  const { path, body, hint, claims } = await credentials(login, options)
  const answer = await client.write(path, body)
  const token = answer.auth?.client_token
  if (answer.status !== 200 || typeof token !== 'string' || !token)
    throw refused(client, path, answer, { hint, role: roleOf(login), claims })
  mask(token)
  const type = answer.auth?.token_type
  return {
    token,
    ours: true,
    type: type === 'service' || type === 'batch' ? type : undefined,
    numUses: Number(answer.auth?.num_uses ?? 0),
  }
}

interface Credentials {
  readonly path: string
  readonly body: Readonly<Record<string, unknown>>
  /** What to look at when the server refuses. */
  readonly hint: string
  /** What the login told of us. */
  readonly claims?: IdClaims | undefined
}

async function credentials(
  login: Exclude<LoginMethod, { method: 'token' }>,
  options: LoginOptions,
): Promise<Credentials> {
  const { mask } = options
  switch (login.method) {
    case 'jwt': {
      const jwt = await requestIdToken(options, login.audience)
      const path = join('auth', login.mount ?? 'jwt', 'login')
      // Without a role, the mount's default_role decides.
      const body = login.role ? { role: login.role, jwt } : { jwt }
      return { path, body, hint: jwtHint(login.audience), claims: claimsOf(jwt) }
    }
    case 'approle': {
      const { roleId, secretId } = { roleId: login.roleId.trim(), secretId: login.secretId?.trim() }
      if (!roleId) throw new LiveSettingsError('auth-method approle needs a role id.')
      if (secretId) mask(secretId)
      const body = secretId ? { role_id: roleId, secret_id: secretId } : { role_id: roleId }
      const hint = 'Check the role id, and that the secret id is neither expired nor used up.'
      return { path: join('auth', login.mount ?? 'approle', 'login'), body, hint }
    }
    case 'kubernetes': {
      const jwt = await podToken(login.tokenPath ?? POD_TOKEN)
      mask(jwt)
      const hint = "Check the role's bound service account names and namespaces, and that Vault can review tokens."
      const path = join('auth', login.mount ?? 'kubernetes', 'login')
      return { path, body: { role: login.role, jwt }, hint }
    }
    case 'cert': {
      const path = join('auth', login.mount ?? 'cert', 'login')
      const hint =
        "Check that the role's certificate signed the client certificate, and that it fits the role's allowed names."
      return { path, body: login.role ? { name: login.role } : {}, hint }
    }
    case 'payload': {
      for (const text of textsOf(login.payload)) mask(text)
      return { path: join('auth', login.mount, 'login'), body: login.payload, hint: 'Check `auth-payload`.' }
    }
    default: {
      if (!login.username) throw new LiveSettingsError(`auth-method ${login.method} needs a user name.`)
      mask(login.password)
      const path = join('auth', login.mount ?? login.method, 'login', login.username)
      return { path, body: { password: login.password }, hint: 'Check the user name and password.' }
    }
  }
}

/** Texts of a payload that may be a credential: not the role, and nothing so short that masking it would garble a log and hide nothing. */
function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return value.length < 8 ? [] : [value]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, inside]) => (name === 'role' ? [] : textsOf(inside)))
}

function jwtHint(audience: string | undefined): string {
  const shown = audience ? JSON.stringify(audience) : 'the default, the URL of the repository owner'
  return `Check that the role has role_type jwt, that its bound_audiences hold the audience of the token (${shown}), and that its bound_claims fit this workflow.`
}

async function podToken(path: string): Promise<string> {
  try {
    const token = (await readFile(path, 'utf8')).trim()
    if (token) return token
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unreadable'
    throw new LiveSettingsError(
      `auth-method kubernetes reads the pod's token from ${path}, which cannot be read (${code}). Run in a pod with a service account, or name the file.`,
    )
  }
  throw new LiveSettingsError(`auth-method kubernetes reads the pod's token from ${path}, which is empty.`)
}

function refused(
  client: VaultClient,
  path: string,
  answer: Answer,
  { hint, role, claims }: Pick<Credentials, 'hint' | 'claims'> & { readonly role: string | undefined },
): VaultUnavailable {
  const where = client.namespace ? ` in the Vault namespace ${client.namespace}` : ''
  const answered = sayAnswer('POST', path, answer)
  if (answer.auth?.mfa_requirement) {
    return new VaultUnavailable(
      'login',
      `${answered}: this login asks for a second factor, which a machine cannot give.`,
    )
  }
  if (answer.status === 404 || /no handler for route|unsupported path/.test(answer.errors.join())) {
    const mount = path.split('/login')[0] ?? path
    return new VaultUnavailable(
      'login',
      `${answered}: no auth method that can do this login is mounted at ${mount}${where}. Check auth-mount.`,
    )
  }
  // A mount that is not there answers 403 too: without a token, the ACL comes before the router.
  const mount =
    answer.status === 403 ? ' A wrong auth-mount or namespace gets the same answer: check auth-mount too.' : ''
  const said = Object.entries(claims ?? {}).map(([name, value]) => `${name}=${JSON.stringify(value)}`)
  return new VaultUnavailable(
    'login',
    `Vault refused the login${role === undefined ? '' : ` with role \`${role}\``}${where}: ${answered}. ${hint}${mount}${said.length === 0 ? '' : ` The token says ${said.join(', ')}.`}`,
    claims === undefined ? undefined : { mount: path.replace(/^auth\/|\/login$/g, ''), role, claims },
  )
}

function roleOf(login: LoginMethod): string | undefined {
  return 'role' in login ? login.role : undefined
}

/** Policies of a token, as a list without doubles. */
export function policiesOf(...lists: readonly unknown[]): readonly string[] {
  return [...new Set(lists.flatMap(strings))].sort()
}
