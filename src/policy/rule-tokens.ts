import { toBytes } from './byte-string.ts'
import type { HoledText } from './hole.ts'
import { ANY, literalTokens, type PathTokens, SEGMENT } from './path-tokens.ts'
import type { RulePath } from './rule-path.ts'

/** The paths that a rule matches. */
export function ruleTokens(rule: RulePath): PathTokens {
  if (rule.kind !== 'segment') return [...literalTokens(rule.text), ...(rule.open ? [ANY] : [])]
  const tokens = rule.segments.flatMap((segment, index) => [
    ...(index === 0 ? [] : [47]),
    ...(segment === '+' ? [SEGMENT] : literalTokens(segment)),
  ])
  return rule.open ? [...tokens, ANY] : tokens
}

/**
 * All paths that a rule with unknown parts can match, whatever stands in them: a hole may hold slashes, `+` and `*`, and
 * may be empty, so a `+` or a final `*` beside a hole may be a wildcard too. Never too few paths, rarely too many.
 */
export function holedRuleTokens(label: HoledText, namespace: string): PathTokens {
  const units = label.flatMap((piece): (string | typeof ANY)[] =>
    typeof piece === 'string' ? [...toBytes(piece)] : [ANY],
  )
  // One leading slash is stripped (vault.md §1.5); behind a hole in front, which may be empty, that is covered by the hole.
  const first = units.findIndex((unit) => unit !== ANY)
  if (units[first] === '/') units.splice(first, 1)
  const tokens = literalTokens(namespace)
  units.forEach((unit, index) => {
    if (unit === ANY) tokens.push(ANY)
    else if (unit === '+' && standsAlone(units, index)) tokens.push(SEGMENT)
    else if (unit === '*' && units.slice(index + 1).every((later) => later === ANY)) tokens.push(ANY)
    else tokens.push(unit.charCodeAt(0))
  })
  return tokens
}

/** Between slashes, holes or the ends: then it is a segment wildcard, or may be one. */
function standsAlone(units: readonly (string | typeof ANY)[], index: number): boolean {
  const edge = (unit: string | typeof ANY | undefined) => unit === undefined || unit === '/' || unit === ANY
  return edge(units[index - 1]) && edge(units[index + 1])
}
