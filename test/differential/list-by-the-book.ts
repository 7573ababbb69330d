import type { Variant } from '../../src/model/variant.ts'
import type { NestedRule } from './nested-lists.ts'

/**
 * LIST matching written a second time, straight from vault.md §2.1, and as slow as they read: no index, no
 * byte strings, nothing of `src/policy`. It stands in for the servers that no machine here has.
 */

interface Candidate extends NestedRule {
  readonly first: number
  readonly open: boolean
  readonly plus: number
  readonly text: string
}

/** The rule that decides LIST of `folder`, which ends in a slash; `undefined`: none. */
export function decidingRule(rules: readonly NestedRule[], folder: string, variant: Variant): NestedRule | undefined {
  const bare = folder.slice(0, -1)
  const exact = rules.find(({ path }) => isExact(path) && path === folder)
  if (exact) return exact
  const exactBare = rules.find(({ path }) => isExact(path) && path === bare)
  if (exactBare) return exactBare
  if (variant === 'old') return best(candidates(rules, folder))
  if (variant === 'legacy') return best(candidates(rules, bare)) ?? best(candidates(rules, folder))
  if (variant === 'bao26') return best(candidates(rules, folder)) ?? best(candidates(rules, bare))
  const all = [...candidates(rules, bare), ...candidates(rules, folder)]
  const deny = best(all.filter(({ capabilities }) => capabilities.includes('deny')))
  const grant = best(all.filter(({ capabilities }) => capabilities.includes('list')))
  if (deny && (!grant || beats(deny, grant))) return deny
  return grant ?? best(all)
}

/** As `sys/capabilities` answers for the folder (vault.md §2.5). */
export function rightsByTheBook(rules: readonly NestedRule[], folder: string, variant: Variant): string {
  const rule = decidingRule(rules, folder, variant)
  if (!rule || rule.capabilities.includes('deny') || rule.capabilities.length === 0) return 'deny'
  return [...rule.capabilities].sort().join(' ')
}

function isSegmented(path: string): boolean {
  return path === '+' || path.includes('/+') || path.startsWith('+/')
}

function isExact(path: string): boolean {
  return !isSegmented(path) && !path.endsWith('*')
}

function candidates(rules: readonly NestedRule[], path: string): Candidate[] {
  let longest: Candidate | undefined
  const found: Candidate[] = []
  for (const rule of rules) {
    const open = rule.path.endsWith('*')
    const text = open ? rule.path.slice(0, -1) : rule.path
    if (isSegmented(rule.path)) {
      const plus = text.split('/').filter((segment) => segment === '+').length
      if (matchesSegments(text, open, path)) found.push({ ...rule, first: text.indexOf('+'), open, plus, text })
    } else if (open && path.startsWith(text) && text.length >= (longest?.text.length ?? 0)) {
      longest = { ...rule, first: text.length, open, plus: 0, text }
    }
  }
  return longest ? [...found, longest] : found
}

function matchesSegments(text: string, open: boolean, path: string): boolean {
  const wanted = text.split('/')
  const asked = path.split('/')
  if (asked.length < wanted.length || (!open && asked.length !== wanted.length)) return false
  for (let index = 0; index < wanted.length; index += 1) {
    const [one, other = ''] = [wanted[index] ?? '', asked[index]]
    if (one === '+' || one === other) continue
    if (open && index === wanted.length - 1 && other.startsWith(one)) continue
    return false
  }
  return true
}

function best(all: readonly Candidate[]): Candidate | undefined {
  let winner: Candidate | undefined
  for (const one of all) if (winner === undefined || beats(one, winner)) winner = one
  return winner
}

function beats(one: Candidate, other: Candidate): boolean {
  if (one.first !== other.first) return one.first > other.first
  if (one.open !== other.open) return other.open
  if (one.plus !== other.plus) return one.plus < other.plus
  if (one.text.length !== other.text.length) return one.text.length > other.text.length
  return one.text > other.text
}
