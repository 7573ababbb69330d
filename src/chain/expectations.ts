import { judgeConditions } from '../eso/conditions.ts'
import { textHoles } from '../eso/holes.ts'
import { identityOf } from '../eso/identity.ts'
import { namespaceLabels } from '../eso/labels.ts'
import { isLive } from '../model/cluster.ts'
import type { Decision, Operation } from '../model/decision.ts'
import type { Expectation } from '../model/expectation.ts'
import type { Manifest } from '../model/manifest.ts'
import type { NotCheckedReason } from '../model/reason.ts'
import type { VaultStore } from '../model/store.ts'
import { trimSlashes } from '../model/trim-slashes.ts'
import { vaultPathTest } from '../model/vault-path-glob.ts'
import type { RoleFact, VaultState } from '../model/vault-state.ts'
import { boundTo } from '../policy/bound-names.ts'
import type { AskedRequest, Holders, JudgedExpectation, StoreLink, TokenHolder } from './chain.ts'

/** What of the chain expectations are judged by. */
export interface ExpectedOf {
  readonly manifests: readonly Manifest[]
  readonly storeLinks: readonly StoreLink[]
  readonly declared: VaultState
  readonly holders: Holders
}

export function judgeExpectations(expectations: readonly Expectation[], of: ExpectedOf): JudgedExpectation[] {
  return expectations.flatMap((expectation) => {
    const who = holdersFor(expectation, of)
    return expectation.actions.map((action) => ({
      expectation,
      action,
      outcome: outcomeOf(expectation, action, who, of),
    }))
  })
}

/** Who is meant. `open`: there may be more, or whether this one is meant is not known. */
interface Meant {
  readonly holders: readonly TokenHolder[]
  readonly open: NotCheckedReason | undefined
  /** Nothing of that name is there; what is. */
  readonly nobody?: readonly string[]
}

function holdersFor({ who: { is, name } }: Expectation, of: ExpectedOf): Meant {
  switch (is) {
    case 'store':
      return storesNamed(name, of)
    case 'role':
      return roleNamed(name, of)
    case 'serviceAccount':
      return rolesOfAccount(name, of)
    case 'namespace': {
      const admitting = storesAdmitting(name, of)
      return { holders: admitting.stores.map((link) => of.holders.ofStore(link, name)), open: admitting.open }
    }
  }
}

function storesNamed(name: string, { storeLinks, holders }: ExpectedOf): Meant {
  const [first = '', second] = name.split('/')
  const isMeant = ({ store }: StoreLink) =>
    second === undefined ? store.name === first : store.name === second && store.namespace === first
  const named = storeLinks.filter((link) => isStore(link.store) && isMeant(link))
  const live = named.filter(({ store }) => isLive(store.manifest))
  const meant = live.length > 0 ? live : named
  if (meant.length === 0)
    return { holders: [], open: undefined, nobody: [...new Set(storeLinks.map(({ store }) => store.name))].sort() }
  return { holders: meant.map((link) => holders.ofStore(link)), open: undefined }
}

function roleNamed(key: string, { holders }: ExpectedOf): Meant {
  const role = holders.roles.find(({ authMount, name }) => `${authMount}/${name}`.toLowerCase() === key.toLowerCase())
  if (role !== undefined) return { holders: [holders.ofRole(role)], open: undefined }
  const at = key.lastIndexOf('/')
  return {
    holders: [],
    open: { code: 'role-not-in-git', role: key.slice(at + 1), authMount: key.slice(0, at) },
  }
}

/** Every role that admits the ServiceAccount: it can log in with each of them. Only the server knows whether there are more. */
function rolesOfAccount(key: string, { holders }: ExpectedOf): Meant {
  const [namespace = '', name = ''] = key.split('/')
  const admitting: TokenHolder[] = []
  let open: NotCheckedReason | undefined
  for (const role of holders.roles) {
    const { lookup } = role
    const facts = lookup.found === 'known' ? [lookup.fact] : lookup.found === 'conflict' ? lookup.facts : []
    const answers = facts.map((fact) => admits(fact, namespace, name))
    if (answers.length === 0 || answers.every((answer) => answer === 'no')) continue
    const account = { type: 'serviceAccount', namespace, name, audiences: [] } as const
    if (answers.every((answer) => answer === 'yes')) admitting.push(holders.ofRole(role, account))
    else open = { code: 'role-not-in-git', role: role.name, authMount: role.authMount }
  }
  if (admitting.length === 0) open ??= { code: 'no-role-admits', account: key }
  return { holders: admitting, open }
}

