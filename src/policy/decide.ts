import type { BeatenRule, Decision } from '../model/decision.ts'
import { DEFAULT_VARIANTS, type Variant } from '../model/variant.ts'
import type { Acl, UncertainRule } from './acl.ts'
import type { AclRule } from './acl-rule.ts'
import type { AclRequest } from './authorize.ts'
import { fromBytes, toBytes } from './byte-string.ts'
import { describeLoss, describePolicies, describeRule, joinNames } from './describe-rule.ts'
import { findAll, findRule, type Match, requestPath, triesBothForms, weighedInBoth, withoutSlash } from './match.ts'
import { nearestRule } from './nearest-rule.ts'
import { outcomeOf, outcomeOfUncertain, type RuleOutcome } from './outcome.ts'
import { literalTokens, meet } from './path-tokens.ts'
import { needsSudo } from './sudo-path.ts'

export type Verdict = Decision['verdict']

/** The judgement of one kind of server. */
export interface Judgement {
  readonly variant: Variant
  readonly verdict: Verdict
  readonly match: Match | undefined
  /** On a miss: the rule that was probably meant. */
  readonly nearest?: AclRule | undefined
  /** One sentence, without its full stop. */
  readonly because: string
  /** Rules whose unknown parts keep this from being decided. */
  readonly uncertain: readonly UncertainRule[]
}

/**
 * Judges one request by the rules of one token (vault.md §2), with its reasons, for each kind of server.
 *
 * The verdict is `unknown` when servers differ (only LIST, and SCAN), when a rule with an unknown part could change it, when a
 * policy of the token could not be read, or when a write's body decides and `data` was not given.
 */
export function decide(acl: Acl, request: AclRequest, variants: readonly Variant[] = DEFAULT_VARIANTS): Decision {
  return combine(judge(acl, request, variants), ({ variant }) => beatenBy(acl, request, variant))
}

/** One decision out of the judgements of several kinds of servers; where they differ it is `unknown`. */
export function combine(
  judgements: readonly (Judgement & { readonly deciding?: readonly AclRule[] })[],
  beaten: (first: Judgement) => readonly BeatenRule[],
): Decision {
  const first = judgements[0]
  if (!first) throw new RangeError('at least one variant is needed')
  const agreed = judgements.every(({ verdict }) => verdict === first.verdict)
  const deciding = first.match ? [first.match.rule] : (first.deciding ?? [])
  return {
    verdict: agreed ? first.verdict : 'unknown',
    winner: deciding.flatMap((rule) => rule.blocks),
    beaten: beaten(first),
    ...(first.nearest === undefined || first.verdict !== 'denied' ? {} : { nearest: first.nearest.blocks }),
    because: `${agreed ? first.because : describeDifference(judgements)}.`,
    perVariant: Object.fromEntries(judgements.map(({ variant, verdict }) => [variant, verdict])),
  }
}

/** One judgement for each variant, in the order given; they are computed once where servers cannot differ. */
export function judge(acl: Acl, request: AclRequest, variants: readonly Variant[]): Judgement[] {
  const path = toBytes(requestPath(request.path, request.namespace))
  const lists = request.operation === 'list' || request.operation === 'scan'
  if (!lists || !path.endsWith('/')) {
    const first = variants[0]
    if (!first) return []
    const judgement = judgeOne(acl, request, path, first)
    return variants.map((variant) => ({ ...judgement, variant }))
  }
  return variants.map((variant) => judgeOne(acl, request, path, variant))
}

/** What settles a request before any rule is looked at: root, help, or a policy that could not be read. */
export function settledJudgement(acl: Acl, request: AclRequest, variant: Variant): Judgement | undefined {
  const plain = { variant, match: undefined, uncertain: [] }
  if (acl.root) return { ...plain, verdict: 'allowed', because: 'the policy root allows everything' }
  if (request.operation === 'help') return { ...plain, verdict: 'allowed', because: 'help is allowed to every token' }
  const unreadable = acl.unreadable[0]
  if (!unreadable) return undefined
  const because = `policy ${unreadable.policy} could not be read (${unreadable.because}), so its rules are not known`
  return { ...plain, verdict: 'unknown', because }
}

function judgeOne(acl: Acl, request: AclRequest, path: string, variant: Variant): Judgement {
  const settled = settledJudgement(acl, request, variant)
  if (settled) return settled
  const match = findRule(acl, request.operation, path, variant)
  const sudo = needsSudo(request.path) ? 'yes' : 'no'
  const said = match && outcomeOf(match.rule, request, sudo)
  const verdict = said ? verdictOf(said) : 'denied'
  const because = match && said ? `${describeRule(match.rule)} ${said.because}` : describeMiss(acl, path)
  const nearest = match === undefined ? nearestRule(acl, path)?.rule : undefined
  const judgement: Judgement = { variant, match, verdict, because, uncertain: [], ...(nearest ? { nearest } : {}) }
  return verdict === 'unknown' ? judgement : weighUncertain(acl, request, path, sudo, judgement)
}

