import type { Operation } from '../model/decision.ts'
import type { Variant } from '../model/variant.ts'
import type { Acl } from './acl.ts'
import type { AclRule } from './acl-rule.ts'
import { compareRules, type Reason } from './specificity.ts'

/** A rule that matches a request, and in which form of the path. */
export interface Match {
  readonly rule: AclRule
  /** `trimmed`: the path without its trailing slash (vault.md §2.1). */
  readonly form: 'path' | 'trimmed'
}

export interface LostMatch extends Match {
  readonly reason: Reason
}

/** The request's path as it is compared: with its namespace in front, without any leading slash (vault.md §2.1, D116). */
export function requestPath(path: string, namespace = ''): string {
  const whole = namespace === '' ? path : namespace + path
  return whole.startsWith('/') ? whole.replace(/^\/+/, '') : whole
}

export function withoutSlash(path: string): string {
  return path.endsWith('/') ? path.slice(0, -1) : path
}

/**
 * Which servers try a request without its trailing slash too, against rules with wildcards: OpenBao from 2.6 for SCAN as
 * well, all others for LIST only (vault.md §2.1).
 */
export function triesBothForms(operation: Operation, path: string, variant: Variant): boolean {
  if (!path.endsWith('/') || variant === 'old') return false
  return operation === 'list' || (operation === 'scan' && variant === 'bao26')
}

/** The one rule that decides a request, in time that grows with the path's length. `path` is a byte string. */
export function findRule(acl: Acl, operation: Operation, path: string, variant: Variant): Match | undefined {
  const exact = acl.exact.get(path)
  if (exact) return { rule: exact, form: 'path' }
  if (operation !== 'list' && operation !== 'scan') return matchOf(acl.wild.best(path), 'path')
  const trimmed = withoutSlash(path)
  const rule = acl.exact.get(trimmed)
  if (rule) return { rule, form: 'trimmed' }
  const whole = () => matchOf(acl.wild.best(path), 'path')
  if (!triesBothForms(operation, path, variant)) return whole()
  const cut = () => matchOf(acl.wild.best(trimmed), 'trimmed')
  if (variant === 'legacy') return cut() ?? whole()
  if (variant === 'bao26') return whole() ?? cut()
  return findAmongBoth(acl, path)
}

function matchOf(rule: AclRule | undefined, form: Match['form']): Match | undefined {
  return rule && { rule, form }
}

/**
 * Vault from 2.0.3: of what both forms match (of the prefix rules the longest for each form alone), a deny that is strictly more
 * specific wins, else the best rule that grants list, else the best rule (vault.md §2.1).
 */
function findAmongBoth(acl: Acl, path: string): Match | undefined {
  const matches = weighedInBoth(acl, path)
  const deny = matches.find((match) => match.rule.denies)
  const grant = matches.find((match) => match.rule.grants.has('list'))
  if (deny && (!grant || compareRules(deny.rule.path, grant.rule.path).order > 0)) return deny
  return grant ?? matches[0]
}

/** What Vault from 2.0.3 weighs on a LIST, the best first. */
export function weighedInBoth(acl: Acl, path: string): Match[] {
  const whole = acl.wild.weighed(path).map((rule): Match => ({ rule, form: 'path' }))
  const trimmed = acl.wild.weighed(withoutSlash(path)).map((rule): Match => ({ rule, form: 'trimmed' }))
  return bestFirst(distinct([...whole, ...trimmed]))
}

function bestFirst(matches: readonly Match[]): Match[] {
  return [...matches].sort((a, b) => compareRules(b.rule.path, a.rule.path).order)
}

/** All rules with wildcards that match in a form that the variant looks at, the best first, each rule once. */
function wildMatches(acl: Acl, operation: Operation, path: string, variant: Variant): Match[] {
  const whole = acl.wild.candidates(path).map((rule): Match => ({ rule, form: 'path' }))
  if (!triesBothForms(operation, path, variant)) return whole
  const trimmed = acl.wild.candidates(withoutSlash(path)).map((rule): Match => ({ rule, form: 'trimmed' }))
  if (variant === 'bao26') return distinct([...whole, ...trimmed])
  if (variant === 'legacy') return distinct([...trimmed, ...whole])
  return bestFirst(distinct([...whole, ...trimmed]))
}

function distinct(matches: readonly Match[]): Match[] {
  const seen = new Set<AclRule>()
  return matches.filter(({ rule }) => !seen.has(rule) && seen.add(rule))
}

/** The winner and every rule that matches and loses, with the reason, in the order in which they would win. */
export function findAll(
  acl: Acl,
  operation: Operation,
  path: string,
  variant: Variant,
): { readonly winner: Match | undefined; readonly lost: readonly LostMatch[] } {
  const winner = findRule(acl, operation, path, variant)
  if (!winner) return { winner, lost: [] }
  const exact: Match[] = []
  const whole = acl.exact.get(path)
  if (whole) exact.push({ rule: whole, form: 'path' })
  const trimmed = operation === 'list' || operation === 'scan' ? acl.exact.get(withoutSlash(path)) : undefined
  if (trimmed) exact.push({ rule: trimmed, form: 'trimmed' })
  const all = distinct([...exact, ...wildMatches(acl, operation, path, variant)])
  const lost = all.filter((match) => match.rule !== winner.rule)
  const both = variant === 'vault203' && triesBothForms(operation, path, variant)
  const weighed = both ? new Set(weighedInBoth(acl, path).map(({ rule }) => rule)) : undefined
  return {
    winner,
    lost: lost.map((match) => ({
      ...match,
      reason: weighed === undefined ? reasonFor(winner, match) : reasonAmongBoth(winner, match, weighed),
    })),
  }
}

function reasonFor(winner: Match, loser: Match): Reason {
  const exact = exactReason(winner, loser)
  if (exact) return exact
  const { reason } = compareRules(winner.rule.path, loser.rule.path)
  return winner.form === loser.form ? reason : 'trailing-slash'
}

function exactReason(winner: Match, loser: Match): Reason | undefined {
  if (winner.rule.path.kind !== 'exact') return undefined
  return loser.rule.path.kind === 'exact' ? 'trailing-slash' : 'exact'
}

/** `weighed`: the rules that Vault from 2.0.3 looks at; of all others a longer prefix rule is the reason. */
function reasonAmongBoth(winner: Match, loser: Match, weighed: ReadonlySet<AclRule>): Reason {
  const exact = exactReason(winner, loser)
  if (exact) return exact
  if (!weighed.has(loser.rule)) return 'longest-prefix'
  const { order, reason } = compareRules(winner.rule.path, loser.rule.path)
  return order < 0 ? 'lists' : reason
}
