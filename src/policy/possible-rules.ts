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

/**
 * Which rules can decide, for one kind of server. Errs only towards more rules and towards a miss (sound, not complete). `crowded`:
 * rules with unknown parts may match as well, and a longer prefix among them may keep another from being weighed.
 */
export function possibleRules(
  acl: Acl,
  operation: Operation,
  completions: Completions,
  variant: Variant,
  crowded = false,
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
  return { rules: distinct([...exact, ...amongBoth(acl, completions, trimmed, plain || crowded)]), miss: !covered }
}

/**
 * Vault from 2.0.3 weighs what both forms match, of the prefix rules the longest for each form alone (vault.md §2.1). A rule that
 * is always among them and grants list leaves only its betters: other grants, and denies that are more specific than it.
 */
function amongBoth(acl: Acl, completions: Completions, trimmed: Completions, all: boolean): AclRule[] {
  const forms = [weighedRules(acl, completions), weighedRules(acl, trimmed)]
  const may = distinct(forms.flatMap((form) => form.may))
  if (all) return may
  const must = forms.flatMap((form) => form.must)
  const grant = highest(must.filter((rule) => rule.grants.has('list')))
  // A deny that is always there is beaten by better grants and better denies only.
  const sure = grant ?? highest(must.filter((rule) => rule.denies))
  if (!sure) return may
  const betters = may.filter((rule) => rule.denies || rule.grants.has('list'))
  return betters.filter((rule) => rule === sure || compareRules(rule.path, sure.path).order > 0)
}

interface Weighed {
  readonly may: readonly AclRule[]
  /** Weighed whatever the completion. */
  readonly must: readonly AclRule[]
}

/** The rules that one form of the path may bring in: a prefix rule does not count where a longer one always matches. */
function weighedRules(acl: Acl, completions: Completions): Weighed {
  if (completions.length === 0) return { may: [], must: [] }
  const meeting = wildRules(acl).filter((rule) => meets(ruleTokens(rule.path), completions))
  const covering = meeting.filter((rule) => coversAll(rule, completions))
  const longest = highest(covering.filter((rule) => rule.path.kind === 'prefix'))
  const shorter = (rule: AclRule) =>
    longest !== undefined && rule.path.kind === 'prefix' && rule.path.text.length < longest.path.text.length
  const may = meeting.filter((rule) => !shorter(rule))
  const prefixes = may.filter((rule) => rule.path.kind === 'prefix')
  return {
    may,
    must: covering.filter((rule) => rule.path.kind !== 'prefix' || (rule === longest && prefixes.length === 1)),
  }
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
