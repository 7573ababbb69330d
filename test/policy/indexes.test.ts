import { describe, expect, test } from 'vitest'
import type { AclRule } from '../../src/policy/acl-rule.ts'
import { indexLikeness } from '../../src/policy/like-rules.ts'
import { literalTokens, meet } from '../../src/policy/path-tokens.ts'
import { indexRules } from '../../src/policy/rule-index.ts'
import { rulePath } from '../../src/policy/rule-path.ts'
import { ruleTokens } from '../../src/policy/rule-tokens.ts'
import { compareRules } from '../../src/policy/specificity.ts'
import { type Random, randomFrom } from '../differential/random.ts'

// What the indexes find is what a look at every rule finds. Few letters, so that much begins alike.
const PIECES = ['a', 'b', 'ab', 'abc', 'abd', 'b+', '', '+', 'data']

function randomRules(random: Random): AclRule[] {
  const labels = random.some(1, 40, () => {
    const path = random.some(1, 5, () => random.pick(PIECES)).join('/')
    // No policy may hold `+*` (vault.md §1.5).
    return random.chance(0.4) && !path.endsWith('+') ? `${path}*` : path
  })
  const paths = new Map(labels.map((label) => [rulePath(label).key, rulePath(label)]))
  return [...paths.values()].map((path) => ({ path }) as AclRule)
}

const randomPath = (random: Random) => random.some(1, 6, () => random.pick(PIECES)).join('/')

function repeat(seed: number, act: (rules: readonly AclRule[], path: string) => void): void {
  const random = randomFrom(seed)
  for (let turn = 0; turn < 400; turn++) {
    const rules = randomRules(random)
    for (let asked = 0; asked < 20; asked++) act(rules, randomPath(random))
  }
}

const texts = (rules: readonly AclRule[]) => rules.map(({ path }) => path.key)

describe('rules that match', () => {
  test('are those of which the set of paths holds the one that is asked for', () => {
    repeat(1, (rules, path) => {
      const index = indexRules(rules)
      const wild = rules.filter((rule) => rule.path.kind !== 'exact')
      const matching = wild
        .filter((rule) => meet(ruleTokens(rule.path), literalTokens(path)))
        .sort((a, b) => compareRules(b.path, a.path).order)
      expect([path, ...texts(index.candidates(path))]).toEqual([path, ...texts(matching)])
      const [longest] = matching.filter((rule) => rule.path.kind === 'prefix')
      const weighed = matching.filter((rule) => rule.path.kind !== 'prefix' || rule === longest)
      expect(texts(index.weighed(path)).sort()).toEqual(texts(weighed).sort())
      expect(index.best(path)?.path.key).toBe(matching[0]?.path.key)
    })
  })

  test('of a path of very many segments', () => {
    const [deep] = [{ path: rulePath('a/+/*') } as AclRule]
    expect(indexRules([deep]).best('a/'.repeat(200_000))).toBe(deep)
    expect(indexLikeness([deep]).fromStart('a/'.repeat(200_000))).toBe(deep)
  })
})

describe('the rule that is most like a path', () => {
  /** Whole segments first, then bytes; the first of several. */
  function byLookingAtAll(rules: readonly AclRule[], path: string): AclRule | undefined {
    const asked = path.split('/')
    let best: AclRule | undefined
    let most = 0
    for (const rule of rules) {
      const literal = rule.path.text.split('/')
      let segments = 0
      while (
        segments < Math.min(literal.length, asked.length) &&
        (literal[segments] === asked[segments] || literal[segments] === '+')
      )
        segments += 1
      const [a = '', b = ''] = [literal[segments], asked[segments]]
      let bytes = 0
      while (bytes < a.length && a[bytes] === b[bytes]) bytes += 1
      const score = segments === 0 ? 0 : segments * 1_000 + bytes
      if (score > most) [best, most] = [rule, score]
    }
    return best
  }

  test('is found without looking at all', () => {
    repeat(2, (rules, path) => {
      const found = indexLikeness(rules).fromStart(path)
      expect([path, found?.path.key]).toEqual([path, byLookingAtAll(rules, path)?.path.key])
    })
  })

  test('behind a front', () => {
    repeat(3, (rules, path) => {
      const [first = '', second = ''] = path.split('/')
      const found = indexLikeness(rules).behindFront(first, second)
      const behind = (rule: AclRule) => {
        const segments = rule.path.text.split('/')
        return segments.findIndex((one, at) => at > 0 && one === first && segments[at + 1] === second)
      }
      const rule = rules.find((one) => behind(one) > 0)
      expect(found?.rule.path.key).toBe(rule?.path.key)
      if (rule !== undefined) expect(found?.front).toEqual(rule.path.text.split('/').slice(0, behind(rule)))
    })
  })
})