function verdictOf({ outcome }: RuleOutcome): Verdict {
  return outcome === 'either' ? 'unknown' : outcome
}

/**
 * Rules with unknown parts: such a rule may match and be the most specific, or be the same rule as the winner and merge with
 * it. A verdict stands only if neither could change it (design §3, promise 5).
 */
function weighUncertain(
  acl: Acl,
  request: AclRequest,
  path: string,
  sudo: 'no' | 'yes',
  judgement: Judgement,
): Judgement {
  if (acl.uncertain.length === 0) return judgement
  const asked = literalTokens(path)
  const lists = request.operation === 'list' || request.operation === 'scan'
  const trimmed = lists && path.endsWith('/') ? literalTokens(withoutSlash(path)) : undefined
  // A longer prefix keeps a shorter one from being weighed, whatever it says itself: then any other rule may decide.
  const crowds =
    judgement.variant === 'vault203' &&
    triesBothForms(request.operation, path, 'vault203') &&
    weighedInBoth(acl, path).some((match) => outcomeOf(match.rule, request, sudo).outcome !== judgement.verdict)
  const changing = acl.uncertain.filter(({ rule, matches }) => {
    if (!meet(matches, asked) && !(trimmed && meet(matches, trimmed))) return false
    return crowds || couldChange(rule, outcomeOfUncertain(rule, request, sudo), judgement)
  })
  if (changing.length === 0) return judgement
  return { ...judgement, verdict: 'unknown', uncertain: changing, because: describeUncertain(changing, judgement) }
}

function couldChange(rule: UncertainRule['rule'], said: RuleOutcome, { verdict, match }: Judgement): boolean {
  // Nothing is more specific than an exact rule; to be the same rule is all that is left, and there a deny wins.
  if (match?.rule.path.kind === 'exact' && match.form === 'path') {
    if (verdict === 'allowed') return rule.denies || said.outcome === 'either'
    return !match.rule.denies && said.outcome !== 'denied'
  }
  return said.outcome !== verdict
}

/** Why a request is not covered, with the rule that was probably meant. `path` is a byte string. */
export function describeMiss(acl: Acl, path: string): string {
  const asked = fromBytes(path)
  if (acl.rules.length === 0 && acl.uncertain.length === 0 && acl.dropped.length === 0) {
    return `no rule covers ${asked}: ${describePolicies(acl.policies)} ${acl.policies.length === 1 ? 'has' : 'have'} no rules`
  }
  const nearest = nearestRule(acl, path)
  const about = acl.uncertain.length > 0 ? '' : '; no rule is about this mount'
  const help = nearest
    ? `; the nearest is ${describeRule(nearest.rule)}${nearest.hint ? ` (${nearest.hint})` : ''}`
    : about
  return `no rule of ${describePolicies(acl.policies)} covers ${asked}${help}`
}

function describeUncertain(changing: readonly UncertainRule[], { verdict, because }: Judgement): string {
  const first = changing[0]
  if (!first) return because
  const unknown = [...new Set(changing.flatMap((one) => one.unknown))]
  const rest = changing.length > 1 ? ` and ${changing.length - 1} more` : ''
  const open = unknown.length === 1 ? 'is not known' : 'are not known'
  const otherwise = verdict === 'denied' ? 'could allow it' : 'could decide instead'
  return `${joinNames(unknown)} ${open}: ${describeRule(first.rule)}${rest} ${otherwise}; without it, ${because}`
}

/** How people call the servers of each kind; releases between (1.14.0 to 1.14.5, 1.15.0 and 1.15.1) are left out of the names. */
export const SERVERS: Readonly<Record<Variant, string>> = {
  bao26: 'OpenBao 2.6 and later',
  legacy: 'Vault 1.14.6 to 2.0.2 and OpenBao before 2.6',
  vault203: 'Vault 2.0.3 and later',
  old: 'Vault before 1.13.10',
}

function describeDifference(judgements: readonly Judgement[]): string {
  const parts = (['allowed', 'denied', 'unknown'] as const).flatMap((verdict) => {
    const those = judgements.filter((one) => one.verdict === verdict)
    const first = those[0]
    if (!first) return []
    return [`${verdict} by ${joinNames(those.map(({ variant }) => SERVERS[variant]))} (${first.because})`]
  })
  return `version dependent: ${parts.join('; ')}`
}

function beatenBy(acl: Acl, request: AclRequest, variant: Variant): BeatenRule[] {
  const path = toBytes(requestPath(request.path, request.namespace))
  const { winner, lost } = findAll(acl, request.operation, path, variant)
  if (!winner) return []
  return lost.flatMap(({ rule, reason }) => {
    const why = describeLoss(winner.rule, rule, reason)
    return rule.blocks.map((block) => ({ rule: block, why }))
  })
}
