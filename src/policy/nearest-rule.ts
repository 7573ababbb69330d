import type { NearestHint } from '../model/law-reason.ts'
import type { Acl } from './acl.ts'
import type { AclRule } from './acl-rule.ts'
import { fromBytes } from './byte-string.ts'
import { indexLikeness, type LikeRules } from './like-rules.ts'
import { findRule } from './match.ts'
import { literalTokens, meet } from './path-tokens.ts'

/** The rule that somebody probably meant to cover a path with, and what keeps it from doing so. */
export interface NearestRule {
  readonly rule: AclRule
  readonly hint: NearestHint | undefined
}

/** Help for a miss; `path` is a byte string. `undefined` when no rule begins like the path. */
export function nearestRule(acl: Acl, path: string): NearestRule | undefined {
  const dropped = acl.dropped.find(({ matches }) => meet(matches, literalTokens(path)))
  if (dropped) {
    return { rule: dropped.rule, hint: { code: 'dropped', directive: dropped.unknown[0] ?? '' } }
  }
  for (const { variation, hint, without } of variations(path)) {
    const rule = findRule(acl, 'read', variation, 'bao26')?.rule
    if (!rule || rule.path.text === '') continue
    return { rule, hint: (without === undefined ? undefined : takenByPlus(rule, path, without)) ?? hint }
  }
  const like = likeRulesOf(acl)
  const rule = like.fromStart(path)
  return rule === undefined ? behindFront(like, path) : { rule, hint: hintFor(rule, path) }
}

/** A policy that denies one path denies many: its rules are taken apart once. */
const indexes = new WeakMap<Acl, LikeRules>()

function likeRulesOf(acl: Acl): LikeRules {
  const known = indexes.get(acl) ?? indexLikeness(acl.rules)
  indexes.set(acl, known)
  return known
}

/** A rule that is about the mount and the side of the path once its first segments are left out: those of a Vault namespace. */
function behindFront(like: LikeRules, path: string): NearestRule | undefined {
  const [mount, side] = path.split('/')
  if (mount === undefined || side === undefined || side === '') return undefined
  const found = like.behindFront(mount, side)
  return found && { rule: found.rule, hint: { code: 'has-front', front: found.front.map(fromBytes).join('/') } }
}

/** A `+` where KV v2 has `data` or `metadata` stands for just that: then it is another segment that the rule lacks. */
function takenByPlus(rule: AclRule, path: string, index: number): NearestHint | undefined {
  if (rule.path.segments[index] !== '+') return undefined
  const [side = '', segment = ''] = path
    .split('/')
    .slice(index, index + 2)
    .map(fromBytes)
  return { code: 'lacks-segment', plus: side, segment }
}

interface Variation {
  readonly variation: string
  readonly hint: NearestHint
  /** Which segment of the path is left out. */
  readonly without?: number
}

/** Slips that people make, the likeliest first (vault.md §9.3). */
function variations(path: string): Variation[] {
  const segments = path.split('/')
  const found: Variation[] = []
  segments.slice(0, -1).forEach((segment, index) => {
    if (index === 0 || (segment !== 'data' && segment !== 'metadata')) return
    const other = segment === 'data' ? 'metadata' : 'data'
    const without = segments.toSpliced(index, 1).join('/')
    found.push({ variation: without, without: index, hint: { code: 'lacks-side', side: segment } })
    const swapped = segments.with(index, other).join('/')
    found.push({ variation: swapped, hint: { code: 'other-side', rule: other, request: segment } })
  })
  const lower = path.toLowerCase()
  if (lower !== path) found.push({ variation: lower, hint: { code: 'letter-case' } })
  if (path.endsWith('/')) found.push({ variation: path.slice(0, -1), hint: { code: 'lacks-slash' } })
  else found.push({ variation: `${path}/`, hint: { code: 'below-only', path: fromBytes(path) } })
  return found
}

function hintFor(rule: AclRule, path: string): NearestHint | undefined {
  const { text, kind } = rule.path
  if (kind !== 'segment' && text.includes('*')) return { code: 'star-inside' }
  if (kind === 'exact' && path.startsWith(`${text}/`)) return { code: 'no-star' }
  if (text.includes('//')) return { code: 'doubled-slash' }
  return undefined
}
