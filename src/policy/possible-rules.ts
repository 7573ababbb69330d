import type { Operation } from '../model/decision.ts'
import type { Variant } from '../model/variant.ts'
import type { Acl } from './acl.ts'
import type { AclRule } from './acl-rule.ts'
import { type Completions, coversAll, endInSlash, trimmedCompletions } from './completions.ts'
import { triesBothForms } from './match.ts'
import { meet, type PathTokens } from './path-tokens.ts'
import { ruleTokens } from './rule-tokens.ts'
import { compareRules } from './specificity.ts'

/** The rules of which each may decide some completion of a request's path; no other rule can. */
export interface PossibleRules {
  readonly rules: readonly AclRule[]
  /** Some completion may be covered by no rule. */
  readonly miss: boolean
}

interface Reach {
  /** Rules with wildcards that may match, without those that a rule which always matches beats. */
  readonly rules: readonly AclRule[]
  /** Every completion is matched by one of them. */
  readonly always: boolean
}

/** Which rules can decide, for one kind of server. Errs only towards more rules and towards a miss (sound, not complete). */
export function possibleRules(
  acl: Acl,
  operation: Operation,
  completions: Completions,
  variant: Variant,
): PossibleRules {
  const lists = operation === 'list' || operation === 'scan'
  const trimmed = lists ? trimmedCompletions(completions) : []
  const exact = [...acl.exact.values()].filter((rule) => meets(ruleTokens(rule.path), [...completions, ...trimmed]))
  const whole = reach(acl, completions)
  const slash = triesBothForms(operation, '/', variant) ? endInSlash(completions) : 'none'
  if (slash === 'none') return { rules: [...exact, ...whole.rules], miss: !whole.always }

  const cut = reach(acl, trimmed)
  // Completions without a slash at the end are judged by the whole path alone.
  const plain = slash === 'some'
  if (variant === 'bao26') {
    if (whole.always) return { rules: [...exact, ...whole.rules], miss: false }
    return { rules: distinct([...exact, ...whole.rules, ...cut.rules]), miss: plain || !cut.always }
  }
  if (variant === 'legacy') {
    if (cut.always && !plain) return { rules: [...exact, ...cut.rules], miss: false }
    return { rules: distinct([...exact, ...cut.rules, ...whole.rules]), miss: !whole.always }
  }
  const covered = whole.always || (cut.always && !plain)
  return { rules: distinct([...exact, ...amongBoth(acl, completions, trimmed, plain)]), miss: !covered }
}

/**
 * Vault from 2.0.3 weighs all matches of both forms. A rule that grants list and always matches leaves only its betters: other
 * grants, and denies that are more specific than it.
 */
function amongBoth(acl: Acl, completions: Completions, trimmed: Completions, plain: boolean): AclRule[] {
  const may = wildRules(acl).filter((rule) => meets(ruleTokens(rule.path), [...completions, ...trimmed]))
  if (plain) return may
  const must = may.filter((rule) => coversAll(rule, completions) || coversAll(rule, trimmed))
  const grant = highest(must.filter((rule) => rule.grants.has('list')))
  if (grant) {
    const betters = may.filter((rule) => rule.denies || rule.grants.has('list'))
    return betters.filter((rule) => rule === grant || compareRules(rule.path, grant.path).order > 0)
  }
  const deny = highest(must.filter((rule) => rule.denies))
  if (!deny) return may
  // A deny that always matches is beaten by better grants and better denies only.
  const betters = may.filter((rule) => rule.denies || rule.grants.has('list'))
  return betters.filter((rule) => rule === deny || compareRules(rule.path, deny.path).order > 0)
}

function reach(acl: Acl, completions: Completions): Reach {
  const may = wildRules(acl).filter((rule) => meets(ruleTokens(rule.path), completions))
  if (completions.length === 0) return { rules: [], always: false }
  const best = highest(may.filter((rule) => coversAll(rule, completions)))
  if (!best) return { rules: may, always: false }
  const betters = may.filter((rule) => rule === best || compareRules(rule.path, best.path).order > 0)
  return { rules: betters, always: true }
}

function wildRules(acl: Acl): readonly AclRule[] {
  return acl.rules.filter((rule) => rule.path.kind !== 'exact')
}

function highest(rules: readonly AclRule[]): AclRule | undefined {
  let best = rules[0]
  for (const rule of rules) if (best && compareRules(rule.path, best.path).order > 0) best = rule
  return best
}

export function meets(tokens: PathTokens, completions: Completions): boolean {
  return completions.some((completion) => meet(tokens, completion))
}

function distinct(rules: readonly AclRule[]): AclRule[] {
  return [...new Set(rules)]
}
