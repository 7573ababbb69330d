import { describe, expect, test } from 'vitest'
import type { Operation } from '../../src/model/decision.ts'
import { VARIANTS } from '../../src/model/variant.ts'
import { type Acl, buildAcl } from '../../src/policy/acl.ts'
import { decide } from '../../src/policy/decide.ts'
import { decidePattern } from '../../src/policy/decide-pattern.ts'
import type { HoledText } from '../../src/policy/hole.ts'
import { parsePolicy } from '../../src/policy/parse-policy.ts'
import { type Random, randomFrom } from '../differential/random.ts'
import { policyText, randomPath, randomPolicies } from '../differential/random-policy.ts'
import { allowOperation } from './acl-answers.ts'
import { said } from './said.ts'

/** What holes are filled with: empty, slashes, wildcards, whole and half segments. */
const FILLINGS = ['', 'a', 'b', 'ab', 'a/b', '/', '/b', 'b/', 'a/b/', '+', '*', 'é', 'b*', '+/b', 'data', 'a+b', '//']
const OPERATIONS: readonly Operation[] = ['read', 'list', 'list', 'create', 'scan']

function aclOf(text: string, unknown: readonly string[] = []): Acl | undefined {
  const result = parsePolicy(text, { unknown })
  if (!result.ok) return undefined
  const built = buildAcl([{ name: 'p', parsed: result.policy, unknown }])
  return 'acl' in built ? built.acl : undefined
}

/** Cuts one or two pieces out of a path. */
function punch(random: Random, path: string, holds: 'any' | 'segment'): HoledText {
  const [before, after] = cut(random, path)
  const first: HoledText = [before, { hole: '${X}', holds }, after]
  if (!random.chance(0.3)) return first
  return [...first, { hole: '${Y}', holds }, random.pick(['', '/', '/b', 'b'])]
}

const count: Record<string, number> = {}

describe('a verdict on a pattern holds for every completion (soundness)', () => {
  for (const seed of [1, 2, 3, 4, 5, 6]) {
    test(`seed ${seed}`, () => {
      const random = randomFrom(seed)
      for (let round = 0; round < 200; round += 1) {
        const policies = randomPolicies(random, { limits: false })
        const text = policies.map(policyText).join('\n')
        const acl = aclOf(text)
        if (!acl) throw new Error(text)
        const holds = random.pick(['any', 'segment'] as const)
        const pattern = punch(random, randomPath(random, policies), holds)
        const operation = random.pick(OPERATIONS)
        const decision = decidePattern(acl, { operation, path: pattern }, VARIANTS)
        count[decision.verdict] = (count[decision.verdict] ?? 0) + 1
        for (const variant of VARIANTS) {
          const verdict = decision.perVariant[variant]
          if (verdict === 'unknown') continue
          for (const path of fillings(pattern, holds)) {
            const { allowed } = allowOperation(acl, { operation, path }, variant)
            if (allowed === (verdict === 'allowed')) continue
            throw new Error(
              `${text}\n${operation} ${JSON.stringify(pattern)} as ${path} (${variant}): ${said(decision)}`,
            )
          }
        }
      }
    })
  }

  test('each verdict came about', () => {
    expect(count.allowed).toBeGreaterThan(50)
    expect(count.denied).toBeGreaterThan(50)
    expect(count.unknown).toBeGreaterThan(50)
  })
})

function fillings(pattern: HoledText, holds: 'any' | 'segment'): string[] {
  const fit = FILLINGS.filter((text) => holds === 'any' || !text.includes('/'))
  return pattern.reduce<string[]>(
    (paths, piece) =>
      typeof piece === 'string'
        ? paths.map((path) => path + piece)
        : paths.flatMap((path) => fit.map((text) => path + text)),
    [''],
  )
}

const ruleCount: Record<string, number> = {}

describe('a verdict by rules with unknown parts holds for whatever stands in them (soundness)', () => {
  for (const seed of [11, 12, 13, 14]) {
    test(`seed ${seed}`, () => {
      const random = randomFrom(seed)
      for (let round = 0; round < 200; round += 1) {
        const policies = randomPolicies(random, { limits: random.chance(0.3) })
        const path = randomPath(random, policies)
        const operation = random.pick(OPERATIONS)
        const holed = policies
          .flat()
          .map((rule) => (random.chance(0.3) ? { ...rule, path: punchRule(random, rule.path) } : rule))
        const text = policyText(holed)
        const acl = aclOf(text, ['X'])
        if (!acl) continue
        const decision = decide(acl, { operation, path, data: {} }, VARIANTS)
        ruleCount[decision.verdict] = (ruleCount[decision.verdict] ?? 0) + 1
        for (const filling of FILLINGS) {
          const filled = aclOf(text.replaceAll('${X}', filling))
          if (!filled) continue
          for (const variant of VARIANTS) {
            const verdict = decision.perVariant[variant]
            if (verdict === 'unknown') continue
            const { allowed } = allowOperation(filled, { operation, path, data: {} }, variant)
            if (allowed === (verdict === 'allowed')) continue
            throw new Error(`${text}\n${operation} ${path} with ${filling} (${variant}): ${said(decision)}`)
          }
        }
      }
    })
  }

  test('each verdict came about', () => {
    expect(ruleCount.allowed).toBeGreaterThan(20)
    expect(ruleCount.denied).toBeGreaterThan(100)
    expect(ruleCount.unknown).toBeGreaterThan(100)
  })
})

function punchRule(random: Random, path: string): string {
  return cut(random, path).join('${X}')
}

/** What is left and right of up to three characters that are taken out. */
function cut(random: Random, text: string): [string, string] {
  const characters = [...text]
  const at = random.below(characters.length + 1)
  return [characters.slice(0, at).join(''), characters.slice(at + random.below(4)).join('')]
}
