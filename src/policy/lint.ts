import type { LawReason, RuleLocation } from '../model/law-reason.ts'
import { DEFAULT_VARIANTS, type Variant } from '../model/variant.ts'
import { type Acl, type AclPolicy, buildAcl } from './acl.ts'
import type { AclRule } from './acl-rule.ts'
import { fromBytes, toBytes } from './byte-string.ts'
import { decide } from './decide.ts'
import { holeFinder } from './hole.ts'
import type { LintCode, LintFact } from './lint-fact.ts'
import { missesKv2Side } from './lint-kv2.ts'
import { unresolvable } from './lint-template.ts'
import type { ParsedPolicy, PolicyRemark, PolicyRule } from './policy-rule.ts'
import { rulePath } from './rule-path.ts'

export interface LintOptions {
  /** See PolicyFact. */
  readonly unknown?: readonly string[]
  /** The ways of matching LIST that count; where all of them agree nothing is said. */
  readonly variants?: readonly Variant[]
  /** Paths of KV v2 mounts, without slashes at the ends. */
  readonly kv2?: readonly string[]
  /** All who are known to have the policy log in with a Kubernetes role. */
  readonly kubernetes?: boolean
  /** What the policy is called in what is said of it. */
  readonly name?: string
}

/** All facts about one policy by itself, in the order of its lines. */
export function lintPolicy(
  policy: ParsedPolicy,
  { unknown = [], variants = DEFAULT_VARIANTS, kv2 = [], kubernetes = false, name = 'itself' }: LintOptions = {},
): LintFact[] {
  const holes = holeFinder(unknown)
  const facts = [
    ...policy.remarks.map(factOfRemark),
    ...policy.rules.flatMap((rule) => [...deadPath(rule, holes.within(rule.label)), ...deadValues(rule)]),
    ...policy.rules.flatMap((rule) => [...missesKv2Side(rule, kv2, holes), ...unresolvable(rule, kubernetes)]),
    ...deniedTwins(policy),
    ...versionDependentLists(policy, { name, unknown, variants }),
  ]
  return facts.sort((a, b) => a.line - b.line)
}

function factOfRemark({ about, line, name, message: why }: PolicyRemark): LintFact {
  const said = { code: about, line, why, ...(name === undefined ? {} : { name }) }
  switch (about) {
    case 'product-key':
    case 'product-capability':
    case 'duplicate-attribute':
      return { rule: 'policy-version-dependent', ...said }
    case 'json-boolean':
      return { rule: 'policy-invalid', ...said }
    case 'expired':
    case 'unlabelled':
      return { rule: 'policy-rule-dead', ...said }
  }
}

/** Paths that no request, or none that a client sends, can have (vault.md §1.5, §9.3). */
function deadPath(rule: PolicyRule, holed: boolean): LintFact[] {
  const fact = (code: LintCode, why: string): LintFact[] => [
    { rule: 'policy-rule-dead', code, why, line: rule.line, path: rule.label },
  ]
  const { text } = rulePath(rule.label)
  if (text.startsWith('/')) {
    return fact(
      'leading-slash',
      'Only one leading slash is taken away, and requests have none: this rule never matches. Drop the slashes.',
    )
  }
  if (text.includes('//')) {
    return fact(
      'doubled-slash',
      'Clients clean doubled slashes away, so no request matches this rule. Write single slashes.',
    )
  }
  const segments = text.split('/')
  if (segments.some((segment) => segment === '.' || segment === '..')) {
    return fact(
      'dot-segment',
      'Servers and clients refuse or clean "." and "..", so no request matches this rule. Write the path without them.',
    )
  }
  if (text.includes('*')) {
    return fact(
      'star-inside',
      '"*" is a wildcard only as the last character; here it matches a literal star. Write "+" for one whole segment, or end the path with "*".',
    )
  }
  const partial = segments.find((segment) => segment !== '+' && segment.includes('+'))
  if (partial !== undefined && !(holed && partial.includes('$'))) {
    return fact(
      'plus-inside',
      `"+" is a wildcard only as a whole segment; "${partial}" matches that very text. Write "+" between slashes, or end the path with "*".`,
    )
  }
  return []
}

