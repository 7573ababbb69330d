import type { Chain, JudgedAccess, Link } from '../chain/chain.ts'
import { objectsOf } from '../chain/fold-links.ts'
import { kvPath } from '../chain/kv-path.ts'
import { spanOfProvenance } from '../chain/provenance.ts'
import { tokenNamespaces } from '../chain/vault-namespaces.ts'
import { isShownFile, weakness } from '../model/documentation.ts'
import type { Finding, RelatedPlace } from '../model/finding.ts'
import type { NotCheckedReason } from '../model/reason.ts'
import { ALWAYS } from '../model/reference.ts'
import { counted, listed, nameManifest, nameReference } from '../model/wording.ts'
import { reasonSentence } from '../report/reasons/not-checked.ts'
import { brokenStores } from './broken-store.ts'
import { type CausedFinding, placesOf, reportCauses } from './common-cause.ts'
import { fingerprint } from './fingerprint.ts'
import { mendPolicy, rulesOfAnotherNamespace } from './mend-policy.ts'
import { nameToken } from './name-token.ts'
import { nearestBlocks } from './nearest-blocks.ts'
import { policiesLost } from './role-parameters.ts'
import type { Rule, RuleFinding } from './rule.ts'
import { neverReady } from './store-never-ready.ts'
import { compare } from './worst-first.ts'

/**
 * The policies of the role that ESO logs in with do not allow a request that a manifest makes it send. Only that role's policies
 * count: an admin policy in the same repository must not hide a gap (field.md §4).
 */
export const policyDenies: Rule = {
  id: 'policy-denies',
  title: 'The policies of the role that ESO logs in with do not allow a request that the manifest needs',
  group: 'law',
  severity: 'error',
  *check(chain): Iterable<RuleFinding> {
    yield* neverReady(this.id, chain)
    yield* reportCauses(denials(chain), summarise)
  },
}

/** One store, one token, and the same rules (or none) deciding: mended by one edit. */
interface Cause {
  readonly kind: string | undefined
  readonly namespace: string | undefined
  readonly store: string | undefined
  /** For each request, the policy and path of the blocks that decide. */
  readonly rules: readonly (readonly (readonly [string, string])[])[]
}

function* denials(chain: Chain): Iterable<CausedFinding<Cause>> {
  const broken = brokenStores(chain)
  for (const link of chain.links) {
    if (link.store === undefined || broken.has(link.store)) continue
    // A role whose policies Vault drops denies everything: `role-parameter-unknown` says it once.
    if (link.role?.found === 'known' && policiesLost(link.role.fact) !== undefined) continue
    const denied = link.accesses.filter(
      (judged) => judged.access.side !== 'session' && judged.decision.verdict === 'denied',
    )
    if (denied.length === 0 || link.policies === undefined) continue
    yield { cause: causeOf(link, denied), finding: denial(chain, link, denied) }
  }
}

function causeOf({ store }: Link, denied: readonly JudgedAccess[]): Cause {
  const rules = new Map(
    denied.map(({ decision }) => {
      const blocks = decision.winner.map(({ policy, path }) => [policy, path] as const)
      return [JSON.stringify(blocks), blocks]
    }),
  )
  const sorted = [...rules].sort(([a], [b]) => compare(a, b)).map(([, blocks]) => blocks)
  return { kind: store?.kind, namespace: store?.namespace, store: store?.name, rules: sorted }
}

function denial(chain: Chain, link: Link, denied: readonly JudgedAccess[]): RuleFinding {
  const { reference } = link
  const needs = byPath(denied)
  const wanted = [...needs].map(([path, capabilities]) => `${listed(capabilities)} on \`${path}\``)
  const above = rulesOfAnotherNamespace(chain, link)
  const because = [...reasons(denied), ...(above === undefined ? [] : [above.says]), ...takenAway(chain, link, denied)]
  const message = (object: string) =>
    `${reference.proposed ? 'Once its fields stand where ESO reads them, ' : ''}${nameReference(reference, object)} needs ` +
    `${listed(wanted)}; ${nameToken(link)} does not allow that. ${because.join(' ')}${whenOf(denied)}`
  return {
    rule: policyDenies.id,
    // 403 is never "no secret": it fails the whole object, whatever its deletionPolicy says (eso.md §3.2).
    severity: denied.every(onlyWithFolders) || isOnlyShown(link) ? 'warning' : 'error',
    message,
    span: reference.span,
    related: relatedPlaces(chain, link, denied),
    fix: above?.fix ?? mendPolicy(chain, link, denied, asPoliciesWriteThem(link, needs)),
    objects: objectsOf(link),
    fingerprint: fingerprint(
      policyDenies.id,
      nameManifest(reference.manifest),
      link.store?.name,
      reference.key,
      reference.property,
      [...needs].map(([path, capabilities]) => `${path}:${capabilities.join('+')}`).join(','),
    ),
    vaultPaths: [...needs.keys()].map((path) => kvPath(path, link.store?.path)),
  }
}

/** A token of a parent namespace names the child in front of the path (vault.md §2.8). */
function asPoliciesWriteThem({ store }: Link, needs: ReadonlyMap<string, string[]>): ReadonlyMap<string, string[]> {
  const namespaces = store === undefined ? undefined : tokenNamespaces(store)
  if (namespaces === undefined || namespaces.policies !== '') return needs
  return new Map([...needs].map(([path, capabilities]) => [namespaces.request + path, capabilities]))
}

