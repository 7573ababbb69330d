import type { Chain, Link, StoreLink, TokenHolder } from '../../chain/chain.ts'
import { secretRequests, storesAdmitting } from '../../chain/expectations.ts'
import { objectsOf } from '../../chain/fold-links.ts'
import { spanOfProvenance } from '../../chain/provenance.ts'
import { isLive } from '../../model/cluster.ts'
import type { Decision } from '../../model/decision.ts'
import { InvalidInput } from '../../model/invalid-input.ts'
import type { FileLine, Span } from '../../model/span.ts'
import { trimSlashes } from '../../model/trim-slashes.ts'
import type { RoleFact } from '../../model/vault-state.ts'
import { parsePolicy } from '../../policy/parse-policy.ts'
import type {
  AccessAction,
  AccessHolder,
  AccessOfNamespace,
  AccessOfPath,
  ReachablePath,
  ReachableRule,
  ReachableStore,
  User,
} from '../../report/answer.ts'
import { reasonSentence, reasonText } from '../../report/reasons/not-checked.ts'
import { compare } from '../../rules/worst-first.ts'
import type { Gathered } from '../gather.ts'
import { byPlace, usedPath, userOf } from './references.ts'
import { ruleShown } from './shown-rule.ts'

const ACTIONS = ['read', 'list', 'write', 'delete'] as const
type Action = (typeof ACTIONS)[number]

/**
 * Who can do what on a path of Vault, and by which rule: every store that logs in, and every role that is known and that no store uses.
 *
 * @throws InvalidInput for a path without a mount.
 */
export function accessOfPath({ chain }: Pick<Gathered, 'chain'>, given: string): AccessOfPath {
  const path = trimSlashes(given)
  if (!path.includes('/'))
    throw new InvalidInput(`access takes a path with its mount, as in kv/team/app, not ${JSON.stringify(given)}.`)
  const stores = distinctStores(chain.storeLinks.filter(isStore))
  const used = new Set(stores.flatMap((link) => chain.holders.ofStore(link).role ?? []))
  const holders = [
    ...stores.map((link) => shownHolder(chain.holders.ofStore(link), path, chain, link)),
    ...chain.holders.roles
      .filter(({ authMount, name }) => !used.has(`${authMount}/${name}`))
      .map((role) => shownHolder(chain.holders.ofRole(role), path, chain, undefined)),
  ]
  return { version: 1, of: 'path', path, holders }
}

function isStore({ store }: StoreLink): boolean {
  return (store.kind === 'SecretStore' || store.kind === 'ClusterSecretStore') && isLive(store.manifest)
}

/** One store of many clusters that log in alike is one answer. */
function distinctStores(links: readonly StoreLink[]): StoreLink[] {
  const key = ({ store, policies }: StoreLink) =>
    JSON.stringify([store.kind, store.namespace, store.name, store.path, store.auth, policies?.names])
  return [...new Map(links.toReversed().map((link) => [key(link), link])).values()].toReversed()
}

function shownHolder(holder: TokenHolder, path: string, chain: Chain, link: StoreLink | undefined): AccessHolder {
  const { store, role, fact, policies } = holder
  const users = (link?.links ?? []).filter((one) => namesPath(one, path)).map(userOf)
  return {
    store: store === undefined ? null : nameStore(store),
    storePlace: place(store?.manifest.span),
    role: role ?? null,
    rolePlace: place(fact === undefined ? undefined : spanOfProvenance(fact.provenance)),
    accounts: accountsOf(fact, link),
    policies: policies?.names ?? [],
    actions: ACTIONS.map((action) => shownAction(action, path, holder, chain)),
    users: users.sort(byPlace),
  }
}

function nameStore({ kind, namespace, name }: { kind: string; namespace: string | undefined; name: string }): string {
  return namespace === undefined ? `${kind} ${name}` : `${kind} ${namespace}/${name}`
}

function namesPath(link: Link, path: string): boolean {
  const used = link.store === undefined ? undefined : usedPath(link, link.store)
  return used !== undefined && (used.path === path || (used.below && path.startsWith(`${used.path}/`)))
}

/** Who comes to the token: what the store names, else all that the role admits. */
function accountsOf(role: RoleFact | undefined, link: StoreLink | undefined): string[] {
  const named = (link?.links ?? []).flatMap(({ reference: { identity } }) =>
    identity?.type === 'serviceAccount' && identity.namespace !== undefined
      ? [`${identity.namespace}/${identity.name}`]
      : [],
  )
  if (named.length > 0) return [...new Set(named)].sort()
  const names = role?.boundServiceAccountNames ?? []
  return (role?.boundServiceAccountNamespaces ?? []).flatMap((namespace) => names.map((name) => `${namespace}/${name}`))
}

function shownAction(action: Action, path: string, holder: TokenHolder, chain: Chain): AccessAction {
  const { verdict, winner, because } = decide(action, path, holder, chain)
  return { action, verdict, rules: winner.map(ruleShown), because: reasonSentence(because) }
}

