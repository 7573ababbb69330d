import type { Random } from './random.ts'
import { MOUNT, type RandomPolicies } from './random-policy.ts'

/** Policies of prefixes that nest in one another, and folders between them: what LIST matching of the versions differs on. */

const STEMS = ['', 'a', 'ab', 'a/b', 'a/b/a', 'b', 'ab/a', 'ab/ab', 'a/ab', 'a/ab/ab', 'a/b/ab/a']
const ENDS = ['*', '*', '/*', '/*', '', '/', '/+', '/+/*', '/+/a', '/+/a*']
const GRANTS = [['list'], ['list'], ['read'], ['read', 'list'], ['deny'], ['update'], []]

/** One rule as the reference judges it. */
export interface NestedRule {
  readonly path: string
  readonly capabilities: readonly string[]
}

export function randomNestedRules(random: Random): NestedRule[] {
  const rules = random.some(2, 6, (): NestedRule => {
    const stem = random.pick(STEMS)
    const front = random.chance(0.12) ? '+' : MOUNT
    const path = [front, stem].filter(Boolean).join('/') + random.pick(ENDS)
    // No server takes `+*` (vault.md §1.4).
    return { path: path.replace('+*', '+/*'), capabilities: random.pick(GRANTS) }
  })
  // Merging is compared elsewhere.
  return [...new Map(rules.map((rule) => [rule.path, rule])).values()]
}

/** A folder, with its slash: one that the rules are about, or one that lies between or below them. */
export function randomFolder(random: Random, rules: readonly NestedRule[]): string {
  const stem = random.chance(0.3)
    ? `${MOUNT}/${random.pick(STEMS)}`
    : random
        .pick(rules)
        .path.replace(/\*$/, () => random.pick(['', '', 'b', '/b', 'a/b']))
        .split('/')
        .map((segment) => (segment === '+' ? random.pick(['a', 'b', 'ab']) : segment))
        .join('/')
  return `${stem.replace(/\/+$/, '')}/`
}

export function nestedPolicy(rules: readonly NestedRule[]): RandomPolicies {
  return [rules.map(({ path, capabilities }) => ({ path, body: `capabilities = ${JSON.stringify(capabilities)}` }))]
}