/** What a change takes away: the reader looks at the reference, and the line that broke it is gone. */
function takenAway({ before }: Chain, link: Link, denied: readonly JudgedAccess[]): string[] {
  if (before === undefined) return []
  const rules = new Set(
    denied.flatMap(({ access }) =>
      before.grantedBy(link, access).map(({ policy, path }) => `rule \`${path}\` of policy \`${policy}\``),
    ),
  )
  return rules.size === 0 ? [] : [`Before this change ${listed([...rules])} allowed it.`]
}

/** One rule that grants neither of two capabilities is told once: `grants read, not create or update`. */
function reasons(denied: readonly JudgedAccess[]): string[] {
  const told = new Map<string, NotCheckedReason>()
  for (const { decision } of denied) {
    const { because } = decision
    if (because.code !== 'rule-decides' || because.says.code !== 'lacks') {
      told.set(JSON.stringify(because), because)
      continue
    }
    const { rule, says } = because
    const key = JSON.stringify([rule, says.grants])
    const known = told.get(key)
    const before = known?.code === 'rule-decides' && known.says.code === 'lacks' ? known.says.wanted : []
    told.set(key, { ...because, says: { ...says, wanted: [...new Set([...before, ...says.wanted])] } })
  }
  const assumed = [...new Set(denied.flatMap(({ decision }) => decision.assumed ?? []))].map((name) => `\`${name}\``)
  const defaults = assumed.length === 0 ? [] : [`This is with the default of ${listed(assumed)}.`]
  return [...[...told.values()].map(reasonSentence), ...defaults]
}

/** An example or a test says what the role may do, and the store is none: what is done elsewhere may differ (forms.md §2, "dead text"). */
function isOnlyShown({ role, reference }: Link): boolean {
  return role?.found === 'known' && weakness(role.fact.provenance) === 1 && !isShownFile(reference.manifest.origin.file)
}

/** A `find` lists the folders below its path, if there are any: only the server knows. */
function onlyWithFolders({ access }: JudgedAccess): boolean {
  return access.below === true && access.capability === 'list'
}

/** Conditional requests are needed as well, only not at every refresh; the reader should know which. */
function whenOf(denied: readonly JudgedAccess[]): string {
  const sometimes = [
    ...new Set(denied.filter((judged) => judged.access.when !== ALWAYS).map((judged) => judged.access.when)),
  ]
  return sometimes.length === denied.length && sometimes.length === 1 ? ` ESO sends it ${sometimes[0]}.` : ''
}

function byPath(denied: readonly JudgedAccess[]): Map<string, string[]> {
  const needs = new Map<string, string[]>()
  for (const { access } of denied) {
    const path = access.below === true ? `${access.path}*` : access.path
    const capabilities = needs.get(path)
    if (capabilities === undefined) needs.set(path, [access.capability])
    else if (!capabilities.includes(access.capability)) capabilities.push(access.capability)
  }
  for (const capabilities of needs.values()) capabilities.sort()
  return needs
}

function relatedPlaces(chain: Chain, link: Link, denied: readonly JudgedAccess[]): RelatedPlace[] {
  const places: RelatedPlace[] = []
  for (const rule of denied.flatMap((judged) => judged.decision.winner)) {
    if (rule.span === undefined) continue
    places.push({ span: rule.span, message: `rule \`${rule.path}\` of policy \`${rule.policy}\` decides` })
  }
  const [nearest] = denied.map(({ decision }) => nearestBlocks(decision).find((rule) => rule.span !== undefined))
  if (places.length === 0 && nearest?.span !== undefined)
    places.push({
      span: nearest.span,
      message: `the nearest rule of policy \`${nearest.policy}\``,
    })
  if (places.length === 0) {
    for (const name of link.policies?.names ?? []) {
      const policy = chain.policy(name)
      const span = policy.found === 'known' ? policy.fact.spanOfLine?.(1) : undefined
      if (span !== undefined) places.push({ span, message: `policy \`${name}\` begins here` })
    }
  }
  const made = link.policies?.provenance
  const madeAt = made === undefined ? undefined : spanOfProvenance(made)
  if (madeAt !== undefined) places.push({ span: madeAt, message: 'the token is made here' })
  const role = link.role?.found === 'known' ? link.role.fact : undefined
  if (role?.provenance.from === 'git')
    places.push({ span: role.provenance.span, message: `role \`${role.name}\` names the policies` })
  if (link.store !== undefined) {
    const span = link.store.manifest.spanOf(['spec', 'provider', 'vault', 'auth'], 'key')
    places.push({ span, message: `${link.store.kind} \`${link.store.name}\` logs in here` })
  }
  const seen = new Set<string>()
  return places.filter(({ span }) => {
    const at = `${span.file}:${span.line}`
    if (seen.has(at)) return false
    seen.add(at)
    return true
  })
}

function summarise(findings: readonly [Finding, ...Finding[]], { store }: Cause): Finding {
  const [first] = findings
  const decides = first.related[0]
  return {
    ...first,
    message: `${counted(findings.length, 'reference')} of one store are denied for one reason. The first: ${first.message}`,
    span: decides?.span ?? first.span,
    related: [...placesOf(findings, 'denied'), ...first.related.slice(1)],
    fingerprint: fingerprint(policyDenies.id, 'many', store),
  }
}
