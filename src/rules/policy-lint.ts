import type { Chain } from '../chain/chain.ts'
import { spanOfProvenance } from '../chain/provenance.ts'
import type { Severity } from '../model/finding.ts'
import { trimSlashes } from '../model/trim-slashes.ts'
import { lintPolicy } from '../policy/lint.ts'
import type { LintFact } from '../policy/lint-fact.ts'
import { parsePolicy } from '../policy/parse-policy.ts'
import { lawText } from '../report/reasons/law.ts'
import { fingerprint } from './fingerprint.ts'
import { nearestBlocks } from './nearest-blocks.ts'
import type { RuleFinding } from './rule.ts'

/** What the policy room finds odd in the policies that Git declares, for the rules that report it. */
export function* lintFindings(
  chain: Chain,
  which: 'policy-rule-dead' | 'policy-version-dependent',
  rule: string,
  severity: Severity,
): Iterable<RuleFinding> {
  const users = usersIn(chain)
  for (const policy of chain.declared.policies) {
    const parsed = parsePolicy(policy.text, {
      product: chain.server.product,
      releases: chain.server.releases,
      unknown: policy.unknown,
    })
    if (!parsed.ok) continue
    for (const fact of lintPolicy(parsed.policy, {
      name: policy.name,
      unknown: policy.unknown,
      variants: chain.server.variants,
      kv2: kv2Mounts(users, policy.name),
      kubernetes: users.ofStores.has(policy.name) && !users.ofOthers.has(policy.name),
    })) {
      const span = policy.spanOfLine?.(fact.line) ?? spanOfProvenance(policy.provenance)
      if (fact.rule !== which || span === undefined || isTold(chain, policy.name, fact)) continue
      yield {
        rule,
        severity,
        headline: headlineOf(fact, policy.name),
        why: said(fact),
        span,
        related: [],
        ...('fix' in fact && fact.fix !== undefined ? { fix: lowerFirst(fact.fix) } : {}),
        fingerprint: fingerprint(rule, policy.name, fact.path, fact.code, 'folder' in fact ? fact.folder : fact.name),
      }
    }
  }
}

/** What the chain tells of mounts, and of who has which policy: gathered once, because every policy asks. */
interface Users {
  /** Policy → mounts of its stores that are KV v2. */
  readonly second: ReadonlyMap<string, ReadonlySet<string>>
  /** Mounts that Git enables as KV v2. */
  readonly enabled: readonly string[]
  /** Mounts that somebody names as another engine or version. */
  readonly other: ReadonlySet<string>
  /** Policies that a store's login gives. */
  readonly ofStores: ReadonlySet<string>
  /** Policies that a login of another kind than Kubernetes gives, too. */
  readonly ofOthers: ReadonlySet<string>
}

function usersIn({ storeLinks, declared }: Chain): Users {
  const second = new Map<string, Set<string>>()
  const other = new Set<string>()
  const enabled: string[] = []
  const ofStores = new Set<string>()
  const ofOthers = new Set<string>()
  for (const { store, policies, mount } of storeLinks) {
    for (const name of policies?.names ?? []) (store.auth?.method === 'kubernetes' ? ofStores : ofOthers).add(name)
    const path = trimSlashes(store.path ?? '')
    if (path === '' || store.holes.length > 0) continue
    const known = mount?.found === 'known' ? mount.fact : undefined
    if (store.version === 'v1' || (known !== undefined && (known.type !== 'kv' || known.version === 1))) other.add(path)
    else for (const name of policies?.names ?? []) second.set(name, (second.get(name) ?? new Set()).add(path))
  }
  for (const { policies, type } of declared.roles)
    if (type !== 'kubernetes') for (const name of policies ?? []) ofOthers.add(name)
  for (const { path, type, version, unknown } of declared.mounts) {
    if (unknown.length > 0 || path.includes('$')) continue
    if (type === 'kv' && version === 2) enabled.push(path)
    else if (version !== undefined || type !== 'kv') other.add(path)
  }
  return { second, enabled, other, ofStores, ofOthers }
}

/** Mounts that are KV v2 for all that name them: the stores whose token has the policy, and what Git enables. */
function kv2Mounts({ second, enabled, other }: Users, policy: string): string[] {
  const paths = new Set([...(second.get(policy) ?? []), ...enabled])
  return [...paths].filter((path) => !other.has(path)).sort((a, b) => b.length - a.length)
}

/** A denial that names the rule as the one that was meant has told it, with what to write. */
function isTold({ links }: Chain, policy: string, { code, path, line }: LintFact): boolean {
  if (code !== 'lacks-side' && code !== 'never-resolves') return false
  return links.some(({ accesses }) =>
    accesses.some(({ decision }) =>
      nearestBlocks(decision).some((block) => block.policy === policy && block.path === path && block.line === line),
    ),
  )
}

function headlineOf({ rule, path }: LintFact, policy: string): string {
  return rule === 'policy-rule-dead'
    ? `Rule \`${path}\` of policy \`${policy}\` has no effect`
    : `Rule \`${path}\` of policy \`${policy}\` depends on the server version`
}

/** Advice is a clause. */
function lowerFirst(text: string): string {
  return `${text.charAt(0).toLowerCase()}${text.slice(1)}`
}

function said(fact: LintFact): string {
  return fact.code === 'lists-differ' ? `LIST ${fact.folder} is ${lawText(fact.because)}.` : fact.why
}
