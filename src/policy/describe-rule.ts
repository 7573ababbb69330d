import type { RuleLocation } from '../model/decision.ts'
import { formatSpan } from '../model/span.ts'
import type { AclRule } from './acl-rule.ts'
import type { Reason } from './specificity.ts'

/** `kv/data/*` of policy external-secrets (vault/setup.sh:12). */
export function describeRule(rule: AclRule): string {
  return `\`${rule.written}\` of ${describeBlocks(rule.blocks)}`
}

function describeBlocks(blocks: readonly RuleLocation[]): string {
  const places = [...new Set(blocks.map(describeBlock))]
  const shown = places.slice(0, 3)
  const more = places.length > shown.length ? [`${places.length - shown.length} more`] : []
  return `${places.length === 1 ? 'policy' : 'policies'} ${joinNames([...shown, ...more])}`
}

function describeBlock(block: RuleLocation): string {
  if (block.span) return `${block.policy} (${formatSpan(block.span)})`
  return block.line === undefined ? block.policy : `${block.policy} (line ${block.line})`
}

/** `policy a`, `policies a, b and c`, `policies a, b, c and 4 more`. */
export function describePolicies(names: readonly string[]): string {
  if (names.length === 0) return 'no policy'
  if (names.length === 1) return `policy ${names[0]}`
  const shown = names.length > 5 ? [...names.slice(0, 4), `${names.length - 4} more`] : names
  return `policies ${joinNames(shown)}`
}

/** `a, b and c`. */
export function joinNames(names: readonly string[]): string {
  if (names.length < 2) return names[0] ?? ''
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}

/** Why `winner` beats `loser`, as a sentence part about the loser (vault.md §2.1). */
export function describeLoss(winner: AclRule, loser: AclRule, reason: Reason): string {
  const [w, l] = [winner.path, loser.path]
  switch (reason) {
    case 'exact':
      return 'a path without wildcards comes before every pattern'
    case 'trailing-slash':
      return 'it matches another form of the path (with or without its trailing slash), which is tried later'
    case 'longest-prefix':
      return 'a longer prefix rule matches too, and only the longest counts'
    case 'lists':
      return 'of the rules that match with and without the trailing slash, this server takes the best that grants list'
    case 'first-wildcard':
      if (l.kind === 'prefix' && w.kind === 'prefix') return 'only the longest matching prefix counts'
      return `its first wildcard comes earlier (character ${l.first + 1}, against ${w.first + 1})`
    case 'not-open':
      return 'it ends in "*", and the winner does not'
    case 'fewer-plus':
      return `it has more "+" segments (${l.plus}, against ${w.plus})`
    case 'longer':
      return `it is shorter (${l.text.length} characters, against ${w.text.length})`
    case 'sorts-later':
      return 'all else is equal, and it sorts before the winner'
  }
}
