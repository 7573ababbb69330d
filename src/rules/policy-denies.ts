import type { Chain, JudgedAccess, Link } from '../chain/chain.ts'
import { objectsOf } from '../chain/fold-links.ts'
import { kvPath } from '../chain/kv-path.ts'
import { spanOfProvenance } from '../chain/provenance.ts'
import { tokenNamespaces } from '../chain/vault-namespaces.ts'
import { providerPath } from '../eso/provider.ts'
import { isShownFile, weakness } from '../model/documentation.ts'
import type { Finding, PolicyNeed, RelatedPlace } from '../model/finding.ts'
import type { NotCheckedReason } from '../model/reason.ts'
import { ALWAYS } from '../model/reference.ts'
import type { Span } from '../model/span.ts'
import { counted, listed, nameManifest } from '../model/wording.ts'
import { buildAcl } from '../policy/acl.ts'
import { findRule, requestPath } from '../policy/match.ts'
import { parsePolicy } from '../policy/parse-policy.ts'
import { chainReason } from '../report/reasons/brief.ts'
import { brokenStores } from './broken-store.ts'
import { fingerprint } from './fingerprint.ts'
import { doesOf, hopsTo } from './hops.ts'
import { mendPolicy, policyText, policyToMend, rulesOfAnotherNamespace, unionOfNeeds } from './mend-policy.ts'
import { nearestBlocks } from './nearest-blocks.ts'
import { policiesLost } from './role-parameters.ts'
import type { Rule, RuleFinding, Together } from './rule.ts'
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
    yield* denials(chain)
  },
  together,
}

function* denials(chain: Chain): Iterable<RuleFinding> {
  const broken = brokenStores(chain)
  const lost = rulesLost(chain)
  for (const link of chain.links) {
    if (link.store === undefined || broken.has(link.store)) continue
    // A role whose policies Vault drops denies everything: `role-parameter-unknown` says it once.
    if (link.role?.found === 'known' && policiesLost(link.role.fact) !== undefined) continue
    const denied = deniedOf(link)
    if (denied.length === 0 || link.policies === undefined) continue
    yield denial(chain, link, denied, lost)
  }
}

function deniedOf({ accesses }: Link): JudgedAccess[] {
  return accesses.filter(({ access, decision }) => access.side !== 'session' && decision.verdict === 'denied')
}

function denial(chain: Chain, link: Link, denied: readonly JudgedAccess[], allLost: readonly LostRule[]): RuleFinding {
  const { reference } = link
  const needs = needsOf(denied)
  const written = asPoliciesWriteThem(link, needs)
  const above = rulesOfAnotherNamespace(chain, link)
  const policy = policyToMend(chain, link, denied)
  const lost = allLost.filter((one) => one.policy === policy && denied.some(({ access }) => one.covers(access.path)))
  const paths = [...new Set(needs.map(({ path }) => kvPath(path, link.store?.path)))]
  const decides = [
    ...new Set(denied.flatMap(({ decision }) => decision.winner.map((rule) => `${rule.policy} ${rule.path}`))),
  ].sort(compare)
  return {
    rule: policyDenies.id,
    // 403 is never "no secret": it fails the whole object, whatever its deletionPolicy says (eso.md §3.2).
    severity: denied.every(onlyWithFolders) || isOnlyShown(link) ? 'warning' : 'error',
    headline: `${subject(link, policy, lost.length > 0)} ${verbOf(link)} \`${paths[0]}\``,
    ...optional('why', [...removed(lost), ...saidByConfig(link), ...extras(denied), ...whenOf(denied)].join(' ')),
    chain: hopsTo(chain, link, {
      at: 'policy',
      says: above?.says ?? saysOf(denied),
      ...(policy === undefined ? {} : { policy }),
      span: decidingSpan(denied),
    }),
    ...optional('does', doesOf(link)),
    ...optional('remark', reference.proposed ? 'Holds once its indentation is fixed.' : ''),
    // One edit of the policy fixes all that the same rules deny.
    cause: JSON.stringify(above === undefined ? [policy, decides, lost.map(({ path }) => path)] : [policy, above.says]),
    parts: {
      ...(policy === undefined ? {} : { policy }),
      needs: written,
      ...(lost.length === 0 ? {} : { lost: lost.map(({ path, capabilities }) => ({ path, capabilities })) }),
    },
    span: reference.span,
    related: relatedPlaces(chain, link, denied),
    fix: above?.fix ?? fixFor(mendPolicy(chain, link, policy, written), lost),
    objects: objectsOf(link),
    fingerprint: fingerprint(
      policyDenies.id,
      nameManifest(reference.manifest),
      link.store?.name,
      reference.key,
      reference.property,
      needs.map(({ path, capabilities }) => `${path}:${capabilities.join('+')}`).join(','),
    ),
    vaultPaths: needs.map(({ path }) => kvPath(path, link.store?.path)),
  }
}

