import type { Chain, JudgedAccess, Link } from '../chain/chain.ts'
import { objectsOf } from '../chain/fold-links.ts'
import { kvPath } from '../chain/kv-path.ts'
import { nameProvenance, spanOfProvenance } from '../chain/provenance.ts'
import { isShownFile, weakness } from '../model/documentation.ts'
import type { Finding, RelatedPlace } from '../model/finding.ts'
import { trimSlashes } from '../model/trim-slashes.ts'
import { counted, forReferences, listed, nameManifest, nameReference } from '../model/wording.ts'
import { brokenStores } from './broken-store.ts'
import { type CausedFinding, placesOf, reportCauses } from './common-cause.ts'
import { fingerprint } from './fingerprint.ts'
import { policiesLost } from './role-parameters.ts'
import type { Rule } from './rule.ts'

/**
 * The policies of the role that ESO logs in with do not allow a request that a manifest makes it send. Only that role's policies
 * count: an admin policy in the same repository must not hide a gap (field.md §4).
 */
export const policyDenies: Rule = {
  id: 'policy-denies',
  title: 'The policies of the role that ESO logs in with do not allow a request that the manifest needs',
  group: 'law',
  severity: 'error',
  *check(chain): Iterable<Finding> {
    yield* neverReady(chain)
    yield* reportCauses(denials(chain), (findings) => summarise(findings))
  },
}

/** Without `lookup-self` ESO never calls the store Ready, and keeps every object that uses it from Vault (eso.md §3.1). */
function* neverReady(chain: Chain): Iterable<Finding> {
  for (const { store, role, policies, session, links } of chain.storeLinks) {
    const [lookup] = session
    if (lookup?.decision.verdict !== 'denied' || policies === undefined || policies.withDefault) continue
    const fact = role?.found === 'known' ? role.fact : undefined
    const span = fact === undefined ? undefined : spanOfProvenance(fact.provenance)
    const { path, capability } = lookup.access
    yield {
      rule: policyDenies.id,
      severity: 'error',
      message:
        `${store.kind} \`${store.name}\` logs in with ${tokenOf({ store, policies })}, whose tokens lack policy \`default\` ` +
        `(\`token_no_default_policy\`) and may not ${capability} \`${path}\`. ESO asks for that to call the store Ready: it never does` +
        `${forReferences(links.length)}.`,
      span: store.manifest.spanOf([...AUTH], 'key'),
      related: span === undefined ? [] : [{ span, message: `role \`${fact?.name}\` turns policy \`default\` off` }],
      fix: `Take \`token_no_default_policy\` off the role, or add to policy \`${policies.names[0] ?? store.name}\`:\n${policyText(
        new Map([
          [path, [capability]],
          ['auth/token/revoke-self', ['update']],
        ]),
      )}`,
      fingerprint: fingerprint(policyDenies.id, 'session', store.kind, store.namespace, store.name, path),
    }
  }
}

const AUTH = ['spec', 'provider', 'vault', 'auth'] as const