/** Whether a role of the kubernetes method admits a ServiceAccount (vault.md §4.6). */
function admits(role: RoleFact, namespace: string, name: string): 'yes' | 'no' | 'unknown' {
  const { boundServiceAccountNames: names, boundServiceAccountNamespaces: namespaces, boundNamespaceSelector } = role
  if (names === undefined) return role.type === 'kubernetes' ? 'unknown' : 'no'
  const open = [...names, ...(namespaces ?? [])].some((one) => one.includes('$'))
  if (!boundTo(names, name)) return open ? 'unknown' : 'no'
  if (namespaces !== undefined && boundTo(namespaces, namespace)) return open ? 'unknown' : 'yes'
  return open || namespaces === undefined || (boundNamespaceSelector ?? '') !== '' ? 'unknown' : 'no'
}

/** The stores that an object in the namespace can use: its own, and the ClusterSecretStores whose conditions admit it (eso.md §6.1). */
export function storesAdmitting(
  namespace: string,
  { storeLinks, manifests }: Pick<ExpectedOf, 'storeLinks' | 'manifests'>,
): { readonly stores: readonly StoreLink[]; readonly open: NotCheckedReason | undefined } {
  const stores: StoreLink[] = []
  let open: NotCheckedReason | undefined
  const labels = namespaceLabels(manifests, textHoles)
  const seen = new Set<string>()
  for (const link of storeLinks) {
    const { store } = link
    if (!isStore(store) || !isLive(store.manifest)) continue
    if (store.kind === 'SecretStore' && store.namespace !== namespace) continue
    const condition = judgeConditions(store, [namespace], labels, textHoles)
    if (condition.verdict === 'denied') continue
    // Copies of one store in several clusters log in alike more often than not; each that differs is asked.
    const key = JSON.stringify([store.kind, store.name, store.auth, store.path, identityOf(store, namespace)])
    if (condition.verdict === 'unknown') open ??= condition.because
    else if (!seen.has(key)) stores.push(link)
    seen.add(key)
  }
  if (stores.length === 0) open ??= { code: 'no-store-admits', namespace }
  return { stores, open }
}

function isStore({ kind }: VaultStore): boolean {
  return kind === 'SecretStore' || kind === 'ClusterSecretStore'
}

function outcomeOf(
  expectation: Expectation,
  action: string,
  { holders, open, nobody }: Meant,
  of: ExpectedOf,
): JudgedExpectation['outcome'] {
  if (nobody !== undefined) return { is: 'nobody', near: nobody }
  const answers = holders.map((holder) => ({ holder, answer: answerOf(expectation, action, holder, of) }))
  const doubt = answers.find(({ answer }) => answer.can === 'unknown')?.answer.decision.because ?? open
  const able = answers.find(({ answer }) => answer.can === 'yes')
  if (expectation.may) {
    if (able !== undefined) return { is: 'holds' }
    const [first] = answers
    if (doubt !== undefined) return { is: 'not-checked', because: doubt }
    return first === undefined ? { is: 'nobody', near: [] } : { is: 'broken', holder: first.holder, ...first.answer }
  }
  if (able !== undefined) return { is: 'broken', holder: able.holder, ...able.answer }
  return doubt === undefined ? { is: 'holds' } : { is: 'not-checked', because: doubt }
}

interface Answer {
  readonly can: 'yes' | 'no' | 'unknown'
  readonly request: AskedRequest
  /** The path of the request, or the pattern that it stands for. */
  readonly pattern: string
  readonly decision: Decision
}

/**
 * Whether a holder can do it. Of an expectation that it may: every request, on every path that fits; that it may not: any request, on any
 * path. A pattern that the law does not settle as a whole is settled by a path that fits it and is decided otherwise.
 */
function answerOf({ may, of: kind, path }: Expectation, action: string, holder: TokenHolder, of: ExpectedOf): Answer {
  const requests = kind === 'api' ? apiRequests(action, path) : secretRequests(action, path, may, of, holder.store)
  const wanted = may ? 'denied' : 'allowed'
  const answers = requests.map((request) => firstWith(wanted, request, holder))
  const hit = answers.find(({ decision }) => decision.verdict === wanted)
  const doubt = answers.find(({ decision }) => decision.verdict === 'unknown')
  const [first] = answers
  const answer = hit ?? doubt ?? first
  if (answer === undefined) throw new RangeError(`no request is made for ${action}`)
  if (hit !== undefined) return { can: may ? 'no' : 'yes', ...answer }
  if (doubt !== undefined) return { can: 'unknown', ...answer }
  return { can: may ? 'yes' : 'no', ...answer }
}

