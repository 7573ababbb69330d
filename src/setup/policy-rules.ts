import { type AclRule, aclRule, mergeRules } from '../policy/acl-rule.ts'
import { sortCapabilities } from '../policy/authorize.ts'
import { parsePolicy } from '../policy/parse-policy.ts'
import type { ParsedPolicy } from '../policy/policy-rule.ts'
import { rulePath } from '../policy/rule-path.ts'
import { sortKeys } from './normalise.ts'
import type { RuleChange } from './step.ts'

/** The rules of one policy text, blocks of one path merged as the server does (vault.md §2.4), by the rule's key. */
export type RuleSet = ReadonlyMap<string, AclRule>

/** Reads a policy text; `error` is the server's own. */
export function readRules(name: string, text: string): { readonly rules: RuleSet } | { readonly error: string } {
  const result = parsePolicy(text)
  return result.ok ? { rules: ruleSet(name, result.policy) } : { error: result.error }
}

export function ruleSet(policy: string, parsed: ParsedPolicy): RuleSet {
  const rules = new Map<string, AclRule>()
  for (const rule of parsed.rules) {
    const path = rulePath(rule.labelBytes)
    const written = rule.label.replace(/^\//, '')
    const one = aclRule(rule, path, written, { policy, path: rule.label, capabilities: rule.capabilities })
    const known = rules.get(path.key)
    rules.set(path.key, known === undefined ? one : mergeRules(known, one))
  }
  return rules
}

/** Whether two texts are one policy written differently: same paths, capabilities and limits. */
export function sameRules(a: RuleSet, b: RuleSet): boolean {
  const plain = (rules: RuleSet) =>
    JSON.stringify([...rules.keys()].sort().map((key) => [key, plainRule(rules.get(key))]))
  return plain(a) === plain(b)
}

function plainRule(rule: AclRule | undefined): unknown {
  if (rule === undefined) return undefined
  return sortKeys({
    capabilities: capabilitiesOf(rule),
    unknown: rule.unknownCapabilities,
    allowed: rule.allowed && [...rule.allowed].sort(),
    denied: rule.denied && [...rule.denied].sort(),
    required: [...rule.required].sort(),
    wrap: [rule.minWrapTtl, rule.maxWrapTtl],
    mfa: [...rule.mfaMethods].sort(),
    pagination: rule.paginationLimit,
    filter: rule.responseFilter,
  })
}

export function capabilitiesOf(rule: AclRule): string[] {
  return rule.denies ? ['deny'] : sortCapabilities(rule.grants)
}

/** A rule of which two sets say different things; `undefined`: that set has no such rule. */
export interface ChangedRule {
  readonly path: string
  readonly before: AclRule | undefined
  readonly after: AclRule | undefined
}

/** The rules that differ, in the order of their paths. */
export function changedRules(before: RuleSet, after: RuleSet): ChangedRule[] {
  const keys = [...new Set([...before.keys(), ...after.keys()])]
  return keys
    .flatMap((key): ChangedRule[] => {
      const [old, now] = [before.get(key), after.get(key)]
      if (JSON.stringify(plainRule(old)) === JSON.stringify(plainRule(now))) return []
      return [{ path: (now ?? old)?.written ?? key, before: old, after: now }]
    })
    .sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0))
}

/** The same, as a plan shows them: by what each rule grants. */
export function ruleChanges(before: RuleSet, after: RuleSet): RuleChange[] {
  return changedRules(before, after).map(({ path, before: old, after: now }) => ({
    path,
    before: old && capabilitiesOf(old),
    after: now && capabilitiesOf(now),
  }))
}