/** A token of a parent namespace names the child in front of the path (vault.md §2.8). */
function asPoliciesWriteThem({ store }: Link, needs: readonly PolicyNeed[]): readonly PolicyNeed[] {
  const namespaces = store === undefined ? undefined : tokenNamespaces(store)
  if (namespaces === undefined || namespaces.policies !== '') return needs
  return needs.map(({ path, capabilities }) => ({ path: namespaces.request + path, capabilities }))
}

function optional<Key extends string>(key: Key, value: string | undefined): { readonly [K in Key]?: string } {
  return value === undefined || value === '' ? {} : ({ [key]: value } as { readonly [K in Key]: string })
}

/** The policy that would have to allow it; a token without any has only its role's name. */
function subject({ store, role }: Link, policy: string | undefined, lost: boolean): string {
  if (policy !== undefined) return `Policy \`${policy}\` ${lost ? 'no longer lets' : 'does not let'} ESO`
  const name = role?.found === 'known' ? role.fact.name : store?.auth?.role
  return name === undefined ? 'No policy of the token lets ESO' : `No policy of role \`${name}\` lets ESO`
}

function verbOf({ reference }: Link): string {
  if (reference.operation === 'push') return 'write'
  return reference.operation === 'find' ? 'list' : 'read'
}

/** Why the policies refuse it, as a sentence part; of several requests, what is told of the first, and of how many more. */
function saysOf(denied: readonly JudgedAccess[]): string {
  const all = reasons(denied)
  // That no rule covers it is said once, whatever it is asked for.
  const first = all.findIndex(({ code }) => code === 'no-rule-covers')
  const told = all.filter(({ code }, index) => code !== 'no-rule-covers' || index === first).map(chainReason)
  return [...new Set(told)].slice(0, 2).join('; ')
}

/** What a change takes away: the reader looks at the reference, and the line that broke it is gone. */
function removed(lost: readonly PolicyNeed[]): string[] {
  if (lost.length === 0) return []
  const named = lost.slice(0, 3).map(({ path }) => `\`${path}\``)
  const more = lost.length > 3 ? [`${lost.length - 3} more`] : []
  return [`This change removes ${lost.length === 1 ? 'rule' : 'rules'} ${listed([...named, ...more])}.`]
}

/** What Git does not say: the reader has to know whom to doubt. */
function saidByConfig({ policies, role, store }: Link): string[] {
  if (policies?.from === 'config') return [`Its policies are as the config says for store \`${store?.name}\`.`]
  const said = role?.found === 'known' && role.fact.provenance.from === 'config'
  return said ? [`Role \`${role.fact.name}\` is as the config says.`] : []
}

function extras(denied: readonly JudgedAccess[]): string[] {
  const assumed = [...new Set(denied.flatMap(({ decision }) => decision.assumed ?? []))].map((name) => `\`${name}\``)
  return assumed.length === 0 ? [] : [`This is with the default of ${listed(assumed)}.`]
}

/** One rule that allows neither of two capabilities is told once: `allows read, not create or update`. */
function reasons(denied: readonly JudgedAccess[]): NotCheckedReason[] {
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
  return [...told.values()]
}

/** A rule that a change took away, and what it covered. */
interface LostRule extends PolicyNeed {
  readonly policy: string
  covers(path: string): boolean
}

