import type { Chain, JudgedAccess, Link, StoreLink } from '../../chain/chain.ts'
import { objectsOf } from '../../chain/fold-links.ts'
import { spanOfProvenance } from '../../chain/provenance.ts'
import type { Manifest } from '../../model/manifest.ts'
import type { FileLine, Span } from '../../model/span.ts'
import type { Standing } from '../../model/standing.ts'
import { counted } from '../../model/wording.ts'
import { sortCapabilities } from '../../policy/authorize.ts'
import type { Capability } from '../../policy/capability.ts'
import { parsePolicy } from '../../policy/parse-policy.ts'
import { headline } from '../../report/headline.ts'
import type {
  Inventory,
  InventoryHop,
  InventoryPath,
  InventoryRight,
  InventoryRow,
  InventoryRule,
  RowState,
} from '../../report/inventory/inventory.ts'
import { reasonText } from '../../report/reasons/not-checked.ts'
import type { Report } from '../../report/report.ts'
import { useText } from '../../report/workload-text.ts'
import { loginHops } from '../../rules/hops.ts'
import { compare } from '../../rules/worst-first.ts'
import type { Gathered } from '../gather.ts'
import { describeFacts, nameEngine } from './describe-login.ts'
import { usedPath, writes } from './references.ts'
import { type StoreLaw, storeLaw } from './store-law.ts'
import { shownUsers } from './workload-users.ts'

/**
 * What the manifests use of Vault, what each role may do there, and which policy rule nobody needs: made from a check
 * and from what that check was made from.
 */
export function inventory(report: Report, gathered: Gathered): Inventory {
  const { chain } = gathered
  const standingOf = new Map(report.references.map(({ reference, standing }) => [reference, standing]))
  const links = chain.links.filter(({ reference }) => isVaults(standingOf.get(reference)))
  const hops = new HopTable()
  const rows = rowsOf(links, (link) => standingOf.get(link.reference), hops, workloadHops(chain, hops))
  const roles = rolesOf(chain, gathered)
  const paths = pathsOf(links, roles)
  const { externalSecrets, pushSecrets, stores } = report.counts
  return {
    target: report.target,
    headline: headline(report),
    facts: [
      counted(paths.length, 'Vault path'),
      `${counted(externalSecrets, 'ExternalSecret')}, ${counted(pushSecrets, 'PushSecret')}, ${counted(stores, 'store')}`,
      report.live.line.replace(/\.$/, ''),
    ],
    rows,
    hops: hops.all,
    roles: roles.map(({ name }) => name),
    paths,
    rules: rulesOf(chain),
  }
}

/** References of other providers, and those that the report is not about, stand in no row. */
function isVaults(standing: Standing | undefined): boolean {
  return standing !== undefined && standing.is !== 'other-provider'
}

/** The worst of several references makes the state of their row. */
const WORST_FIRST: readonly RowState[] = ['broken', 'not-checked', 'works', 'not-applied']

type RowDraft = { -readonly [K in keyof InventoryRow]: InventoryRow[K] } & { properties: string[] }

/** One row for each object, path and direction: an object that reads twenty properties of one secret is one row. */
function rowsOf(
  links: readonly Link[],
  standingOf: (link: Link) => Standing | undefined,
  hops: HopTable,
  workloadsOf: (manifest: Manifest) => readonly number[],
): readonly InventoryRow[] {
  const rows = new Map<string, RowDraft>()
  for (const link of links) {
    const { reference, store } = link
    const used = store === undefined ? undefined : usedPath(link, store)
    const path = used === undefined ? null : `${used.path}${used.below ? '/…' : ''}`
    const does = writes(link) ? 'writes' : reference.operation === 'find' ? 'searches' : 'reads'
    const state = standingOf(link)?.is as RowState
    const own = hopsOf(link, standingOf(link)).map((hop) => hops.add(hop))
    for (const manifest of objectsOf(link)) {
      const chain = does === 'writes' ? own : [...own, ...workloadsOf(manifest)]
      const id = JSON.stringify([manifest.kind, manifest.namespace, manifest.name, manifest.origin.file, path, does])
      const row = rows.get(id) ?? newRow(manifest, { state, path, does, chain, link })
      rows.set(id, row)
      if (WORST_FIRST.indexOf(state) < WORST_FIRST.indexOf(row.state)) Object.assign(row, { state, chain })
      const { property } = reference
      if (property !== undefined && property !== '' && !row.properties.includes(property)) row.properties.push(property)
    }
  }
  return [...rows.values()].sort(
    (a, b) =>
      compare(`${a.namespace ?? ''}/${a.name}`, `${b.namespace ?? ''}/${b.name}`) ||
      compare(a.kind, b.kind) ||
      compare(a.path ?? '', b.path ?? ''),
  )
}

