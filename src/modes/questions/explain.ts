import type { Link, StoreLink } from '../../chain/chain.ts'
import type { Session } from '../../eso/session.ts'
import { unknownDecision } from '../../model/decision.ts'
import type { FailsWith } from '../../model/eso-failure.ts'
import type { Manifest } from '../../model/manifest.ts'
import type { NotCheckedReason } from '../../model/reason.ts'
import type { Reference } from '../../model/reference.ts'
import type { VaultStore } from '../../model/store.ts'
import { nameField, nameManifest } from '../../model/wording.ts'
import type {
  ExplainedApplied,
  ExplainedReference,
  ExplainedRequest,
  ExplainedSecret,
  ExplainedSession,
  ExplainedStore,
  ExplanationDocument,
} from '../../report/answer.ts'
import { rootChain, whyNotApplied } from '../../report/reasons/applied.ts'
import { failureText } from '../../report/reasons/failure.ts'
import { reasonText } from '../../report/reasons/not-checked.ts'
import { makes } from '../../workloads/makers.ts'
import type { Gathered } from '../gather.ts'
import { describeFacts, describeLogin, nameEngine, placeOf } from './describe-login.ts'
import { linkIndex } from './link-index.ts'
import { selectSubject } from './select-subject.ts'
import { explainRequest, verdictOf } from './shown-rule.ts'
import { type StoreLaw, storeLaw } from './store-law.ts'
import { shownUsers } from './workload-users.ts'

/**
 * Every request that ESO will make for the subject, in order, with the rule that grants or denies it and the rules that lose
 * (design §4). Without a subject: for everything.
 *
 * @throws InvalidInput when the subject matches nothing, with the names that are near.
 */
export function explain(
  gathered: Gathered,
  subject: string | undefined,
  about: { readonly cwd: string; readonly live: string; readonly incomplete: readonly string[] },
): ExplanationDocument {
  const { prediction } = gathered
  const selected = selectSubject(gathered, subject, about.cwd)
  const laws = new Map<VaultStore, StoreLaw | undefined>()
  const context: Context = {
    gathered,
    linkOf: linkIndex(gathered.chain.links),
    storeLinkOf: (store) => gathered.chain.storeLinks.find((one) => one.store === store),
    lawOf: (storeLink) => {
      if (!laws.has(storeLink.store)) laws.set(storeLink.store, storeLaw(storeLink, gathered))
      return laws.get(storeLink.store)
    },
  }
  const sessionOf = new Map(prediction.sessions.flatMap((one) => one.references.map((ref) => [ref, one] as const)))
  const groups = new Map<Session | Reference, Reference[]>()
  for (const reference of prediction.references) {
    if (!selected.references.has(reference)) continue
    // What one line of a base makes in twenty overlays is told once, unless one of them was asked for by name.
    if (!selected.byName && context.linkOf(reference)?.reference !== reference) continue
    const group = sessionOf.get(reference) ?? reference
    const known = groups.get(group)
    if (known === undefined) groups.set(group, [reference])
    else known.push(reference)
  }
  return {
    version: 1,
    live: about.live,
    incomplete: about.incomplete,
    stores: selected.stores.map((store) => explainStore(store, context)),
    sessions: [...groups].map(([group, references]) =>
      explainSession('references' in group ? group : undefined, references, context),
    ),
  }
}

interface Context {
  readonly gathered: Gathered
  readonly linkOf: (reference: Reference) => Link | undefined
  readonly storeLinkOf: (store: VaultStore) => StoreLink | undefined
  readonly lawOf: (storeLink: StoreLink) => StoreLaw | undefined
}

function explainStore(store: VaultStore, context: Context): ExplainedStore {
  const validation = context.gathered.prediction.validations.find((one) => one.store === store)
  const storeLink = context.storeLinkOf(store)
  const law = storeLink === undefined ? undefined : context.lawOf(storeLink)
  const { span } = store.manifest
  const referent = validation !== undefined && !validation.validated
  const step = counter()
  return {
    ...placeOf(span),
    store: nameManifest(store.manifest),
    applied: appliedOf(store.manifest),
    login:
      storeLink === undefined || validation === undefined || referent
        ? null
        : describeLogin(storeLink, validation.identity, law),
    problem: referent
      ? 'Ready without a single request, because who logs in depends on who uses it: that it is Ready proves nothing'
      : failureOf(validation),
    requests:
      validation === undefined
        ? []
        : [...login(validation, step), ...frame(validation.accesses, law, storeLink, store, step)],
  }
}