/** Rules that allowed something before the change, and of which the same request is denied now. */
function rulesLost(chain: Chain): LostRule[] {
  const { before } = chain
  if (before === undefined) return []
  const rules = new Map<string, LostRule>()
  for (const link of chain.links)
    for (const { access } of deniedOf(link))
      for (const { policy, path, capabilities } of before.grantedBy(link, access)) {
        const key = `${policy} ${path}`
        if (!rules.has(key)) rules.set(key, { policy, path, capabilities, covers: coverage({ path, capabilities }) })
      }
  return [...rules.values()]
}

/** Whether a rule covers a request's path. */
function coverage(need: PolicyNeed): (path: string) => boolean {
  const parsed = parsePolicy(policyText([need]))
  const built = parsed.ok ? buildAcl([{ name: '', parsed: parsed.policy }]) : undefined
  if (built === undefined || 'error' in built) return () => false
  return (path) => findRule(built.acl, 'read', requestPath(path), 'legacy') !== undefined
}

/** What was taken away comes first: to put it back is one edit, and what was meant. */
function fixFor(grant: NonNullable<Finding['fix']>, lost: readonly PolicyNeed[]): NonNullable<Finding['fix']> {
  if (lost.length === 0) return grant
  return {
    ...grant,
    lead: lost.length === 1 ? 'put the rule back' : 'put the rules back',
    text: policyText(unionOfNeeds(lost)),
    or: { ...grant, lead: 'allow only what is needed' },
  }
}

function together(findings: readonly [Finding, ...Finding[]], references: number): Together {
  const [first] = findings
  const parts = findings.map((finding) => finding.parts ?? {})
  const needs = unionOfNeeds(parts.flatMap((part) => part.needs ?? []))
  const policy = parts[0]?.policy
  if (policy === undefined || needs.length === 0 || first.fix === undefined) return {}
  const lost = unionOfNeeds(parts.flatMap((part) => part.lost ?? []))
  const many = counted(references, 'reference')
  const { or: _, ...grant } = first.fix
  const granted = { ...grant, lead: `add to policy \`${policy}\``, text: policyText(needs) }
  const decides = first.parts?.lost === undefined ? decidingRule(first) : undefined
  if (lost.length > 0)
    return {
      headline: `Policy \`${policy}\` no longer covers ${many}`,
      why: removed(lost).join(''),
      fix: fixFor({ ...granted, lead: `allow only the ${counted(needs.length, 'path')}` }, lost),
    }
  return {
    headline:
      decides === undefined
        ? `Policy \`${policy}\` does not cover ${many}`
        : `Rule \`${decides}\` of policy \`${policy}\` denies ${many}`,
    ...(first.fix.language === 'hcl' ? { fix: granted } : {}),
  }
}

/** The path of the one rule that decides for all findings of a cause. */
function decidingRule({ cause }: Finding): string | undefined {
  const [, decides] = JSON.parse(cause ?? '[]') as [unknown, unknown]
  if (!Array.isArray(decides) || decides.length !== 1) return undefined
  return String(decides[0]).split(' ').slice(1).join(' ')
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
function whenOf(denied: readonly JudgedAccess[]): string[] {
  const sometimes = [
    ...new Set(denied.filter((judged) => judged.access.when !== ALWAYS).map((judged) => judged.access.when)),
  ]
  return sometimes.length === denied.length && sometimes.length === 1 ? [`ESO sends it ${sometimes[0]}.`] : []
}

function needsOf(denied: readonly JudgedAccess[]): PolicyNeed[] {
  const needs = new Map<string, string[]>()
  for (const { access } of denied) {
    const path = access.below === true ? `${access.path}*` : access.path
    const capabilities = needs.get(path)
    if (capabilities === undefined) needs.set(path, [access.capability])
    else if (!capabilities.includes(access.capability)) capabilities.push(access.capability)
  }
  return [...needs].map(([path, capabilities]) => ({ path, capabilities: capabilities.sort() }))
}

function decidingSpan(denied: readonly JudgedAccess[]): Span | undefined {
  const rules = denied.flatMap(({ decision }) => [...decision.winner, ...nearestBlocks(decision)])
  return rules.find(({ span }) => span !== undefined)?.span
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
    const span = link.store.manifest.spanOf([...providerPath(link.store), 'auth'], 'key')
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
