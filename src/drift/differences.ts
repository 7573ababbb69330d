import type { Chain, StoreLink } from '../chain/chain.ts'
import type { Difference, FieldDifference } from '../chain/drift-facts.ts'
import { lookUpPolicy } from '../chain/lookup.ts'
import { spanOfProvenance } from '../chain/provenance.ts'
import type { NotChecked } from '../model/finding.ts'
import type { NotCheckedReason } from '../model/reason.ts'
import { trimSlashes } from '../model/trim-slashes.ts'
import type { Provenance } from '../model/vault-state.ts'
import type { LiveState, Seen } from '../state/live/live-state.ts'
import { compareAuthConfig } from './compare-config.ts'
import { compareMounts } from './compare-mount.ts'
import { comparePolicies } from './compare-policy.ts'
import { compareRoles } from './compare-role.ts'
import { shown } from './shown.ts'

export interface Differences {
  readonly differences: readonly Difference[]
  /** Parts that Git writes in a way that cannot be compared. */
  readonly notCompared: readonly NotChecked[]
}

/**
 * What the server has otherwise than Git declares it: the mounts, auth mounts, roles and policies that stores use. Others are not
 * looked at: a repository may well declare what belongs to another Vault. What the server hid is no difference.
 */
export function declaredDifferences(chain: Chain): Differences {
  const differences = new Map<string, Difference>()
  const notCompared = new Map<string, NotChecked>()
  const report = (difference: Difference) => {
    if (difference.fields !== 'absent' && difference.fields.length === 0) return
    differences.set(JSON.stringify([difference.namespace, difference.kind, difference.name]), difference)
  }
  const skip = (provenance: Provenance, what: string, reason: NotCheckedReason) => {
    const span = spanOfProvenance(provenance)
    if (span !== undefined) notCompared.set(what, { file: span.file, line: span.line, what, reason })
  }
  for (const link of chain.storeLinks) {
    const own = trimSlashes(link.store.vaultNamespace ?? '')
    const login = trimSlashes(link.store.authNamespace ?? link.store.vaultNamespace ?? '')
    const live = chain.live?.states.get(own)
    const liveLogin = chain.live?.states.get(login)
    if (live !== undefined) compareMount(link, live, own, report)
    if (liveLogin === undefined) continue
    compareAuthMount(link, chain, liveLogin, login, report)
    // Its roles went with it: one cause, said once.
    if (link.authMount?.found !== 'known' || liveLogin.authMount(link.authMount.fact.path)?.presence !== 'absent')
      compareRole(link, liveLogin, login, report)
    for (const name of link.policies?.names ?? []) {
      const policy = lookUpPolicy(name, link.store.manifest.span, { declared: chain.declared, live: liveLogin })
      if (policy.found !== 'known') continue
      const fact = policy.fact
      const span = fact.spanOfLine?.(1) ?? gitSpan(fact.provenance)
      if (fact.provenance.from !== 'git' || span === undefined) continue
      const path = `sys/policies/acl/${fact.name}`
      const part = { kind: 'policy', name: `policy \`${fact.name}\``, path, namespace: login, by: 'git', span } as const
      const seen = compareSeen(liveLogin.policy(fact.name), (there) => {
        if (fact.unknown.length > 0) {
          const holes = fact.unknown.map((one) => `\${${one}}`)
          skip(fact.provenance, part.name, { code: 'variable-unresolved', in: 'policy-text', holes })
          return []
        }
        const compared = comparePolicies(fact.name, fact.text, there.text)
        if (!('error' in compared)) return compared
        skip(fact.provenance, part.name, { code: 'policy-text-invalid', says: compared.error.trim() })
        return []
      })
      if (seen !== undefined) report({ ...part, fields: seen })
    }
  }
  return { differences: [...differences.values()], notCompared: [...notCompared.values()] }
}

type Reporter = (difference: Difference) => void

function compareMount({ mount }: StoreLink, live: LiveState, namespace: string, report: Reporter): void {
  if (mount?.found !== 'known' || mount.fact.unknown.length > 0) return
  const span = gitSpan(mount.fact.provenance)
  const fields = span && compareSeen(live.mount(mount.fact.path), (there) => compareMounts(mount.fact, there))
  if (span === undefined || fields === undefined) return
  const { path } = mount.fact
  report({ kind: 'mount', name: `mount \`${path}/\``, path, namespace, by: 'git', span, fields })
}

function compareAuthMount(link: StoreLink, chain: Chain, live: LiveState, namespace: string, report: Reporter): void {
  const { authMount } = link
  if (authMount?.found !== 'known' || authMount.fact.unknown.length > 0) return
  const { fact } = authMount
  const span = gitSpan(fact.provenance)
  if (span === undefined) return
  const seen = live.authMount(fact.path)
  const fields = compareSeen(seen, (there) => {
    if (there.type === fact.type) return []
    return [{ field: 'type', expected: shown(fact.type), actual: shown(there.type) }]
  })
  const name = `auth mount \`${fact.path}/\``
  if (fields !== undefined)
    report({ kind: 'auth mount', name, path: `auth/${fact.path}`, namespace, by: 'git', span, fields })
  if (seen?.presence !== 'present') return
  // Enabling a mount and writing its config are two commands, hence two facts; several configs that differ are nobody's word.
  const configured = chain.declared.authMounts.filter((one) => one.path === fact.path && one.config !== undefined)
  const [first] = configured
  if (first === undefined || configured.some((one) => JSON.stringify(one.config) !== JSON.stringify(first.config)))
    return
  const configSpan = gitSpan(first.configProvenance ?? first.provenance) ?? span
  const config = compareSeen(live.authConfig(fact.path), (there) =>
    compareAuthConfig(first.config ?? {}, there, seen.fact.type),
  )
  if (config === undefined) return
  const path = `auth/${fact.path}/config`
  report({ kind: 'auth config', name: `\`${path}\``, path, namespace, by: 'git', span: configSpan, fields: config })
}

function compareRole({ role }: StoreLink, live: LiveState, namespace: string, report: Reporter): void {
  if (role?.found !== 'known') return
  const { fact } = role
  const span = gitSpan(fact.provenance)
  const fields = span && compareSeen(live.role(fact.authMount, fact.name), (there) => compareRoles(fact, there))
  if (span === undefined || fields === undefined) return
  const name = `role \`${fact.name}\` of auth mount \`${fact.authMount}/\``
  const path = `auth/${fact.authMount}/role/${fact.name}`
  report({ kind: 'role', name, path, namespace, by: 'git', span, fields })
}

/** `undefined`: the server did not tell, which is no difference. */
function compareSeen<Fact>(
  seen: Seen<Fact> | undefined,
  compare: (fact: Fact) => readonly FieldDifference[],
): Difference['fields'] | undefined {
  if (seen?.presence === 'present') return compare(seen.fact)
  return seen?.presence === 'absent' ? 'absent' : undefined
}

function gitSpan(provenance: Provenance) {
  return provenance.from === 'git' ? spanOfProvenance(provenance) : undefined
}
