import type { BeatenRule, Decision, LawDecision } from '../model/decision.ts'
import type { LawReason } from '../model/law-reason.ts'
import { DEFAULT_VARIANTS, type Variant } from '../model/variant.ts'
import type { Acl, UncertainRule } from './acl.ts'
import type { AclRule } from './acl-rule.ts'
import type { AclRequest } from './authorize.ts'
import { fromBytes, toBytes } from './byte-string.ts'
import { lossOf, named } from './describe-rule.ts'
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
  readonly because: LawReason
  /** Rules whose unknown parts keep this from being decided. */
  readonly uncertain: readonly UncertainRule[]
}

/**
 * Judges one request by the rules of one token (vault.md §2), with its reasons, for each kind of server.
 *
 * The verdict is `unknown` when servers differ (only LIST, and SCAN), when a rule with an unknown part could change it, when a
 * policy of the token could not be read, or when a write's body decides and `data` was not given.
 */
export function decide(acl: Acl, request: AclRequest, variants: readonly Variant[] = DEFAULT_VARIANTS): LawDecision {
  const path = toBytes(requestPath(request.path, request.namespace))
  const [variant] = variants
  if (variant === undefined || serversMayDiffer(request, path)) {
    return combine(judge(acl, request, variants), ({ variant }) => beatenBy(acl, request, variant))
  }
  const { verdict, match, because } = judgeOne(acl, request, path, variant)
  return {
    verdict,
    winner: match === undefined ? [] : match.rule.blocks,
    beaten: () => beatenBy(acl, request, variant),
    because,
    perVariant: ofEach(variants, verdict),
  }
}

/** Servers match alike all but what is listed (vault.md §2.1). */
function serversMayDiffer({ operation }: AclRequest, path: string): boolean {
  return (operation === 'list' || operation === 'scan') && path.endsWith('/')
}

/** One verdict of all servers: there are three for each list of variants. */
const ofAll = new WeakMap<readonly Variant[], Partial<Record<Verdict, LawDecision['perVariant']>>>()

function ofEach(variants: readonly Variant[], verdict: Verdict): LawDecision['perVariant'] {
  const known = ofAll.get(variants) ?? {}
  const perVariant = known[verdict] ?? Object.fromEntries(variants.map((variant) => [variant, verdict]))
  if (known[verdict] === undefined) ofAll.set(variants, { ...known, [verdict]: perVariant })
  return perVariant
}

/** One decision out of the judgements of several kinds of servers; where they differ it is `unknown`. */
export function combine(
  judgements: readonly (Judgement & { readonly deciding?: readonly AclRule[] })[],
  beaten: (first: Judgement) => readonly BeatenRule[],
): LawDecision {
  const first = judgements[0]
  if (!first) throw new RangeError('at least one variant is needed')
  const agreed = judgements.every(({ verdict }) => verdict === first.verdict)
  const deciding = first.match ? [first.match.rule] : (first.deciding ?? [])
  return {
    verdict: agreed ? first.verdict : 'unknown',
    winner: deciding.flatMap((rule) => rule.blocks),
    beaten: () => beaten(first),
    because: agreed ? first.because : serversDiffer(judgements),
    perVariant: Object.fromEntries(judgements.map(({ variant, verdict }) => [variant, verdict])),
  }
}

/** One judgement for each variant, in the order given; they are computed once where servers cannot differ. */
export function judge(acl: Acl, request: AclRequest, variants: readonly Variant[]): Judgement[] {
  const path = toBytes(requestPath(request.path, request.namespace))
  if (!serversMayDiffer(request, path)) {
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
  if (acl.root) return { ...plain, verdict: 'allowed', because: { code: 'root-allows' } }
  if (request.operation === 'help') return { ...plain, verdict: 'allowed', because: { code: 'help-is-free' } }
  const unreadable = acl.unreadable[0]
  if (!unreadable) return undefined
  const { policy, says } = unreadable
  return { ...plain, verdict: 'unknown', because: { code: 'policy-unreadable', policy, says } }
}

function judgeOne(acl: Acl, request: AclRequest, path: string, variant: Variant): Judgement {
  const settled = settledJudgement(acl, request, variant)
  if (settled) return settled
  const match = findRule(acl, request.operation, path, variant)
  const sudo = needsSudo(request.path) ? 'yes' : 'no'
  const said = match && outcomeOf(match.rule, request, sudo)
  const verdict = said ? verdictOf(said) : 'denied'
  const because: LawReason =
    match && said ? { code: 'rule-decides', rule: named(match.rule), says: said.says } : missOf(acl, path)
  const judgement: Judgement = { variant, match, verdict, because, uncertain: [] }
  return verdict === 'unknown' ? judgement : weighUncertain(acl, request, path, sudo, judgement)
}

function verdictOf({ outcome }: RuleOutcome): Verdict {
  return outcome === 'either' ? 'unknown' : outcome
}

/**
 * Rules with unknown parts: such a rule may match and be the most specific, or be the same rule as the winner and merge with
 * it. A verdict stands only if neither could change it (design §1, promise 5).
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
  return { ...judgement, verdict: 'unknown', uncertain: changing, because: partUnknown(changing, judgement) }
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
export function missOf(acl: Acl, path: string): Extract<LawReason, { readonly code: 'no-rule-covers' }> {
  const open = acl.uncertain.length > 0
  const empty = acl.rules.length === 0 && acl.dropped.length === 0 && !open
  const nearest = empty ? undefined : nearestRule(acl, path)
  return {
    code: 'no-rule-covers',
    path: fromBytes(path),
    policies: acl.policies,
    empty,
    nearest: nearest && { rule: named(nearest.rule), hint: nearest.hint },
    open,
  }
}

function partUnknown(changing: readonly UncertainRule[], { verdict, because }: Judgement): LawReason {
  const first = changing[0]
  if (!first || verdict === 'unknown') return because
  return {
    code: 'rule-part-unknown',
    unknown: [...new Set(changing.flatMap((one) => one.unknown))],
    rule: named(first.rule),
    more: changing.length - 1,
    without: because,
    verdictWithout: verdict,
  }
}

function serversDiffer(judgements: readonly Judgement[]): LawReason {
  const verdicts = (['allowed', 'denied', 'unknown'] as const).flatMap((verdict) => {
    const those = judgements.filter((one) => one.verdict === verdict)
    const first = those[0]
    return first ? [{ verdict, variants: those.map(({ variant }) => variant), because: first.because }] : []
  })
  return { code: 'servers-differ', verdicts }
}

function beatenBy(acl: Acl, request: AclRequest, variant: Variant): BeatenRule[] {
  const path = toBytes(requestPath(request.path, request.namespace))
  const { winner, lost } = findAll(acl, request.operation, path, variant)
  if (!winner) return []
  return lost.flatMap(({ rule, reason }) => {
    const why = lossOf(winner.rule, rule, reason)
    return rule.blocks.map((block) => ({ rule: block, why }))
  })
}
