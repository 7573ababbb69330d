import { identityOf } from '../../eso/identity.ts'
import type { Prediction } from '../../eso/predict.ts'
import { isVaultStore } from '../../eso/read-store.ts'
import type { Reference } from '../../model/reference.ts'
import type { Span } from '../../model/span.ts'
import type { Identity, VaultStore } from '../../model/store.ts'
import { trimSlashes } from '../../model/trim-slashes.ts'
import type { WantedAccess } from '../../policy/generate.ts'
import { failureText } from '../../report/reasons/failure.ts'
import { reasonText } from '../../report/reasons/not-checked.ts'
import type { Desired, DesiredState, PolicyForm, Unplanned } from './desired.ts'
import { desiredMounts } from './desired-mounts.ts'
import { desiredPolicies, type PolicyUser } from './desired-policies.ts'
import { type DesiredReviewer, type RoleUse, setUpRoles } from './desired-roles.ts'
import type { ServiceAccount } from './reviewer-facts.ts'

export interface SetupWishes {
  readonly policy: {
    /** May hold `{role}` and `{mount}`; `undefined`: the role's own name. */
    readonly name: string | undefined
    readonly form: PolicyForm
    readonly span: Span | undefined
  }
  /** As written (`1h`); `undefined`: not said. */
  readonly roleTtl: string | undefined
  readonly reviewer: DesiredReviewer
}

export interface DesireInput {
  readonly prediction: Pick<Prediction, 'stores' | 'generators' | 'references'>
  readonly wishes: SetupWishes
  /** `stores.<name>.policies` of the config: the policies of a store whose login names no role. */
  readonly policiesOfStore: (name: string) => readonly string[] | undefined
  /** The policy that a role gets instead of the one that `wishes` name: one that it has already. */
  readonly policyOfRole?: (namespace: string, authMount: string, role: string) => string | undefined
  /** The text of a `.hcl` file of the repository; `undefined`: there is none. */
  readonly textOf: (file: string) => string | undefined
}

/**
 * What the manifests and the config ask of Vault: one KV mount for each store path, one auth mount and its config, one policy for
 * each role, one role for each that the stores log in with.
 *
 * References that exist only once a finding is mended (`Reference.proposed`) count as well: their keys stand in the manifest, and a
 * policy without them would deny the very next commit.
 */
export function desire(input: DesireInput): Desired {
  const { prediction, wishes } = input
  const unplanned: Unplanned[] = []
  const stores = [...prediction.stores.filter(isVaultStore), ...prediction.generators]
  const known = stores.filter((store) => isKnown(store, unplanned))
  const uses = usesOf(known, prediction.references, unplanned, input.policyOfRole)
  const parts = new Map<string, { -readonly [K in keyof DesiredState]: DesiredState[K] }>()
  const partOf = (namespace: string) => {
    const part = parts.get(namespace) ?? {
      namespace,
      state: { mounts: [], authMounts: [], roles: [], policies: [] },
      accesses: new Map<string, readonly WantedAccess[]>(),
      form: wishes.policy.form,
      clients: new Map<string, readonly ServiceAccount[]>(),
    }
    parts.set(namespace, part)
    return part
  }
  for (const [namespace, mounts] of desiredMounts(known, unplanned)) {
    const part = partOf(namespace)
    part.state = { ...part.state, mounts }
  }
  const users: PolicyUser[] = []
  for (const [namespace, roles] of groupBy(uses.roles, (use) => use.namespace)) {
    const part = partOf(namespace)
    const { authMounts, facts } = setUpRoles(roles, wishes, unplanned)
    part.state = { ...part.state, authMounts, roles: facts }
    part.clients = clientsOf(roles)
    for (const use of roles) users.push(use)
  }
  users.push(...uses.tokens(input.policiesOfStore, unplanned))
  for (const [namespace, ofNamespace] of groupBy(users, (user) => user.namespace)) {
    const part = partOf(namespace)
    const { policies, accesses } = desiredPolicies(
      ofNamespace,
      wishes.policy,
      input.textOf,
      part.state.mounts,
      unplanned,
    )
    part.state = { ...part.state, policies }
    part.accesses = accesses
  }
  return { parts: [...parts.values()].sort((a, b) => (a.namespace < b.namespace ? -1 : 1)), unplanned }
}

/** Who logs in at each auth mount, as far as the manifests name them. */
function clientsOf(uses: readonly RoleUse[]): ReadonlyMap<string, readonly ServiceAccount[]> {
  return new Map(
    [...groupBy(uses, (use) => use.authMount)].map(([authMount, ofMount]) => {
      const clients = new Map<string, ServiceAccount>()
      for (const identity of ofMount.flatMap((use) => use.identities)) {
        if (identity.type !== 'serviceAccount' || identity.namespace === undefined || identity.name === '') continue
        const { namespace, name } = identity
        clients.set(`${namespace}/${name}`, { namespace, name })
      }
      return [authMount, [...clients.values()]]
    }),
  )
}

/** What a store says only in part cannot be set up from it. */
function isKnown(store: VaultStore, unplanned: Unplanned[]): boolean {
  const name = `${store.kind} ${store.namespace === undefined ? '' : `${store.namespace}/`}${store.name}`
  const { notChecked, holes, auth } = store
  const because =
    (notChecked && reasonText(notChecked)) ??
    (holes.length > 0 ? `it holds ${holes.join(', ')}, which nothing in Git resolves` : undefined) ??
    (auth?.failsWith && failureText(auth.failsWith))
  if (because === undefined) return true
  unplanned.push({
    message: `Nothing is planned for ${name}: ${because}.`,
    span: store.manifest.span,
    weight: 'note',
  })
  return false
}

