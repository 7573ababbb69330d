import type { RuleLocation } from '../model/law-reason.ts'
import type { Capability } from './capability.ts'
import type { ParameterLimits, ParameterValue, PolicyRule } from './policy-rule.ts'
import type { RulePath } from './rule-path.ts'

/** One rule of an ACL: all blocks of one kind and path, of all policies of a token, merged (vault.md §2.4). */
export interface AclRule {
  readonly path: RulePath
  /** The path as people write it, with wildcards and namespace. */
  readonly written: string
  readonly grants: ReadonlySet<Capability>
  /** Only `deny` is left then. */
  readonly denies: boolean
  readonly allowed: ParameterLimits | undefined
  readonly denied: ParameterLimits | undefined
  readonly required: readonly string[]
  /** Seconds; 0: no limit. */
  readonly minWrapTtl: number
  readonly maxWrapTtl: number
  readonly mfaMethods: readonly string[]
  readonly paginationLimit: number
  readonly responseFilter: string | undefined
  /** Capabilities that stand in the text as a variable. */
  readonly unknownCapabilities: readonly string[]
  /** Every block that was merged, in the order of the policies. */
  readonly blocks: readonly RuleLocation[]
}

export function aclRule(rule: PolicyRule, path: RulePath, written: string, block: RuleLocation): AclRule {
  const denies = rule.capabilities[0] === 'deny'
  return {
    path,
    written,
    grants: denies ? NOTHING : setOf(rule.capabilities),
    denies,
    allowed: rule.allowed,
    denied: rule.denied,
    required: rule.required,
    minWrapTtl: rule.minWrapTtl,
    maxWrapTtl: rule.maxWrapTtl,
    mfaMethods: rule.mfaMethods,
    paginationLimit: rule.paginationLimit,
    responseFilter: rule.responseFilter,
    unknownCapabilities: rule.unknownCapabilities,
    blocks: [block],
  }
}

const NOTHING: ReadonlySet<Capability> = new Set()
const sets = new Map<string, ReadonlySet<Capability>>()

/** Few sets of capabilities are ever granted: rules share them, so that a decision finds them where the last one did. */
function setOf(capabilities: readonly Capability[]): ReadonlySet<Capability> {
  const key = capabilities.join(' ')
  const set = sets.get(key) ?? new Set(capabilities)
  // Repetitions make as many keys as somebody likes.
  if (sets.size < 1_000) sets.set(key, set)
  return set
}

/**
 * Joins a later block with the same key into a rule (vault.md §2.4). A deny on either side leaves only the deny. Merging
 * never takes parameter limits away: limits of either side stay (D134, D138).
 */
export function mergeRules(existing: AclRule, added: AclRule): AclRule {
  const blocks = [...existing.blocks, ...added.blocks]
  if (existing.denies) return { ...existing, blocks }
  if (added.denies) {
    const nothing = { grants: NOTHING, allowed: undefined, denied: undefined, unknownCapabilities: [] }
    return { ...existing, ...nothing, denies: true, blocks }
  }
  return {
    ...existing,
    blocks,
    grants: new Set([...existing.grants, ...added.grants]),
    allowed: mergeLimits(existing.allowed, added.allowed),
    denied: mergeLimits(existing.denied, added.denied),
    required: [...new Set([...existing.required, ...added.required])],
    minWrapTtl: smallestSet(existing.minWrapTtl, added.minWrapTtl),
    maxWrapTtl: smallestSet(existing.maxWrapTtl, added.maxWrapTtl),
    mfaMethods: [...new Set([...existing.mfaMethods, ...added.mfaMethods])],
    paginationLimit: smallestSet(existing.paginationLimit, added.paginationLimit),
    responseFilter: existing.responseFilter ?? added.responseFilter,
    unknownCapabilities: [...existing.unknownCapabilities, ...added.unknownCapabilities],
  }
}

function smallestSet(a: number, b: number): number {
  if (a === 0 || b === 0) return a || b
  return Math.min(a, b)
}

function mergeLimits(existing: ParameterLimits | undefined, added: ParameterLimits | undefined) {
  if (!existing || !added) return existing ?? added
  const merged = new Map<string, readonly ParameterValue[]>(existing)
  for (const [name, values] of added) {
    const old = merged.get(name)
    // An empty list means any value, and stays that way; else the new values come first.
    if (old === undefined) merged.set(name, values)
    else merged.set(name, old.length === 0 || values.length === 0 ? [] : [...values, ...old])
  }
  return merged
}