/** Of the workloads behind an object as many are steps of its chain. */
const WORKLOADS_NAMED = 8

function workloadHops({ lastMile }: Chain, hops: HopTable): (manifest: Manifest) => readonly number[] {
  const known = new Map<Manifest, readonly number[]>()
  return (manifest) => {
    let found = known.get(manifest)
    if (found === undefined) {
      const users = shownUsers(lastMile.usersOf(manifest))
      const more = users.length - WORKLOADS_NAMED
      const step = (text: string, place: FileLine | null): InventoryHop => ({
        is: 'workload',
        state: 'holds',
        text,
        place,
      })
      found = [
        ...users
          .slice(0, WORKLOADS_NAMED)
          .map((user) => step(`${user.manifest}: ${useText(user)}`, { file: user.file, line: user.line })),
        ...(more > 0 ? [step(`and ${counted(more, 'more place')}`, null)] : []),
      ].map((hop) => hops.add(hop))
      known.set(manifest, found)
    }
    return found
  }
}

function newRow(
  manifest: Manifest,
  row: Pick<InventoryRow, 'state' | 'path' | 'does' | 'chain'> & { readonly link: Link },
): RowDraft {
  const { reference } = row.link
  const store = reference.storeRef ?? reference.generatorRef
  return {
    state: row.state,
    kind: manifest.kind,
    name: manifest.name ?? '',
    namespace: manifest.namespace ?? null,
    file: reference.span.file,
    line: reference.span.line,
    does: row.does,
    path: row.path,
    properties: [],
    store: store?.name ?? null,
    chain: row.chain,
  }
}

/** The chain behind the manifest's line: each step with its place and what is known of it. */
function hopsOf(link: Link, standing: Standing | undefined): InventoryHop[] {
  const { reference, store, mount } = link
  const named = reference.storeRef ?? reference.generatorRef
  const reason = standing?.is === 'not-checked' ? reasonText(standing.reason) : undefined
  if (store === undefined) {
    const text = `${named?.name ?? 'no store'}: ${reason ?? 'not found in Git'}`
    return [{ is: 'store', state: standing?.is === 'broken' ? 'broken' : 'open', text, place: null }]
  }
  const hops = loginHops(link).map((hop): InventoryHop => {
    const text =
      hop.of === 'store'
        ? `${hop.name}, ${nameEngine(store, mount)}`
        : `${hop.name} of auth/${store.auth?.mount ?? ''}/${HOW_FOUND[hop.is]}`
    return { is: hop.of as 'store' | 'role', state: STATES[hop.is], text, place: hop.at ?? null }
  })
  hops.push(...policyHops(link))
  const facts = describeFacts(link)
  const secret = link.secret?.presence
  hops.push({
    is: 'secret',
    state: facts === null ? 'open' : secret === 'absent' || secret === 'deleted' ? 'broken' : 'holds',
    text: facts ?? 'not checked: Vault was not asked',
    place: null,
  })
  return hops
}

const STATES = { ok: 'holds', broken: 'broken', 'not-checked': 'open' } as const
const HOW_FOUND = { ok: '', broken: ': absent', 'not-checked': ': not known' } as const

/** One step for each rule that decides, with all that it allows of the reference's requests. */
function policyHops({ accesses }: Link): InventoryHop[] {
  const hops = new Map<string, { hop: InventoryHop; capabilities: Set<string> }>()
  for (const { access, decision } of accesses) {
    const { verdict, winner, because } = decision
    const [rule] = winner
    const allowed = verdict === 'allowed' && rule !== undefined
    const text = allowed
      ? `${rule.policy}: rule ${rule.path} allows`
      : `${access.capability} on ${access.path}: ${reasonText(because)}`
    const known = hops.get(text)
    if (known !== undefined) known.capabilities.add(access.capability)
    else {
      const state = verdict === 'allowed' ? 'holds' : verdict === 'denied' ? 'broken' : 'open'
      hops.set(text, {
        hop: { is: 'policy', state, text, place: at(rule?.span) },
        capabilities: new Set(allowed ? [access.capability] : []),
      })
    }
  }
  return [...hops.values()].map(({ hop, capabilities }) =>
    capabilities.size === 0
      ? hop
      : { ...hop, text: `${hop.text} ${sortCapabilities([...capabilities] as Capability[]).join(', ')}` },
  )
}

function at(span: Span | undefined): FileLine | null {
  return span === undefined ? null : { file: span.file, line: span.line }
}

/** Steps that many rows share, each held once. */
class HopTable {
  readonly all: InventoryHop[] = []
  private readonly indexes = new Map<string, number>()

  add(hop: InventoryHop): number {
    const key = JSON.stringify(hop)
    const known = this.indexes.get(key)
    if (known !== undefined) return known
    this.indexes.set(key, this.all.length)
    return this.all.push(hop) - 1
  }
}