function explainSession(
  session: Session | undefined,
  references: readonly Reference[],
  context: Context,
): ExplainedSession {
  const [first] = references as [Reference, ...Reference[]]
  const storeLink = session === undefined ? undefined : context.storeLinkOf(session.store)
  const law = storeLink === undefined ? undefined : context.lawOf(storeLink)
  const step = counter()
  const failed = session?.failsWith !== undefined
  const used = session === undefined ? undefined : { session, storeLink }
  const opening = session === undefined ? [] : login(session, step)
  const explained = references.map((reference) => explainReference(reference, context, law, step, failed))
  return {
    manifest: nameManifest(first.manifest),
    ...placeOf(first.manifest.span),
    also: alsoOf(references, context),
    applied: appliedOf(first.manifest),
    store: used === undefined ? null : storeUsed(used.session.store, first, storeLink?.mount),
    problem: session === undefined ? whyNoStore(first) : failureOf(session),
    makes: secretsMadeBy(first.manifest, context),
    login: storeLink === undefined || session === undefined ? null : describeLogin(storeLink, session.identity, law),
    opening,
    references: explained,
    closing: session === undefined || failed ? [] : frame(session.accesses, law, storeLink, session.store, step),
  }
}

/** The Secrets that an object makes, with their keys and who asks for them. */
function secretsMadeBy(object: Manifest, { gathered }: Context): ExplainedSecret[] {
  const { lastMile } = gathered.chain
  return lastMile.makers.flatMap((maker) => {
    if (maker.by !== object || !makes(maker)) return []
    const { keys, name, namespace } = maker
    const users = shownUsers(lastMile.readersOf(maker))
    return [
      {
        namespace: namespace ?? null,
        name,
        keys: [...keys.known].sort(),
        open: keys.open ? keys.because : null,
        users,
      },
    ]
  })
}

function appliedOf({ origin: { applied, appliedBy } }: Manifest): ExplainedApplied {
  const { verdict, reason, cluster } = applied
  return {
    verdict,
    roots: appliedBy.map(rootChain),
    cluster: cluster?.name ?? null,
    because: reason === undefined ? null : whyNotApplied(reason),
  }
}

function explainReference(
  reference: Reference,
  context: Context,
  law: StoreLaw | undefined,
  step: () => number,
  failed: boolean,
): ExplainedReference {
  const link = context.linkOf(reference)
  // A path with unknown parts is judged as a pattern, which the link's decision holds already.
  const whole = reference.holes.length === 0 && (link?.store?.holes.length ?? 0) === 0
  const accesses = failed || reference.skipped !== undefined ? [] : (link?.accesses ?? [])
  return {
    ...placeOf(reference.span),
    field: nameField(reference.field),
    operation: reference.operation,
    key: reference.find === undefined ? reference.key : describeFind(reference),
    property: reference.property ?? null,
    secretVersion: reference.version ?? null,
    problems: problemsOf(reference),
    requests: accesses.map(({ access, decision }) => explainRequest(access, decision, whole ? law : undefined, step())),
    live: link === undefined ? null : describeFacts(link),
  }
}

function problemsOf(reference: Reference): string[] {
  const { condition, failsWith, notChecked, proposed, skipped, store } = reference
  return [
    ...(skipped === undefined ? [] : [`ESO leaves the whole object alone: ${reasonText(skipped)}`]),
    ...(condition.verdict === 'allowed' ? [] : [`The store's conditions: ${conditionText(condition)}`]),
    ...(failsWith === undefined ? [] : [`ESO fails here, with: ${failureText(failsWith)}`]),
    ...(notChecked === undefined ? [] : [`Not checked: ${reasonText(notChecked)}`]),
    ...(store.found === 'vault' && store.unsure !== undefined
      ? [`Who logs in is not known: ${reasonText(store.unsure)}`]
      : []),
    ...(proposed ? ['It stands where ESO does not read it; this is what it would do where it belongs'] : []),
  ]
}

