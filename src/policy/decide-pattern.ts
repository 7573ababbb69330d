import type { Decision } from '../model/decision.ts'
import { DEFAULT_VARIANTS, type Variant } from '../model/variant.ts'
import type { Acl, UncertainRule } from './acl.ts'
import type { AclRule } from './acl-rule.ts'
import type { AclRequest } from './authorize.ts'
import { toBytes } from './byte-string.ts'
import { type Completions, completionsOf, trimmedCompletions } from './completions.ts'
import { combine, decide, describeMiss, type Judgement, settledJudgement } from './decide.ts'
import { describePolicies, describeRule, joinNames } from './describe-rule.ts'
import type { Hole, HoledText } from './hole.ts'
import { nearestRule } from './nearest-rule.ts'
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
  readonly said: RuleOutcome
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
): Decision {
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
    ...rules.map((rule) => ({ rule, said: outcomeOf(rule, whole, sudo) })),
    ...uncertain.map(({ rule }) => ({ rule, said: outcomeOfUncertain(rule, whole, sudo) })),
  ]
  if (miss) possibilities.push({ rule: undefined, said: { outcome: 'denied', because: 'is covered by no rule' } })

  const is = (outcome: RuleOutcome['outcome']) => possibilities.filter((one) => one.said.outcome === outcome)
  const judged = { variant, match: undefined, uncertain, deciding: rules }
  const path = whole.path
  if (is('allowed').length === possibilities.length) {
    return { ...judged, verdict: 'allowed', because: describeAllowed(path, possibilities) }
  }
  if (is('denied').length === possibilities.length) {
    const nearest = rules.length === 0 ? nearestRule(acl, toBytes(path))?.rule : undefined
    return { ...judged, verdict: 'denied', nearest, because: describeDenied(acl, path, possibilities) }
  }
  const unknown = [...holes.map((hole) => hole.hole), ...uncertain.flatMap((one) => one.unknown)]
  return { ...judged, verdict: 'unknown', because: describeUnknown([...new Set(unknown)], path, possibilities) }
}

function uncertainRules(acl: Acl, request: PatternRequest, completions: Completions): UncertainRule[] {
  const lists = request.operation === 'list' || request.operation === 'scan'
  const forms = lists ? [...completions, ...trimmedCompletions(completions)] : completions
  return acl.uncertain.filter(({ matches }) => meets(matches, forms))
}

function written(path: HoledText): string {
  return path.map((piece) => (typeof piece === 'string' ? piece : piece.hole)).join('')
}

function describeAllowed(path: string, possibilities: readonly Possibility[]): string {
  const [first, ...others] = possibilities
  if (!first?.rule) return `${path} is covered`
  if (others.length === 0)
    return `${describeRule(first.rule)} covers ${path} whatever it stands for, and ${first.said.because}`
  return `every rule that can decide ${path} allows it: ${say(first)}; ${others.length} more`
}

function describeDenied(acl: Acl, path: string, possibilities: readonly Possibility[]): string {
  const ruled = possibilities.filter((one) => one.rule)
  const first = ruled[0]
  if (!first) return `${describeMiss(acl, toBytes(path))}, whatever it stands for`
  const more = ruled.length > 1 ? `; ${ruled.length - 1} more` : ''
  return `no rule of ${describePolicies(acl.policies)} that can decide ${path} allows it: ${say(first)}${more}`
}

function describeUnknown(unknown: readonly string[], path: string, possibilities: readonly Possibility[]): string {
  const open = unknown.length === 1 ? 'is not known' : 'are not known'
  const either = possibilities.find((one) => one.said.outcome === 'either')
  const allowed = possibilities.find((one) => one.said.outcome === 'allowed')
  const denied = possibilities.find((one) => one.said.outcome === 'denied')
  const shown = [allowed, denied, either].filter((one) => one !== undefined).slice(0, 2)
  return `${joinNames(unknown)} ${open}, and ${path} can be either: ${shown.map(say).join(', while ')}`
}

function say({ rule, said }: Possibility): string {
  return rule ? `${describeRule(rule)} ${said.because}` : `it ${said.because}`
}