interface Uses {
  readonly roles: readonly RoleUse[]
  /** Stores that log in without a role, with the policies that the config gives them. */
  readonly tokens: (policiesOfStore: DesireInput['policiesOfStore'], unplanned: Unplanned[]) => PolicyUser[]
}

function usesOf(
  stores: readonly VaultStore[],
  references: readonly Reference[],
  unplanned: Unplanned[],
  policyOfRole: DesireInput['policyOfRole'],
): Uses {
  const roles = new Map<string, RoleUse & { identities: Identity[]; accesses: WantedAccess[]; spans: Span[] }>()
  const byStore = new Map<VaultStore, WantedAccess[]>()
  const seen = new Set<string>()
  const roleOf = (store: VaultStore) => {
    const { auth } = store
    if (auth?.method !== 'kubernetes' || auth.mount === undefined || auth.role === undefined) return undefined
    const namespace = trimSlashes(store.authNamespace ?? store.vaultNamespace ?? '')
    const key = JSON.stringify([namespace, trimSlashes(auth.mount), auth.role.toLowerCase()])
    const use = roles.get(key) ?? {
      namespace,
      authMount: trimSlashes(auth.mount),
      role: auth.role.toLowerCase(),
      configured: policyOfRole?.(namespace, trimSlashes(auth.mount), auth.role.toLowerCase()),
      identities: [],
      accesses: [],
      spans: [],
    }
    roles.set(key, use)
    return use
  }
  for (const store of stores) {
    const use = roleOf(store)
    use?.spans.push(store.manifest.spanOf(['spec', 'provider', 'vault', 'auth', 'kubernetes']))
    if (use !== undefined && !store.referent) use.identities.push(identityOf(store, store.namespace))
    byStore.set(store, [])
  }
  for (const reference of references) {
    const store = reference.store.found === 'vault' ? reference.store.store : undefined
    // A namespace that the store's conditions exclude never gets as far as Vault (eso.md §6.1).
    if (store === undefined || !byStore.has(store) || reference.skipped !== undefined) continue
    if (reference.condition.verdict === 'denied') continue
    const { notChecked, holes } = reference
    const why =
      (notChecked && reasonText(notChecked)) ?? (holes.length > 0 ? `${holes.join(', ')} is not resolved` : undefined)
    if (why !== undefined) {
      const message = `No rule is planned for the key \`${reference.key}\` of ${nameOf(reference)}: ${why}.`
      if (!seen.has(message)) unplanned.push({ message, span: reference.span, weight: 'note' })
      seen.add(message)
      continue
    }
    const use = roleOf(store)
    const prefix = fromNamespace(store)
    const accesses = reference.accesses
      .filter((access) => access.side !== 'session')
      .map(
        ({ path, capability, below }): WantedAccess => ({
          path: `${prefix}${path}`,
          capability,
          group: nameOf(reference),
          ...(below === true ? { below } : {}),
        }),
      )
    if (use === undefined) byStore.get(store)?.push(...accesses)
    else {
      use.accesses.push(...accesses)
      if (reference.identity !== undefined) use.identities.push(reference.identity)
    }
  }
  return {
    roles: [...roles.values()].sort((a, b) => (`${a.authMount} ${a.role}` < `${b.authMount} ${b.role}` ? -1 : 1)),
    tokens: (policiesOfStore, notes) => tokenUsers(byStore, policiesOfStore, notes),
  }
}

/** Paths in a policy are relative to the policy's own Vault namespace, which is the one of the login (vault.md §2.8). */
function fromNamespace(store: VaultStore): string {
  const own = trimSlashes(store.vaultNamespace ?? '')
  const login = trimSlashes(store.authNamespace ?? store.vaultNamespace ?? '')
  if (own === login) return ''
  if (login === '') return `${own}/`
  return own.startsWith(`${login}/`) ? `${own.slice(login.length + 1)}/` : ''
}

function tokenUsers(
  byStore: ReadonlyMap<VaultStore, readonly WantedAccess[]>,
  policiesOfStore: DesireInput['policiesOfStore'],
  unplanned: Unplanned[],
): PolicyUser[] {
  return [...byStore].flatMap(([store, accesses]): PolicyUser[] => {
    const { auth } = store
    if (auth === undefined || (auth.method === 'kubernetes' && auth.role !== undefined)) return []
    const policies = policiesOfStore(store.name)
    const only = policies?.length === 1 ? policies[0] : undefined
    if (only === undefined) {
      const message =
        `${store.kind} ${store.name} logs in with \`${auth.method}\`: its login and policy are not planned, only its KV mount.` +
        ` Name its one policy in the config (\`stores: { ${store.name}: { policies: […] } }\`) to have that planned.`
      unplanned.push({ message, span: store.manifest.span, weight: 'note' })
      return []
    }
    if (accesses.length === 0) return []
    return [
      {
        namespace: trimSlashes(store.authNamespace ?? store.vaultNamespace ?? ''),
        authMount: auth.mount ?? '',
        role: store.name,
        configured: only.toLowerCase(),
        accesses,
        spans: [store.manifest.span],
      },
    ]
  })
}

function nameOf({ manifest }: Reference): string {
  return manifest.namespace === undefined
    ? `${manifest.kind} ${manifest.name}`
    : `${manifest.kind} ${manifest.namespace}/${manifest.name}`
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const item of items) {
    const group = groups.get(keyOf(item))
    if (group === undefined) groups.set(keyOf(item), [item])
    else group.push(item)
  }
  return groups
}
