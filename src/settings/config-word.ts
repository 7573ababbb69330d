import type { YamlDocument } from '../files/yaml/yaml-document.ts'
import type { InputProblem } from '../model/invalid-input.ts'
import type { Span } from '../model/span.ts'
import type { FieldPath } from '../model/value.ts'

/** Auth methods of ESO, by their names in a store. */
export const CONFIG_METHODS = [
  'kubernetes',
  'jwt',
  'appRole',
  'userPass',
  'ldap',
  'cert',
  'iam',
  'gcp',
  'tokenSecretRef',
] as const

/** Methods whose login names a role, and those whose login names a user. */
const NAME_A_ROLE: ReadonlySet<string> = new Set(['kubernetes'])
const NAME_A_USER: ReadonlySet<string> = new Set(['userPass', 'ldap'])
/** Methods that a ServiceAccount's token can log in by. */
const OF_SERVICE_ACCOUNTS: ReadonlySet<string> = new Set(['kubernetes', 'jwt'])

/** A store of the config: what Git's own does not say (`policies`), or all of a store that Git does not declare (`whole`). */
export interface ConfigStore {
  readonly policies: readonly string[] | undefined
  readonly whole: WholeStore | undefined
  readonly span: Span
}

export interface WholeStore {
  readonly kind: 'ClusterSecretStore' | 'SecretStore'
  readonly namespace: string | undefined
  readonly admits: readonly string[] | undefined
  readonly path: string | undefined
  readonly version: 'v1' | 'v2'
  readonly server: string | undefined
  readonly vaultNamespace: string | undefined
  readonly auth: RawAuth | undefined
  /** Where a key of the entry is written, or the entry. */
  readonly spanOf: (field: FieldPath) => Span
}

interface RawAuth {
  readonly method: (typeof CONFIG_METHODS)[number]
  readonly mount?: string
  readonly role?: string
  readonly username?: string
  readonly roleId?: string
  readonly serviceAccount?: string
  readonly audiences?: readonly string[]
  readonly vaultNamespace?: string
}

/** A role of the config; Vault's own names of the fields are in `state/declared`. */
export interface ConfigRole {
  readonly authMount: string
  readonly name: string
  readonly policies: readonly string[]
  readonly names: readonly string[] | undefined
  readonly namespaces: readonly string[] | undefined
  readonly audience: string | undefined
  readonly noDefaultPolicy: boolean
  readonly vaultNamespace: string | undefined
  readonly span: Span
}

/** A policy's name, and the file of its text. */
export interface ConfigPolicy {
  readonly name: string
  readonly file: string
  readonly span: Span
}

/** What the config says of a Vault and its users that Git does not. */
export interface ConfigWord {
  readonly stores: Readonly<Record<string, ConfigStore>>
  readonly roles: readonly ConfigRole[]
  readonly policies: readonly ConfigPolicy[]
}

export interface RawWord {
  readonly stores?: Readonly<Record<string, RawStore>>
  readonly roles?: Readonly<Record<string, RawRole>>
  readonly policies?: Readonly<Record<string, string>>
}

interface RawStore {
  readonly policies?: string[]
  readonly kind?: WholeStore['kind']
  readonly namespace?: string
  readonly admits?: string[]
  readonly path?: string
  readonly version?: 'v1' | 'v2'
  readonly server?: string
  readonly vaultNamespace?: string
  readonly auth?: RawAuth
}

interface RawRole {
  readonly policies: string[]
  readonly names?: string[]
  readonly namespaces?: string[]
  readonly audience?: string
  readonly noDefaultPolicy?: boolean
  readonly vaultNamespace?: string
}

