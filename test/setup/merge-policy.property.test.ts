import { describe, expect, test } from 'vitest'
import type { Operation } from '../../src/model/decision.ts'
import { VARIANTS, type Variant } from '../../src/model/variant.ts'
import { type Acl, buildAcl } from '../../src/policy/acl.ts'
import { decide } from '../../src/policy/decide.ts'
import { type GeneratedRule, generatePolicy } from '../../src/policy/generate.ts'
import { parsePolicy } from '../../src/policy/parse-policy.ts'
import { mergePolicy } from '../../src/setup/merge-policy.ts'
import { type Random, randomFrom } from '../differential/random.ts'
import { MOUNT, policyText, randomPath, randomPolicies } from '../differential/random-policy.ts'

const OPERATIONS: readonly Operation[] = ['create', 'read', 'update', 'delete', 'list', 'patch', 'scan']
const SEGMENTS = ['a', 'b', 'ab', 'abc', 'data', 'é']

function aclOf(text: string): Acl | undefined {
  const result = parsePolicy(text)
  if (!result.ok) return undefined
  const built = buildAcl([{ name: 'p', parsed: result.policy }])
  return 'acl' in built ? built.acl : undefined
}

/** What a generator may ask for: exact paths, and folders. */
function randomWanted(random: Random, form: 'exact' | 'folder'): readonly GeneratedRule[] {
  const accesses = random.some(1, 5, () => {
    const path = [MOUNT, ...random.some(1, 3, () => random.pick(SEGMENTS))].join('/')
    const below = random.chance(0.15)
    const capability = below ? ('list' as const) : random.pick(['read', 'create', 'update', 'list', 'delete'] as const)
    return { path, capability, ...(below ? { below } : {}) }
  })
  return generatePolicy(accesses, { form }).rules
}

const allowed = (acl: Acl, operation: Operation, path: string, variant: Variant) =>
  decide(acl, { operation, path }, [variant]).verdict === 'allowed'

let merged = 0
let blocked = 0

describe('a policy that is there loses nothing when rules are added to it', () => {
  for (const form of ['exact', 'folder'] as const) {
    for (const variant of VARIANTS) {
      test(`${form}, ${variant}`, () => {
        const random = randomFrom(7)
        for (let round = 0; round < 120; round += 1) {
          const policies = randomPolicies(random, { limits: false })
          const live = policies.map(policyText).join('\n')
          const before = aclOf(live)
          if (before === undefined) continue
          const wanted = randomWanted(random, form)
          const result = mergePolicy('p', live, wanted, [variant])
          if ('blocked' in result) {
            blocked += 1
            continue
          }
          merged += 1
          const after = aclOf(result.text)
          if (after === undefined) throw new Error(`it does not parse: ${result.text}`)
          // Its own rules stand as they were written.
          expect(result.text.startsWith(live.trimEnd())).toBe(true)
          const paths = [
            ...Array.from({ length: 25 }, () => randomPath(random, policies)),
            ...wanted.flatMap(({ path }) => {
              const bare = path.replace(/\*$/, '')
              return [bare, `${bare}/`, `${bare}b`, `${bare}/b`, bare.replace(/\/$/, '')]
            }),
          ]
          // Nobody asks for a path with two slashes in a row: the clients clean it.
          for (const path of paths.filter((one) => !one.includes('//'))) {
            for (const operation of OPERATIONS) {
              if (!allowed(before, operation, path, variant)) continue
              expect(
                allowed(after, operation, path, variant),
                `${operation} ${path}\n${live}\n--- became\n${result.text}`,
              ).toBe(true)
            }
          }
          for (const rule of wanted.filter(({ path }) => !path.endsWith('*'))) {
            for (const capability of rule.capabilities) {
              expect(
                allowed(after, capability as Operation, rule.path, variant),
                `${capability} ${rule.path}\n${result.text}`,
              ).toBe(true)
            }
          }
          // And it comes to rest.
          expect(mergePolicy('p', result.text, wanted, [variant])).toEqual({ text: result.text, added: [] })
        }
      })
    }
  }

  test('most are merged, and some are blocked', () => {
    expect(merged).toBeGreaterThan(300)
    expect(blocked).toBeGreaterThan(50)
  })
})