/** An action is as many requests as it needs: the worst answer counts. */
function decide(action: Action, path: string, holder: TokenHolder, chain: Chain): Decision {
  const decisions = secretRequests(action, path, true, chain, holder.store).map((request) => holder.decide(request))
  const worst = (['denied', 'unknown', 'allowed'] as const).flatMap((verdict) =>
    decisions.filter((decision) => decision.verdict === verdict),
  )
  const [decision] = worst
  if (decision === undefined) throw new RangeError(`no request is made for ${action}`)
  return decision
}

/** What the stores that admit a namespace let it reach, and what of that it uses: the blast radius of a shared store. */
export function accessOfNamespace({ chain }: Pick<Gathered, 'chain'>, namespace: string): AccessOfNamespace {
  const admitting = storesAdmitting(namespace, chain)
  const stores = distinctStores(admitting.stores)
  const paths = reachablePaths(chain, stores, namespace)
  return {
    version: 1,
    of: 'namespace',
    namespace,
    stores: stores.map((link) => reachableStore(link, chain, namespace)),
    paths: paths.reached,
    known: paths.known,
    open: admitting.open === undefined ? [] : [reasonSentence(admitting.open)],
  }
}

function reachableStore(link: StoreLink, chain: Chain, namespace: string): ReachableStore {
  const { store, role, policies } = link
  const holder = chain.holders.ofStore(link, namespace)
  const problem =
    policies === undefined ? holder.decide({ path: 'sys/mounts', capability: 'read', holes: [] }) : undefined
  const fact = role?.found === 'known' ? role.fact : undefined
  return {
    store: nameStore(store),
    file: store.manifest.span.file,
    line: store.manifest.span.line,
    role: holder.role ?? null,
    rolePlace: place(fact === undefined ? undefined : spanOfProvenance(fact.provenance)),
    policies: policies?.names ?? [],
    problem: problem === undefined ? null : reasonText(problem.because),
    rules: (policies?.names ?? []).flatMap((name) => rulesOf(name, link, chain, namespace)),
  }
}

function rulesOf(name: string, { links }: StoreLink, chain: Chain, namespace: string): ReachableRule[] {
  const policy = chain.policy(name)
  if (policy.found !== 'known') return []
  const parsed = parsePolicy(policy.fact.text, { unknown: policy.fact.unknown })
  if (!parsed.ok) return []
  return parsed.policy.rules.map((rule) => {
    const users = links.filter(({ accesses }) =>
      accesses.some(({ decision }) =>
        decision.winner.some((one) => one.policy === policy.fact.name && one.path === rule.label),
      ),
    )
    const here = users.filter((link) => isOf(link, namespace))
    return {
      policy: name,
      path: rule.label,
      capabilities: [...rule.capabilities],
      place: place(policy.fact.spanOfLine?.(rule.line)),
      usedHere: here.length,
      usedElsewhere: users.length - here.length,
    }
  })
}

function isOf(link: Link, namespace: string): boolean {
  return namespacesOf(link).includes(namespace)
}

function namespacesOf(link: Link): string[] {
  const own = objectsOf(link).flatMap((manifest) => manifest.namespace ?? [])
  return [...new Set([...own, ...(link.reference.namespaces ?? [])])]
}

/** Every path that a reference names, with what the namespace may do there; those that it cannot reach are counted. */
function reachablePaths(chain: Chain, stores: readonly StoreLink[], namespace: string) {
  const byPath = new Map<string, Link[]>()
  for (const link of chain.links) {
    if (link.reference.proposed || link.reference.holes.length > 0 || link.store === undefined) continue
    if (link.reference.operation === 'generator') continue
    const used = usedPath(link, link.store)
    if (used === undefined || used.below || (used.vaultNamespace ?? '') !== '') continue
    byPath.set(used.path, [...(byPath.get(used.path) ?? []), link])
  }
  const holders = stores.map((link) => ({ link, holder: chain.holders.ofStore(link, namespace) }))
  const reached: ReachablePath[] = []
  for (const [path, links] of byPath) {
    const may = new Set<Action>()
    const through = new Set<string>()
    for (const { link, holder } of holders) {
      // ESO asks below the mount of its store, whatever the policy allows beside it.
      if (link.store.path !== undefined && !path.startsWith(`${trimSlashes(link.store.path)}/`)) continue
      for (const action of ACTIONS) {
        if (decide(action, path, holder, chain).verdict !== 'allowed') continue
        may.add(action)
        through.add(nameStore(link.store))
      }
    }
    if (may.size === 0) continue
    const here = links.filter((link) => isOf(link, namespace)).map(userOf)
    const others = links
      .filter((link) => !isOf(link, namespace))
      .flatMap((link) => {
        const named = namespacesOf(link)
        return named.length === 0 ? ['(namespace not known)'] : named
      })
    reached.push({
      path,
      actions: ACTIONS.filter((action) => may.has(action)),
      stores: [...through],
      usedHere: here.sort(byPlace) as readonly User[],
      usedBy: [...new Set(others)].sort(),
    })
  }
  return { reached: reached.sort((a, b) => compare(a.path, b.path)), known: byPath.size }
}

function place(span: Span | undefined): FileLine | null {
  return span === undefined ? null : { file: span.file, line: span.line }
}