function* denials(chain: Chain): Iterable<CausedFinding> {
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

/** One store, one token, and the same rule (or none) deciding: mended by one edit. */
function causeOf(link: Link, denied: readonly JudgedAccess[]): string {
  const winners = new Set(
    denied.map((judged) => judged.decision.winner.map((rule) => `${rule.policy} ${rule.path}`).join(' & ')),
  )
  return [link.store?.kind, link.store?.namespace, link.store?.name, ...[...winners].sort()].join('|')
}

function denial(chain: Chain, link: Link, denied: readonly JudgedAccess[]): Finding {
  const { reference } = link
  const needs = byPath(denied)
  const wanted = [...needs].map(([path, capabilities]) => `${listed(capabilities)} on \`${path}\``)
  const above = namespaced(chain, link)
  const because = [...reasons(denied), ...(above === undefined ? [] : [above.says]), ...takenAway(chain, link, denied)]
  const message =
    `${reference.proposed ? 'Once its fields stand where ESO reads them, ' : ''}${nameReference(reference)} needs ` +
    `${listed(wanted)}; ${tokenOf(link)} does not allow that. ${because.join(' ')}${whenOf(denied)}`
  return {
    rule: policyDenies.id,
    // 403 is never "no secret": it fails the whole object, whatever its deletionPolicy says (eso.md §3.2).
    severity: denied.every(onlyWithFolders) || isOnlyShown(link) ? 'warning' : 'error',
    message,
    span: reference.span,
    related: relatedPlaces(chain, link, denied),
    fix: above?.fix ?? fixFor(chain, link, denied, needs),
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
  const missing = new Map<string, string[]>()
  for (const { decision } of denied) {
    const [, said = decision.because, capability] = /^(.+, not )([a-z]+)\.$/.exec(decision.because) ?? []
    const known = missing.get(said) ?? []
    missing.set(said, capability === undefined || known.includes(capability) ? known : [...known, capability])
  }
  return [...missing].map(([said, capabilities]) =>
    sentence(capabilities.length === 0 ? said : `${said}${capabilities.join(' or ')}.`),
  )
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

function tokenOf(link: Pick<Link, 'store' | 'policies'>): string {
  const names = (link.policies?.names ?? []).map((name) => `\`${name}\``)
  const policies = names.length === 0 ? 'no policy' : `${names.length === 1 ? 'policy' : 'policies'} ${listed(names)}`
  if (link.policies?.from === 'config') return `${policies} (config file, store \`${link.store?.name}\`)`
  if (link.policies?.from === 'token') {
    const made = link.policies.provenance
    return `its token (${policies}${made === undefined ? '' : `, made ${nameProvenance(made)}`})`
  }
  const username = link.store?.auth?.username
  if (username !== undefined) return `user \`${username}\` (auth mount \`${link.store?.auth?.mount}\`, ${policies})`
  return `role \`${link.store?.auth?.role}\` (auth mount \`${link.store?.auth?.mount}\`, ${policies})`
}

/** An example or a test says what the role may do, and the store is none: what is done elsewhere may differ (forms.md §8). */
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
    ...new Set(denied.filter((judged) => judged.access.when !== 'always').map((judged) => judged.access.when)),
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

function policyText(needs: ReadonlyMap<string, readonly string[]>): string {
  return [...needs]
    .map(
      ([path, capabilities]) =>
        `path "${path}" {\n  capabilities = [${capabilities.map((c) => `"${c}"`).join(', ')}]\n}`,
    )
    .join('\n')
}

function fixFor(
  chain: Chain,
  link: Link,
  denied: readonly JudgedAccess[],
  needs: ReadonlyMap<string, readonly string[]>,
): string {
  const text = policyText(needs)
  const role = link.role?.found === 'known' ? link.role.fact : undefined
  const policy = policyToMend(chain, link, denied)
  if (policy === undefined)
    return `${role === undefined ? 'The token has no policy' : `Role \`${role.name}\` names no policy`}. Give it one that holds:\n${text}`
  const others = otherRoles(chain, link, policy)
  const shown = others.length > 4 ? [...others.slice(0, 3), `${others.length - 3} more`] : others
  const shared =
    others.length === 0
      ? ''
      : `\nPolicy \`${policy}\` is in ${others.length === 1 ? 'role' : 'roles'} ${listed(shown)} as well, which then may do the same; ` +
        'a policy of this role alone keeps it apart.'
  return `Add to policy \`${policy}\`:\n${text}${shared}`
}

/** The policy that decides, else the one with the nearest rule, else one that no other role has. */
function policyToMend(chain: Chain, link: Link, denied: readonly JudgedAccess[]): string | undefined {
  const [decision] = denied.map((judged) => judged.decision)
  const names = link.policies?.names ?? []
  const told = decision?.winner[0]?.policy ?? decision?.nearest?.[0]?.policy
  // What the built-in policy grants is no place for a team's paths.
  if (told !== undefined && told !== 'default') return told
  return names.find((name) => otherRoles(chain, link, name).length === 0) ?? names[0]
}

/** Other roles that Git gives the policy to, each with its auth mount where that is another one. */
function otherRoles({ declared }: Chain, { role, store }: Link, policy: string): string[] {
  const own = role?.found === 'known' ? role.fact : undefined
  const mount = own?.authMount ?? store?.auth?.mount
  const others = declared.roles.filter(
    (other) =>
      other.policies?.includes(policy) === true && (other.name !== own?.name || other.authMount !== own.authMount),
  )
  const names = others.map(({ name, authMount }) =>
    authMount === mount ? `\`${name}\`` : `\`${name}\` (auth mount \`${authMount}\`)`,
  )
  return [...new Set(names)]
}

/** Rules of a policy that are written for tokens of a namespace above the one that the store logs in at. */
interface Namespaced {
  readonly says: string
  readonly fix: string
}

/**
 * A rule with a Vault namespace in front of its path is for tokens of the parent namespace: in the namespace itself it covers nothing
 * (vault.md §2.8).
 */
function namespaced(chain: Chain, { store, policies }: Link): Namespaced | undefined {
  const parts = (store?.vaultNamespace ?? '').split('/').filter(Boolean)
  if (parts.length === 0 || store?.path === undefined || store.authNamespace !== undefined) return undefined
  const prefixes = parts.map((_, index) => parts.slice(index).join('/'))
  const mount = trimSlashes(store.path)
  for (const name of policies?.names ?? []) {
    const policy = chain.policy(name)
    const text = policy.found === 'known' ? policy.fact.text : ''
    const prefix = prefixes.find((one) => text.includes(`"${one}/${mount}/`))
    if (prefix === undefined) continue
    const parent = parts.slice(0, parts.length - prefix.split('/').length).join('/')
    const whose = parent === '' ? 'the root namespace' : `Vault namespace \`${parent}\``
    return {
      says:
        `Paths in policy \`${name}\` begin with \`${prefix}/\`: such rules are for a token of ${whose}, and the store logs in at ` +
        `\`${parts.join('/')}\`.`,
      fix: `Log in there, with \`auth.namespace: ${parent === '' ? '""' : parent}\`, if that is where the role and the policy are; else write the paths without \`${prefix}/\`.`,
    }
  }
  return undefined
}

function relatedPlaces(chain: Chain, link: Link, denied: readonly JudgedAccess[]): RelatedPlace[] {
  const places: RelatedPlace[] = []
  for (const rule of denied.flatMap((judged) => judged.decision.winner)) {
    if (rule.span === undefined) continue
    places.push({ span: rule.span, message: `rule \`${rule.path}\` of policy \`${rule.policy}\` decides` })
  }
  const [nearest] = denied.map((judged) => judged.decision.nearest?.find((rule) => rule.span !== undefined))
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
    const span = link.store.manifest.spanOf([...AUTH], 'key')
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

function summarise(findings: readonly Finding[]): Finding {
  const first = findings[0] as Finding
  const decides = first.related[0]
  return {
    ...first,
    message: `${counted(findings.length, 'reference')} of one store are denied for one reason. The first: ${first.message}`,
    span: decides?.span ?? first.span,
    related: [...placesOf(findings, 'denied'), ...first.related.slice(1)],
    fingerprint: fingerprint(policyDenies.id, 'many', first.fingerprint.split('|')[2]),
  }
}
