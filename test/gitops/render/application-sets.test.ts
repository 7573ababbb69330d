import { describe, expect, test } from 'vitest'
import { root } from '../../../src/files/root.ts'
import { MAX_SETS, parameterSets } from '../../../src/gitops/argo/application-set.ts'
import type { Value } from '../../../src/model/value.ts'
import { cpuTime } from '../../cpu-time.ts'
import { appliedTree } from '../applied/applied-tree.ts'

const NOWHERE = root('/nowhere', new Set(), new Set(), new Map())
const list = (name: string, count: number): Value => ({
  list: { elements: Array.from({ length: count }, (_, index) => ({ [name]: `${name}${index}` })) },
})

describe('how many sets of parameters an ApplicationSet may have', () => {
  test('a matrix gives each pair', () => {
    const { sets, more } = parameterSets([{ matrix: { generators: [list('a', 2), list('b', 2)] } }], NOWHERE)
    expect(sets).toEqual([
      { a: 'a0', b: 'b0' },
      { a: 'a0', b: 'b1' },
      { a: 'a1', b: 'b0' },
      { a: 'a1', b: 'b1' },
    ])
    expect(more).toBe(false)
  })

  test.each<[string, Value]>([
    ['matrix', { matrix: { generators: [list('a', 20_000), list('b', 20_000)] } }],
    ['merge', { merge: { mergeKeys: ['c'], generators: [list('a', 20_000), list('b', 20_000)] } }],
    ['list', list('a', 20_000)],
  ])('a %s of thousands ends soon, and is said to have more', (_, generator) => {
    const spent = cpuTime()
    const { sets, more } = parameterSets([generator], NOWHERE)
    expect(sets.length).toBe(MAX_SETS)
    expect(more).toBe(true)
    expect(spent()).toBeLessThan(3_000)
  })

  test('what is not followed of it is told', async () => {
    const elements = (name: string) => Array.from({ length: 60 }, (_, index) => `{${name}: x${index}}`).join(',')
    const { notFollowed } = await appliedTree(
      {
        'set.yaml': `apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: sets, namespace: argocd}
spec:
  generators: [{matrix: {generators: [{list: {elements: [${elements('a')}]}}, {list: {elements: [${elements('b')}]}}]}}]
  template: {metadata: {name: x}, spec: {source: {repoURL: "https://github.com/team/home", path: "{{a}}/{{b}}"}}}
`,
      },
      { identities: ['team/home'] },
    )
    expect(notFollowed.map(({ why }) => why.code)).toContain('generators-too-large')
  })
})
