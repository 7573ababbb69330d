import type { Prediction } from '../eso/predict.ts'
import { parseGjsonPath } from '../eso/property/gjson-path.ts'
import type { Reference } from '../model/reference.ts'
import type { VaultStore } from '../model/store.ts'
import { trimSlashes } from '../model/trim-slashes.ts'
import type { AuthType, VaultState } from '../model/vault-state.ts'
import type { Wanted, WantedFind, WantedRole, WantedSecret } from '../state/live/live-state.ts'
import { readTarget } from './read-target.ts'

const AUTH_TYPES: Readonly<Record<string, AuthType>> = {
  appRole: 'approle',
  kubernetes: 'kubernetes',
  ldap: 'ldap',
  userPass: 'userpass',
  jwt: 'jwt',
  cert: 'cert',
  iam: 'aws',
  gcp: 'gcp',
}

/**
 * What a server must be asked for these manifests, by Vault namespace (`''`: the one of the settings). Each secret path, role
 * and mount stands in it once, however many references use it; stores whose fields are not fully known are not asked about.
 */
export function wantedOf(
  prediction: Prediction,
  declared: VaultState,
  options: {
    readonly authConfig: boolean
    readonly policiesOfStore: (name: string) => readonly string[] | undefined
    /** Roles that somebody asks about and that no store need use. */
    readonly roles?: readonly WantedRole[]
  },
): Map<string, Wanted> {
  const byNamespace = new Map<string, Collector>()
  const collect = (namespace: string | undefined) => {
    const key = trimSlashes(namespace ?? '')
    const known = byNamespace.get(key)
    if (known !== undefined) return known
    const made = new Collector()
    byNamespace.set(key, made)
    return made
  }
  for (const store of [...prediction.stores, ...prediction.generators]) {
    if (!('path' in store) || store.holes.length > 0 || store.notChecked !== undefined) continue
    const wanted = collect(store.vaultNamespace)
    if (store.path !== undefined && trimSlashes(store.path) !== '') wanted.mounts.add(trimSlashes(store.path))
    // Roles and policies are those of the login's Vault namespace (eso.md §5.4).
    const login = collect(store.authNamespace ?? store.vaultNamespace)
    for (const name of options.policiesOfStore(store.name) ?? []) login.policies.add(name)
    collectAuth(login, store)
  }
  for (const reference of prediction.references) collectReference(reference, collect)
  // Policies that Git declares are compared with the server's of the same name; roles name the rest.
  const root = collect('')
  for (const role of options.roles ?? []) {
    const known = `${role.authMount} ${role.name}`
    root.authMounts.add(role.authMount)
    if (!root.roles.has(known)) root.roles.set(known, role)
  }
  for (const role of declared.roles)
    for (const policy of role.policies ?? []) if (!policy.includes('$')) root.policies.add(policy)
  return new Map([...byNamespace].map(([namespace, collector]) => [namespace, collector.wanted(options.authConfig)]))
}

function collectAuth(wanted: Collector, store: VaultStore): void {
  const { auth } = store
  if (auth?.mount === undefined || trimSlashes(auth.mount) === '') return
  const authMount = trimSlashes(auth.mount)
  wanted.authMounts.add(authMount)
  if (auth.role === undefined || auth.role === '') return
  const type = AUTH_TYPES[auth.method]
  wanted.roles.set(`${authMount} ${auth.role}`, { authMount, name: auth.role, ...(type === undefined ? {} : { type }) })
}

function collectReference(reference: Reference, collect: (namespace: string | undefined) => Collector): void {
  if (reference.store.found !== 'vault' || reference.skipped !== undefined) return
  const { store } = reference.store
  if (store.notChecked !== undefined) return
  const wanted = collect(store.vaultNamespace)
  const kv = store.version === 'v1' ? 1 : 2
  if (reference.operation === 'find' && reference.holes.length === 0 && store.path !== undefined) {
    const find: WantedFind = { mount: trimSlashes(store.path), path: trimSlashes(reference.find?.path ?? ''), kv }
    wanted.finds.set(`${find.mount} ${find.path}`, find)
    // A path that names a secret lists nothing: then `extract` is meant.
    if (find.path !== '') wanted.secret({ mount: find.mount, key: find.path, withKeys: false, kv, aside: true })
    return
  }
  const target = readTarget(reference, store)
  if (target === undefined) return
  const { mount, key, withKeys, version } = target
  const keyPaths = keyPathsOf(reference.property ?? '')
  wanted.secret({ mount, key, withKeys, kv, keyPaths, ...(version === undefined ? {} : { version }) })
}

/** A property as ESO looks for it: the key of that very name first, then the way that gjson takes (eso.md §4.1). */
function keyPathsOf(property: string): readonly (readonly string[])[] {
  if (property === '') return []
  const parsed = parseGjsonPath(property)
  const way = 'steps' in parsed && parsed.steps.every(({ wild }) => wild === undefined) ? parsed.steps : []
  return [[property], ...(way.length === 0 ? [] : [way.map(({ text }) => text)])]
}

class Collector {
  readonly mounts = new Set<string>()
  readonly authMounts = new Set<string>()
  readonly policies = new Set<string>()
  readonly roles = new Map<string, WantedRole>()
  readonly secrets = new Map<string, WantedSecret>()
  readonly finds = new Map<string, WantedFind>()

  /** The same secret may be wanted for its keys by one reference and for its existence by another. */
  secret(wanted: WantedSecret): void {
    const id = `${wanted.mount} ${wanted.key} ${wanted.version ?? ''}`
    const known = this.secrets.get(id)
    const { aside, ...secret } = wanted
    this.secrets.set(id, {
      ...secret,
      withKeys: wanted.withKeys === true || known?.withKeys === true,
      keyPaths: [...(known?.keyPaths ?? []), ...(wanted.keyPaths ?? [])],
      ...(aside === true && (known === undefined || known.aside === true) ? { aside } : {}),
    })
  }

  wanted(authConfig: boolean): Wanted {
    return {
      mounts: [...this.mounts],
      authMounts: [...this.authMounts],
      authConfig,
      roles: [...this.roles.values()],
      policies: [...this.policies],
      secrets: [...this.secrets.values()],
      finds: [...this.finds.values()],
    }
  }
}