/** A login that stores share: its rights, and what references through it need. */
interface Role {
  readonly name: string
  readonly vaultNamespace: string
  readonly law: StoreLaw | undefined
  /** ACL path → capabilities that references need there and get. */
  readonly used: ReadonlyMap<string, ReadonlySet<string>>
}

function rolesOf({ storeLinks }: Chain, gathered: Gathered): Role[] {
  const roles = new Map<string, StoreLink[]>()
  for (const storeLink of storeLinks) {
    const name = nameLogin(storeLink)
    roles.set(name, [...(roles.get(name) ?? []), storeLink])
  }
  return [...roles]
    .sort(([a], [b]) => compare(a, b))
    .map(([name, stores]) => {
      const [first] = stores as [StoreLink, ...StoreLink[]]
      const used = new Map<string, Set<string>>()
      for (const { access, decision } of stores.flatMap(({ links }) => links).flatMap(({ accesses }) => accesses)) {
        if (decision.verdict !== 'allowed') continue
        const known = used.get(access.path) ?? new Set()
        used.set(access.path, known.add(access.capability))
      }
      return { name, vaultNamespace: first.store.vaultNamespace ?? '', law: storeLaw(first, gathered), used }
    })
}

function nameLogin({ store }: StoreLink): string {
  const role = store.auth?.role
  const within = store.vaultNamespace === undefined ? '' : ` in ${store.vaultNamespace}`
  return role === undefined ? `the token of ${store.name}${within}` : `role ${role}${within}`
}

/** What a page about secrets asks of a path: the rest (`sudo`, `subscribe`, …) means nothing on a secret. */
const ASKED = ['create', 'read', 'update', 'delete'] as const

function pathsOf(links: readonly Link[], roles: readonly Role[]): InventoryPath[] {
  const paths = new Map<string, { path: string; acl: string; vaultNamespace: string; references: number }>()
  for (const link of links) {
    const { store } = link
    const used = store === undefined ? undefined : usedPath(link, store)
    const access = dataAccess(link.accesses)
    if (used === undefined || used.below || access === undefined || link.reference.holes.length > 0) continue
    const id = `${used.vaultNamespace ?? ''}:${used.path}`
    const entry = paths.get(id) ?? {
      path: used.path,
      acl: access,
      vaultNamespace: store?.vaultNamespace ?? '',
      references: 0,
    }
    paths.set(id, entry)
    entry.references += 1
  }
  return [...paths.values()]
    .sort((a, b) => compare(a.path, b.path))
    .map(({ path, acl, vaultNamespace, references }) => ({
      path: vaultNamespace === '' ? path : `${vaultNamespace}: ${path}`,
      references,
      cells: roles.map((role) => (role.vaultNamespace === vaultNamespace ? rightsAt(acl, role) : [])),
    }))
}

function dataAccess(accesses: readonly JudgedAccess[]): string | undefined {
  return accesses.find(({ access: { side } }) => side === 'data' || side === 'engine')?.access.path
}

function rightsAt(path: string, { law, used }: Role): InventoryRight[] | null {
  if (law === undefined) return null
  const decided = ASKED.map((capability) => ({ capability, verdict: law.decide({ path, capability }).verdict }))
  if (decided.some(({ verdict }) => verdict === 'unknown')) return null
  return decided
    .filter(({ verdict }) => verdict === 'allowed')
    .map(({ capability }) => ({ capability, used: used.get(path)?.has(capability) === true }))
}

/** Every rule of the policies that stores log in to, with the number of references that need each of its capabilities. */
function rulesOf(chain: Chain): InventoryRule[] {
  const needed = new Map<string, number>()
  for (const { accesses, reference } of chain.links) {
    if (reference.proposed) continue
    const once = new Set(
      accesses.flatMap(({ access, decision }) =>
        decision.verdict === 'allowed'
          ? decision.winner.map(({ policy, path }) => JSON.stringify([policy, path, access.capability]))
          : [],
      ),
    )
    for (const key of once) needed.set(key, (needed.get(key) ?? 0) + 1)
  }
  const names = new Set(chain.storeLinks.flatMap(({ policies }) => policies?.names ?? []))
  return [...names].sort(compare).flatMap((name) => {
    const policy = chain.policy(name)
    const parsed = policy.found === 'known' ? parsePolicy(policy.fact.text) : undefined
    if (policy.found !== 'known' || parsed?.ok !== true) return []
    return parsed.policy.rules.map((rule) => ({
      policy: name,
      path: rule.label,
      place: at(policy.fact.spanOfLine?.(rule.line) ?? spanOfProvenance(policy.fact.provenance)),
      grants: sortCapabilities(rule.capabilities).map((capability) => ({
        capability,
        references: needed.get(JSON.stringify([name, rule.label, capability])) ?? 0,
      })),
    }))
  })
}