function describeFind({ find, key }: Reference): string {
  const parts = [
    ...(find?.regexp === undefined ? [] : [`names that match ${find.regexp === '' ? 'anything' : find.regexp}`]),
    ...Object.entries(find?.tags ?? {}).map(([name, value]) => `tag ${name}=${value}`),
  ]
  const below = find?.path === undefined ? 'the whole mount' : `${find.path}/`
  return parts.length === 0 ? (key === '' ? below : key) : `${below}: ${parts.join(', ')}`
}

function whyNoStore({ store, storeRef, generatorRef }: Reference): string {
  const named = storeRef ?? generatorRef
  const name = named === undefined ? 'the store' : `${named.kind} ${named.name}`
  switch (store.found) {
    case 'vault':
      return 'It stands where ESO does not read it: no session makes these requests'
    case 'foreign':
      return `${name} is of another provider${store.store.provider === undefined ? '' : ` (${store.store.provider})`}: nothing of it is asked of Vault`
    case 'duplicate':
      return `${store.stores.length} places in Git declare ${name} differently`
    case 'absent':
      return `${name} stands nowhere in the files that were read`
    case 'unknown':
      return reasonText(store.because)
  }
}

function storeUsed(store: VaultStore, reference: Reference, mount: StoreLink['mount']): ExplainedSession['store'] {
  const { span } = store.manifest
  return {
    name: nameManifest(store.manifest),
    ...placeOf(span),
    chosen: reference.store.found === 'vault' ? (reference.store.chosen ?? null) : null,
    engine: nameEngine(store, mount),
    vaultNamespace: store.vaultNamespace ?? null,
  }
}

/** Vault asks no policy about a login (eso.md §3.0). */
function login({ login: made }: Pick<Session, 'login'>, step: () => number): ExplainedRequest[] {
  if (made === undefined) return []
  const { http, vaultNamespace } = made
  const when = vaultNamespace === undefined ? 'at the start' : `at the start, in Vault namespace ${vaultNamespace}`
  return [
    {
      step: step(),
      method: http.method,
      url: http.path,
      path: null,
      capability: null,
      below: false,
      when,
      verdicts: [],
    },
  ]
}

function frame(
  accesses: Session['accesses'],
  law: StoreLaw | undefined,
  storeLink: StoreLink | undefined,
  store: VaultStore,
  step: () => number,
): ExplainedRequest[] {
  const because = whyUnknown(storeLink, store)
  return accesses.map((access) => {
    const decision = law?.decide(access) ?? unknownDecision(because)
    const request = explainRequest(access, decision, law, step())
    return law === undefined ? { ...request, verdicts: [verdictOf(decision)] } : request
  })
}

function whyUnknown(storeLink: StoreLink | undefined, store: VaultStore): NotCheckedReason {
  const { role } = storeLink ?? {}
  return role?.found === 'unknown' ? role.because : { code: 'token-policies-unknown', store: store.name }
}

function failureOf(from: { readonly failsWith: FailsWith | undefined } | undefined): string | null {
  return from?.failsWith === undefined ? null : failureText(from.failsWith)
}

function conditionText(condition: Exclude<Reference['condition'], { verdict: 'allowed' }>): string {
  return condition.verdict === 'denied' ? condition.says : reasonText(condition.because)
}

function alsoOf(references: readonly Reference[], context: Context): string[] {
  const others = new Set<Manifest>()
  for (const reference of references) {
    const link = context.linkOf(reference)
    for (const manifest of [...(link?.also ?? []), ...(link === undefined ? [] : [link.reference.manifest])]) {
      if (manifest !== reference.manifest) others.add(manifest)
    }
  }
  return [...others].map(nameManifest)
}

function counter(): () => number {
  let count = 0
  return () => {
    count += 1
    return count
  }
}