export function wordOf(raw: RawWord, document: YamlDocument): ConfigWord {
  return {
    stores: Object.fromEntries(
      Object.entries(raw.stores ?? {}).map(([name, store]) => [name, storeOf(name, store, document)]),
    ),
    roles: Object.entries(raw.roles ?? {}).map(([key, role]) => {
      const { authMount, name } = splitRole(key)
      return {
        authMount,
        name,
        policies: role.policies,
        names: role.names,
        namespaces: role.namespaces,
        audience: role.audience,
        noDefaultPolicy: role.noDefaultPolicy === true,
        vaultNamespace: role.vaultNamespace,
        span: document.spanOf(['roles', key], 'key'),
      }
    }),
    policies: Object.entries(raw.policies ?? {}).map(([name, file]) => ({
      name,
      file,
      span: document.spanOf(['policies', name]),
    })),
  }
}

/** A mount may have slashes in it, the name of a role has none. */
export function splitRole(key: string): { readonly authMount: string; readonly name: string } {
  const at = key.lastIndexOf('/')
  return { authMount: key.slice(0, at), name: key.slice(at + 1) }
}

function storeOf(name: string, store: RawStore, document: YamlDocument): ConfigStore {
  const { policies, ...rest } = store
  const span = document.spanOf(['stores', name], 'key')
  if (Object.keys(rest).length === 0) return { policies, whole: undefined, span }
  const { kind = store.namespace === undefined ? 'ClusterSecretStore' : 'SecretStore', version = 'v2' } = rest
  return {
    policies,
    span,
    whole: {
      kind,
      namespace: rest.namespace,
      admits: rest.admits,
      path: rest.path,
      version,
      server: rest.server,
      vaultNamespace: rest.vaultNamespace,
      auth: rest.auth,
      spanOf: (field) => (field.length === 0 ? span : document.spanOf(['stores', name, ...field])),
    },
  }
}

/** What the shape cannot tell of these parts: which keys need each other. */
export function wordProblems({ stores = {} }: RawWord, document: YamlDocument): InputProblem[] {
  const problems: InputProblem[] = []
  for (const [name, store] of Object.entries(stores)) {
    const wrong = (field: FieldPath, message: string) => {
      const path = ['stores', name, ...field]
      const { line } = document.spanOf(path, field.length === 0 ? 'key' : 'value')
      problems.push({ file: document.file, line, message: `${path.join('.')}: ${message}` })
    }
    if (store.kind === 'SecretStore' && store.namespace === undefined)
      wrong([], 'a SecretStore needs `namespace`, the Kubernetes namespace that it stands in.')
    if (store.kind === 'ClusterSecretStore' && store.namespace !== undefined)
      wrong(['namespace'], 'a ClusterSecretStore has no namespace. Its Vault namespace is `vaultNamespace`.')
    if (store.admits !== undefined && (store.namespace !== undefined || store.kind === 'SecretStore'))
      wrong(['admits'], 'a SecretStore serves its own namespace alone.')
    if (store.auth !== undefined) authProblems(store.auth, (key, message) => wrong(['auth', ...key], message))
  }
  return problems
}

function authProblems(auth: RawAuth, wrong: (field: FieldPath, message: string) => void): void {
  const { method } = auth
  if (NAME_A_ROLE.has(method) && auth.role === undefined) wrong([], `the method ${method} needs \`role\`.`)
  if (NAME_A_USER.has(method) && auth.username === undefined) wrong([], `the method ${method} needs \`username\`.`)
  if (method === 'tokenSecretRef')
    for (const key of ['mount', 'role'] as const)
      if (auth[key] !== undefined) wrong([key], 'a token logs in nowhere: name its policies with `policies`.')
  if (auth.username !== undefined && !NAME_A_USER.has(method)) wrong(['username'], `the method ${method} has no user.`)
  if (auth.roleId !== undefined && method !== 'appRole') wrong(['roleId'], `the method ${method} has no role id.`)
  for (const key of ['serviceAccount', 'audiences'] as const)
    if (auth[key] !== undefined && !OF_SERVICE_ACCOUNTS.has(method))
      wrong([key], `the method ${method} logs in with no ServiceAccount.`)
  if (auth.audiences !== undefined && auth.serviceAccount === undefined)
    wrong(['audiences'], 'ESO asks for audiences of a `serviceAccount` alone.')
}
