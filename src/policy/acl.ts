import type { RuleLocation } from '../model/law-reason.ts'
import type { Span } from '../model/span.ts'
import { type AclRule, aclRule, mergeRules } from './acl-rule.ts'
import { fromBytes, toBytes } from './byte-string.ts'
import { type Hole, type HoledText, type HoleFinder, holeFinder } from './hole.ts'
import type { PathTokens } from './path-tokens.ts'
import type { ParsedPolicy, PolicyRule } from './policy-rule.ts'
import { indexRules, type RuleIndex } from './rule-index.ts'
import { rulePath } from './rule-path.ts'
import { holedRuleTokens, ruleTokens } from './rule-tokens.ts'
import { type EntityFacts, fillTemplate } from './template.ts'

/** One policy of a token, parsed. */
export interface AclPolicy {
  readonly name: string
  readonly parsed: ParsedPolicy
  /** `''` for the root namespace, else with a slash at the end: `team1/` (vault.md §2.8). */
  readonly namespace?: string
  /** Variables in the text that are not Vault's (PolicyFact.unknown). */
  readonly unknown?: readonly string[]
  readonly spanOfLine?: (line: number) => Span
}

export interface AclOptions {
  /** Who logs in: fills `{{identity…}}`. `null`: a token without entity; `undefined`: not known. */
  readonly entity?: EntityFacts | null
  /** Characters that the server refuses in template values (vault.md §2.7); `undefined`: not known. */
  readonly guarded?: readonly string[]
  /** Policies that have a text which could not be read: they may hold any rule. */
  readonly unreadable?: readonly Unreadable[]
}

export interface Unreadable {
  readonly policy: string
  /** The parser's error. */
  readonly says: string
}

/** A rule that may or may not match, because a part of it is not known. */
export interface UncertainRule {
  readonly rule: AclRule
  readonly matches: PathTokens
  /** What is not known, as written: `${CLUSTER}`; or a clause that begins with "whether". */
  readonly unknown: readonly string[]
}

/** The rules of one token: its policies merged (vault.md §2.4). */
export interface Acl {
  /** The policy `root`: everything is allowed. */
  readonly root: boolean
  readonly exact: ReadonlyMap<string, AclRule>
  readonly wild: RuleIndex
  /** All rules that are known in full. */
  readonly rules: readonly AclRule[]
  readonly uncertain: readonly UncertainRule[]
  /** Rules that the server drops for this token, because a template in them does not resolve; `unknown` names it. */
  readonly dropped: readonly UncertainRule[]
  readonly unreadable: readonly Unreadable[]
  /** Names of the policies, for messages. */
  readonly policies: readonly string[]
}

/** The server refuses to build an ACL of `root` and anything else (vault.md §2.1, D90). */
const ROOT_WITH_OTHERS = 'other policies present along with root'

/**
 * Merges policies into the ACL of one token. Give the policies in the server's order, sorted by name: the order decides only
 * in which order parameter values are listed.
 * Returns an error text where the server would refuse.
 */
export function buildAcl(
  policies: readonly (AclPolicy | 'root')[],
  options: AclOptions = {},
): { readonly acl: Acl } | { readonly error: string } {
  if (policies.includes('root')) {
    return policies.length > 1
      ? { error: ROOT_WITH_OTHERS }
      : { acl: aclOf([], { uncertain: [], dropped: [] }, ['root'], [], true) }
  }
  const merged = new Map<string, AclRule>()
  const open: OpenRules = { uncertain: [], dropped: [] }
  const names: string[] = []
  for (const policy of policies) {
    if (policy === 'root') continue
    names.push(policy.name)
    const finder = holeFinder(policy.unknown ?? [])
    for (const rule of policy.parsed.rules) addRule(rule, policy, finder, options, merged, open)
  }
  return { acl: aclOf([...merged.values()], open, names, options.unreadable ?? [], false) }
}

/** Rules beside those that are known in full. */
interface OpenRules {
  readonly uncertain: UncertainRule[]
  readonly dropped: UncertainRule[]
}

function aclOf(
  rules: readonly AclRule[],
  { uncertain, dropped }: OpenRules,
  policies: readonly string[],
  unreadable: readonly Unreadable[],
  root: boolean,
): Acl {
  const exact = new Map<string, AclRule>()
  for (const rule of rules) if (rule.path.kind === 'exact') exact.set(rule.path.text, rule)
  return { root, exact, wild: indexRules(rules), rules, uncertain, dropped, unreadable, policies }
}

function addRule(
  rule: PolicyRule,
  policy: AclPolicy,
  finder: HoleFinder,
  options: AclOptions,
  merged: Map<string, AclRule>,
  { uncertain, dropped }: OpenRules,
): void {
  const namespace = toBytes(policy.namespace ?? '')
  const block = locate(rule, policy)
  const filled = fillTemplate(rule.label, { entity: options.entity, guarded: options.guarded })
  if (filled.outcome === 'skipped') {
    const pieces = rule.label.split(/(\{\{.*?\}\})/s)
    const label = pieces.map((piece, index) => (index % 2 === 1 ? { hole: piece } : piece))
    const written = `${fromBytes(namespace)}${rule.label.replace(/^\//, '')}`
    dropped.push({
      rule: aclRule(rule, rulePath(rule.labelBytes, namespace), written, block),
      matches: holedRuleTokens(label, namespace),
      unknown: [filled.directive],
    })
    return
  }
  const label = filled.text.flatMap((piece) => (typeof piece === 'string' ? finder.split(piece) : [piece]))
  const holes = label.filter((piece): piece is Hole => typeof piece !== 'string')
  const written = `${fromBytes(namespace)}${rule.label.replace(/^\//, '')}`

  if (holes.length === 0) {
    // The bytes of the text itself where no template changed it: a `\x…` escape can make bytes that are no text.
    const bytes = rule.label.includes('{{') ? toBytes(label.join('')) : rule.labelBytes
    const path = rulePath(bytes, namespace)
    const one = aclRule(rule, path, displayed(rule, label, namespace), block)
    if (filled.uncertain !== undefined) {
      uncertain.push({ rule: one, matches: ruleTokens(path), unknown: [filled.uncertain] })
      return
    }
    const existing = merged.get(path.key)
    merged.set(path.key, existing ? mergeRules(existing, one) : one)
    return
  }
  uncertain.push({
    // Its path is only shown; whether it matches is told by `matches`.
    rule: aclRule(rule, rulePath(rule.labelBytes, namespace), written, block),
    matches: holedRuleTokens(label, namespace),
    unknown: [...new Set(holes.map((hole) => hole.hole))],
  })
}

function displayed(rule: PolicyRule, label: HoledText, namespace: string): string {
  const text = rule.label.includes('{{') ? label.join('') : rule.label
  return `${fromBytes(namespace)}${text.replace(/^\//, '')}`
}

function locate(rule: PolicyRule, policy: AclPolicy): RuleLocation {
  const span = policy.spanOfLine?.(rule.line)
  return {
    policy: policy.name,
    path: rule.label,
    capabilities: [...rule.capabilities, ...rule.unknownCapabilities],
    line: rule.line,
    ...(span ? { span } : {}),
  }
}
