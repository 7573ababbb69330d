import { describe, expect, test } from 'vitest'
import { MAX_SETS } from '../../../src/gitops/argo/application-set.ts'
import { UNFILLED } from '../../../src/gitops/argo/fill-text.ts'
import { cpuTime } from '../../cpu-time.ts'
import { appliedTree } from '../applied/applied-tree.ts'
import { generated, go, oneGenerator } from './generated.ts'

const list = (name: string, count: number, more = '') =>
  `{list: {elements: [${Array.from({ length: count }, (_, index) => `{${name}: ${name}${index}${more}}`).join(', ')}]}}`
const read = (generator: string) => generated(oneGenerator(generator, '{{a}}{{b}}'))

describe('how many Applications an ApplicationSet may have', () => {
  test('a matrix gives each pair', () => {
    const { paths, more } = read(`{matrix: {generators: [${list('a', 2)}, ${list('b', 2)}]}}`)
    expect(paths).toEqual(['a0b0', 'a0b1', 'a1b0', 'a1b1'])
    expect(more).toBe(false)
  })

  test.each<[string, string]>([
    ['matrix', `{matrix: {generators: [${list('a', 5_000)}, ${list('b', 5_000)}]}}`],
    ['merge', `{merge: {mergeKeys: [a], generators: [${list('a', 5_000)}, ${list('a', 5_000, ', b: x')}]}}`],
    ['list', list('a', 5_000)],
    [
      'matrix whose second generator gives nothing',
      `{matrix: {generators: [${list('a', 5_000)}, {matrix: {generators: [${list('b', 5_000)}, {list: {elements: []}}]}}]}}`,
    ],
  ])('a %s of thousands ends soon, and is said to have more', (_, generator) => {
    const spent = cpuTime()
    const { applications, more } = read(generator)
    expect(applications.length).toBeLessThanOrEqual(MAX_SETS)
    expect(more).toBe(true)
    expect(spent()).toBeLessThan(6_000)
  })

  test('patterns that a matrix makes are held against files only so often', () => {
    const files = Object.fromEntries(Array.from({ length: 4_000 }, (_, index) => [`cfg/${index}/x.yaml`, '']))
    const spent = cpuTime()
    const { more } = generated(
      oneGenerator(
        `{matrix: {generators: [${list('a', 2_000)}, {git: {files: [{path: "cfg/{{a}}*a*a*a*a/x.yaml"}]}}]}}`,
        'x',
      ),
      files,
    )
    expect(more).toBe(true)
    expect(spent()).toBeLessThan(10_000)
  })

  const doubled = (count: number) =>
    Array.from({ length: count }, (_, index) => index).reduceRight(
      (inner, level) =>
        `{matrix: {generators: [${inner}, {git: {directories: [{path: d}], pathParamPrefix: p${level}, values: {v${level}: "{{values.v${level + 1}}}{{values.v${level + 1}}}"}}}]}}`,
      `{list: {elements: [{values: {v${count}: "0123456789"}}]}}`,
    )

  test.each<[string, string]>([
    ['values that double with each generator', oneGenerator(doubled(20), '{{values.v0}}')],
    [
      'a variable that doubles in a loop',
      go(
        '{list: {elements: [{l: [1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31,32,33,34,35,36,37,38,39,40]}]}}',
        '{{ $x := "0123456789" }}{{ range .l }}{{ $x = printf "%s%s" $x $x }}{{ end }}{{ $x }}',
      ),
    ],
    [
      'a list that holds itself twice in each round',
      go(
        '{list: {elements: [{l: [1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30]}]}}',
        '{{ $x := list "a" }}{{ range .l }}{{ $x = list $x $x }}{{ end }}{{ toJson $x }}',
      ),
    ],
    [
      'loops in loops, for each of thousands of sets',
      go(
        `{list: {elements: [${Array.from({ length: 1_500 }, (_, index) => `{n: "${index}", l: [1,2,3,4,5,6,7,8,9,10]}`).join(', ')}]}}`,
        `${'{{ range $.l }}'.repeat(6)}{{ repeat 9000 "x" }}${'{{ end }}'.repeat(6)}`,
      ),
    ],
  ])('%s end soon, and are left open', (_, spec) => {
    const spent = cpuTime()
    const found = generated(spec, { 'd/x': '' })
    expect(found.fails).toBeUndefined()
    expect(found.paths.every((path) => (path ?? '').includes(UNFILLED))).toBe(true)
    expect(spent()).toBeLessThan(8_000)
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