/** Parameter values that no request can have (D111, D128). */
function deadValues(rule: PolicyRule): LintFact[] {
  const limits = [...(rule.allowed ?? []), ...(rule.denied ?? [])]
  return limits.flatMap(([name, values]): LintFact[] => {
    const at = { rule: 'policy-rule-dead' as const, line: rule.line, path: rule.label, name }
    if (values.some((value) => typeof value === 'object' && 'number' in value)) {
      const why = `A number in the values of ${name} never equals a number in a request. Write it as text, and send it as text.`
      return [{ ...at, code: 'number-value', why }]
    }
    if (!values.includes('*')) return []
    return [
      {
        ...at,
        code: 'star-value',
        why: `The value "*" of ${name} matches only a literal star. For any value write an empty list.`,
      },
    ]
  })
}

/** Two blocks for one path: where one denies, the other grants nothing (vault.md §2.4). */
function deniedTwins(policy: ParsedPolicy): LintFact[] {
  const denying = new Map<string, PolicyRule>()
  for (const rule of policy.rules) if (rule.capabilities[0] === 'deny') denying.set(rulePath(rule.label).key, rule)
  return policy.rules.flatMap((rule): LintFact[] => {
    const deny = denying.get(rulePath(rule.label).key)
    if (!deny || rule.capabilities[0] === 'deny' || rule.capabilities.length === 0) return []
    const why = `Line ${deny.line} denies the same path, so this block grants nothing. Take one of the two away.`
    return [{ rule: 'policy-rule-dead', code: 'denied-twin', why, line: rule.line, path: rule.label }]
  })
}

/** LIST requests on which servers differ, by this policy alone. */
function versionDependentLists(
  policy: ParsedPolicy,
  {
    name,
    unknown,
    variants,
  }: { readonly name: string; readonly unknown: readonly string[]; readonly variants: readonly Variant[] },
): LintFact[] {
  const one: AclPolicy = { name, parsed: policy, unknown }
  const built = buildAcl([one])
  if ('error' in built) return []
  return differingLists(built.acl, variants).map(({ path: folder, because, blocks }) => ({
    rule: 'policy-version-dependent',
    code: 'lists-differ',
    line: blocks[0]?.line ?? 1,
    folder,
    because,
    ...(blocks[0] ? { path: blocks[0].path } : {}),
  }))
}

export interface DifferingList {
  /** The folder whose LIST servers judge differently. */
  readonly path: string
  readonly because: LawReason
  readonly blocks: readonly RuleLocation[]
}

/**
 * Folders that the rules of a token name and that servers judge differently on LIST (vault.md §2.1: D64, D67–D71, D179, D180).
 */
export function differingLists(acl: Acl, variants: readonly Variant[] = DEFAULT_VARIANTS): DifferingList[] {
  const seen = new Set<string>()
  const found: DifferingList[] = []
  for (const rule of acl.rules) {
    const path = sampleFolder(rule)
    if (path === '/' || seen.has(path)) continue
    seen.add(path)
    const decision = decide({ ...acl, uncertain: [] }, { operation: 'list', path }, variants)
    const verdicts = new Set(Object.values(decision.perVariant))
    if (verdicts.size > 1)
      found.push({
        path,
        because: decision.because,
        blocks: decision.winner.length > 0 ? decision.winner : rule.blocks,
      })
  }
  return found
}

/** A folder that the rule is about; "…" for a segment wildcard, which is no rule's own name. */
function sampleFolder({ path }: AclRule): string {
  const segments = path.kind === 'segment' ? path.segments : path.text.split('/')
  const text = fromBytes(segments.map((one) => (one === '+' ? toBytes('…') : one)).join('/'))
  return text.endsWith('/') ? text : `${text}/`
}
