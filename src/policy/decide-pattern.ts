import type { LawDecision } from '../model/decision.ts'
import type { LawReason, Possibility as NamedPossibility } from '../model/law-reason.ts'
import { DEFAULT_VARIANTS, type Variant } from '../model/variant.ts'
import type { Acl, UncertainRule } from './acl.ts'
import type { AclRule } from './acl-rule.ts'
import type { AclRequest } from './authorize.ts'
import { toBytes } from './byte-string.ts'
import { type Completions, completionsOf, trimmedCompletions } from './completions.ts'
import { combine, decide, type Judgement, missOf, settledJudgement } from './decide.ts'
import { named } from './describe-rule.ts'
import type { Hole, HoledText } from './hole.ts'
import { outcomeOf, outcomeOfUncertain, type RuleOutcome } from './outcome.ts'
import { meets, possibleRules } from './possible-rules.ts'
import { sudoOf } from './sudo-path.ts'

/** A request of whose path only parts are known: `['kv/data/', { hole: '${CLUSTER}' }, '/db']`. */
export interface PatternRequest extends Omit<AclRequest, 'path'> {
  readonly path: HoledText
}

interface Possibility {
  /** `undefined`: no rule covers the path. */
  readonly rule: AclRule | undefined
  readonly outcome: RuleOutcome['outcome']
  readonly says: RuleOutcome['says'] | undefined
}

/**
 * Judges every request that the pattern can turn out to be: `allowed` if all of them are, `denied` if none can be, else
 * `unknown`. Sound: a hole stands for any text (with slashes unless it `holds: 'segment'`), and where the comparison of sets
 * is too coarse the answer is `unknown`, never a wrong verdict.
 */
export function decidePattern(
  acl: Acl,
  request: PatternRequest,
  variants: readonly Variant[] = DEFAULT_VARIANTS,
): LawDecision {
  const holes = request.path.filter((piece): piece is Hole => typeof piece !== 'string')
  if (holes.length === 0) return decide(acl, { ...request, path: request.path.join('') }, variants)
  return combine(
    variants.map((variant) => judgePattern(acl, request, holes, variant)),
    () => [],
  )
}

interface PatternJudgement extends Judgement {
  readonly deciding: readonly AclRule[]
}

function judgePattern(acl: Acl, request: PatternRequest, holes: readonly Hole[], variant: Variant): PatternJudgement {
  const whole: AclRequest = { ...request, path: written(request.path) }
  const settled = settledJudgement(acl, whole, variant)
  if (settled) return { ...settled, deciding: [] }
  const completions = completionsOf(request.path, request.namespace)
  const sudo = sudoOf(completionsOf(request.path))
  const uncertain = uncertainRules(acl, request, completions)
  const { rules, miss } = possibleRules(acl, request.operation, completions, variant, uncertain.length > 0)
  const possibilities: Possibility[] = [
    ...rules.map((rule) => ({ rule, ...outcomeOf(rule, whole, sudo) })),
    ...uncertain.map(({ rule }) => ({ rule, ...outcomeOfUncertain(rule, whole, sudo) })),
  ]
  if (miss) possibilities.push({ rule: undefined, outcome: 'denied', says: undefined })

  const is = (outcome: RuleOutcome['outcome']) => possibilities.filter((one) => one.outcome === outcome)
  const judged = { variant, match: undefined, uncertain, deciding: rules }
  const path = whole.path
  if (is('allowed').length === possibilities.length) {
    return { ...judged, verdict: 'allowed', because: agreedReason('all-allow', acl, path, possibilities) }
  }
  if (is('denied').length === possibilities.length) {
    return { ...judged, verdict: 'denied', because: deniedReason(acl, path, possibilities) }
  }
  const unknown = [...holes.map((hole) => hole.hole), ...uncertain.flatMap((one) => one.unknown)]
  return { ...judged, verdict: 'unknown', because: eitherReason([...new Set(unknown)], path, possibilities) }
}

function uncertainRules(acl: Acl, request: PatternRequest, completions: Completions): UncertainRule[] {
  const lists = request.operation === 'list' || request.operation === 'scan'
  const forms = lists ? [...completions, ...trimmedCompletions(completions)] : completions
  return acl.uncertain.filter(({ matches }) => meets(matches, forms))
}

function written(path: HoledText): string {
  return path.map((piece) => (typeof piece === 'string' ? piece : piece.hole)).join('')
}

function agreedReason(
  code: 'all-allow' | 'none-allows',
  { policies }: Acl,
  path: string,
  [first, ...others]: readonly Possibility[],
): LawReason {
  return { code, path, policies, first: namedPossibility(first), more: others.length }
}

function deniedReason(acl: Acl, path: string, possibilities: readonly Possibility[]): LawReason {
  const ruled = possibilities.filter((one) => one.rule)
  if (ruled.length === 0) return { ...missOf(acl, toBytes(path)), whatever: true }
  return agreedReason('none-allows', acl, path, ruled)
}

function eitherReason(unknown: readonly string[], path: string, possibilities: readonly Possibility[]): LawReason {
  const each = (['allowed', 'denied', 'either'] as const).flatMap(
    (outcome) => possibilities.find((one) => one.outcome === outcome) ?? [],
  )
  return { code: 'path-part-unknown', unknown, path, either: each.slice(0, 2).map(namedPossibility) }
}

function namedPossibility(one: Possibility | undefined): NamedPossibility {
  return { rule: one?.rule && named(one.rule), says: one?.says }
}
