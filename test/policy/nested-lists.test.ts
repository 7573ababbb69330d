import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { VARIANTS, type Variant } from '../../src/model/variant.ts'
import { decidePattern } from '../../src/policy/decide-pattern.ts'
import { findAll } from '../../src/policy/match.ts'
import { decidingRule, rightsByTheBook } from '../differential/list-by-the-book.ts'
import { type NestedRule, nestedPolicy, randomFolder, randomNestedRules } from '../differential/nested-lists.ts'
import { randomFrom } from '../differential/random.ts'
import { policyText } from '../differential/random-policy.ts'
import { allowOperation, capabilities } from './acl-answers.ts'
import { aclOf } from './acl-of.ts'

interface Vector {
  readonly id: string
  readonly rules: readonly NestedRule[]
  readonly folder: string
  /** What `sys/capabilities` answers. */
  readonly rights: Readonly<Record<Variant, string>>
}

const vectors: Vector[] = readFileSync(new URL('vectors/nested-lists.jsonl', import.meta.url), 'utf8')
  .split('\n')
  .filter(Boolean)
  .map((line) => JSON.parse(line))

const aclOfRules = (rules: readonly NestedRule[]) => aclOf(nestedPolicy(rules).map(policyText))

describe('LIST below prefixes that nest (vault.md §2.1)', () => {
  test('the kinds of servers differ in each vector', () => {
    expect(vectors.length).toBeGreaterThanOrEqual(60)
    for (const { rights } of vectors) expect(new Set(Object.values(rights)).size).toBeGreaterThan(1)
  })

  for (const variant of VARIANTS) {
    test.each(vectors)(`$id as ${variant}`, ({ rules, folder, rights }) => {
      const acl = aclOfRules(rules)
      expect(capabilities(acl, folder, variant).join(' ')).toBe(rights[variant])
      const { allowed } = allowOperation(acl, { operation: 'list', path: folder }, variant)
      expect(allowed).toBe(rights[variant].split(' ').includes('list'))
    })
  }

  test.each([
    ['kv/metadata/* [list], kv/metadata/team/* [read]', 'kv/metadata/team/app/', 'read'],
    ['a/* [deny], a/ab/ab* [update]', 'a/ab/ab/', 'update'],
    // Each form of the path has a longest prefix of its own.
    ['kv/metadata/* [list], kv/metadata/team/* [read]', 'kv/metadata/team/', 'list'],
    ['a/* [list], a/b* [read], a/b/* [update]', 'a/b/', 'update'],
    // A segment rule stands beside the longest prefix.
    ['a/+/* [list], a/b/* [read]', 'a/b/c/', 'list'],
  ])('%s: LIST of %s by Vault 2.0.3', (written, folder, rights) => {
    const rules = written.split(', ').map((rule) => {
      const [path = '', names = ''] = rule.slice(0, -1).split(' [')
      return { path, capabilities: names.split(' ') }
    })
    expect(capabilities(aclOfRules(rules), folder, 'vault203').join(' ')).toBe(rights)
  })

  test('a prefix that is not the longest loses for that reason', () => {
    const acl = aclOfRules([
      { path: 'kv/metadata/*', capabilities: ['list'] },
      { path: 'kv/metadata/team/*', capabilities: ['read'] },
    ])
    const { winner, lost } = findAll(acl, 'list', 'kv/metadata/team/app/', 'vault203')
    expect(winner?.rule.written).toBe('kv/metadata/team/*')
    expect(lost.map(({ rule, reason }) => [rule.written, reason])).toEqual([['kv/metadata/*', 'longest-prefix']])
  })

  test.each([1, 2, 3])('random cases, seed %i', (seed) => {
    const random = randomFrom(seed)
    for (let round = 0; round < 1500; round += 1) {
      const rules = randomNestedRules(random)
      const folder = randomFolder(random, rules)
      const acl = aclOfRules(rules)
      for (const variant of VARIANTS) {
        const told = `${JSON.stringify(rules)} ${folder} ${variant}`
        expect(capabilities(acl, folder, variant).join(' '), told).toBe(rightsByTheBook(rules, folder, variant))
        const winner = findAll(acl, 'list', folder, variant).winner?.rule.written
        expect(winner, told).toBe(decidingRule(rules, folder, variant)?.path)
      }
    }
  })

  test.each([4, 5, 6])('a verdict on a folder with a hole holds for every filling, seed %i', (seed) => {
    const random = randomFrom(seed)
    const count: Record<string, number> = {}
    for (let round = 0; round < 600; round += 1) {
      const rules = randomNestedRules(random)
      const acl = aclOfRules(rules)
      const parts = randomFolder(random, rules).split('/')
      const at = random.below(parts.length - 1)
      const path = [
        `${parts.slice(0, at).join('/')}${at === 0 ? '' : '/'}`,
        { hole: '${X}' },
        `/${parts.slice(at + 1).join('/')}`,
      ]
      const decision = decidePattern(acl, { operation: 'list', path: path.filter((piece) => piece !== '') }, VARIANTS)
      for (const variant of VARIANTS) {
        const verdict = decision.perVariant[variant] ?? 'unknown'
        count[verdict] = (count[verdict] ?? 0) + 1
        if (verdict === 'unknown') continue
        for (const filling of ['a', 'b', 'ab', 'a/b', 'ab/ab', 'b/', 'x', '']) {
          const folder = path.map((piece) => (typeof piece === 'string' ? piece : filling)).join('')
          const { allowed } = allowOperation(acl, { operation: 'list', path: folder }, variant)
          expect(allowed ? 'allowed' : 'denied', `${JSON.stringify(rules)} ${folder} ${variant}`).toBe(verdict)
        }
      }
    }
    expect(count.allowed).toBeGreaterThan(20)
    expect(count.denied).toBeGreaterThan(100)
  })
})