/** Globs of a path, as holes of a request. */
const GLOBS = ['**', '*', '?']
/** Those that hold no slash. */
const SEGMENTS = ['*', '?']

/** The request, or of a pattern one that is decided as wanted; else the pattern with its own verdict. */
function firstWith(wanted: Decision['verdict'], request: AskedRequest, holder: TokenHolder): Omit<Answer, 'can'> {
  const pattern = request.path
  const whole = { request, pattern, decision: holder.decide(request) }
  if (request.holes.length === 0 || whole.decision.verdict !== 'unknown') return whole
  const fits = vaultPathTest(request.path)
  const tried = new Set(
    [...whole.decision.winner.map((rule) => rule.path), request.path].flatMap((path) =>
      FILLS.map((fill) => filled(path, fill)),
    ),
  )
  for (const path of tried) {
    if (!fits(path)) continue
    const one: AskedRequest = { ...request, path: asFolder(path, request), holes: [] }
    const decision = holder.decide(one)
    if (decision.verdict === wanted) return { request: one, pattern, decision }
  }
  return whole
}

const FILLS = ['x', 'x/y', '']

function filled(path: string, fill: string): string {
  return path.replaceAll('**', fill).replace(/\*$/, fill).replace(/[*+?]/g, 'x')
}

function asFolder(path: string, { capability }: AskedRequest): string {
  return capability === 'list' && !path.endsWith('/') ? `${path}/` : path
}

function asked(path: string, capability: Operation): AskedRequest[] {
  // `a/**/b` is `a/b` as well.
  const forms = path.includes('/**/') ? [path, path.replaceAll('/**/', '/')] : [path]
  return forms.map((form) => ({
    path: form,
    capability,
    holes: GLOBS.filter((glob) => form.includes(glob)),
    segments: SEGMENTS,
  }))
}

function apiRequests(action: string, path: string): AskedRequest[] {
  return asked(path.replace(/^\/+/, ''), action as Operation)
}

/** The requests that an action on a secret is made of (vault.md §4.8); what must be denied is all that comes to the same. */
export function secretRequests(
  action: string,
  path: string,
  may: boolean,
  of: Pick<ExpectedOf, 'storeLinks' | 'declared'>,
  store: VaultStore | undefined,
): AskedRequest[] {
  const clean = trimSlashes(path)
  const { mount, version } = mountOf(clean, of, store)
  const key = clean.slice(mount.length).replace(/^\//, '')
  const at = (side: string, capability: Operation) =>
    asked([mount, ...(version === 1 ? [] : [side]), ...(key === '' ? [] : [key])].join('/'), capability)
  switch (action) {
    case 'read':
      return at('data', 'read')
    case 'list':
      return at('metadata', 'list')
    case 'write':
      return [...at('data', 'create'), ...at('data', 'update'), ...(may || version === 1 ? [] : at('data', 'patch'))]
    default:
      if (may || version === 1) return at('metadata', 'delete')
      return [
        ...at('data', 'delete'),
        ...at('metadata', 'delete'),
        ...at('delete', 'update'),
        ...at('destroy', 'update'),
      ]
  }
}

/** The engine that a path lies in: as the store has it, as Git or the server tells it, or as other stores use it. */
function mountOf(
  path: string,
  { storeLinks, declared }: Pick<ExpectedOf, 'storeLinks' | 'declared'>,
  own: VaultStore | undefined,
) {
  const mounts = [
    ...declared.mounts.map((mount) => ({ path: mount.path, version: mount.version ?? 2 })),
    ...[...(own === undefined ? [] : [own]), ...storeLinks.map(({ store }) => store)].flatMap((store) =>
      store.path === undefined ? [] : [{ path: trimSlashes(store.path), version: store.version === 'v1' ? 1 : 2 }],
    ),
  ].filter((mount) => mount.path !== '' && `${path}/`.startsWith(`${mount.path}/`))
  const [longest] = mounts.toSorted((a, b) => b.path.length - a.path.length)
  return longest === undefined
    ? { mount: path.split('/')[0] ?? path, version: 2 }
    : { mount: longest.path, version: longest.version }
}
