import { describe, expect, test } from 'vitest'
import { randomFrom } from '../../differential/random.ts'
import { generated } from './generated.ts'
import { type Json, modelSets, type Params, put, Refused, type World } from './set-model.ts'

const KEYS = ['a', 'b', 'env']
const TEXTS = ['prod', 'test', 'x', '']
const FOLDERS = ['apps/one', 'apps/two', 'apps/two/deep', 'cfg/prod', 'cfg/test', 'cfg/.dark', 'x']

class Maker {
  readonly #next: (below: number) => number
  readonly #go: boolean

  constructor(seed: number, go: boolean) {
    this.#next = randomFrom(seed).below
    this.#go = go
  }

  #one<T>(of: readonly T[]): T {
    return of[this.#next(of.length)] as T
  }

  #some<T>(most: number, make: () => T): T[] {
    return Array.from({ length: this.#next(most) + 1 }, make)
  }

  /** A name between braces, as the mode writes it. */
  #name(): string {
    const name = this.#one([...KEYS, 'path', 'path.basename', 'name', 'values.a', 'gone'])
    if (!this.#go) return `{{${this.#one(['', ' '])}${name}${this.#one(['', ' '])}}}`
    return `{{ .${name === 'path' ? 'path.path' : name} }}`
  }

  #text(open: boolean): string {
    return open && this.#next(3) === 0 ? this.#name() : this.#one(TEXTS)
  }

  #values(open: boolean): Params {
    return Object.fromEntries(this.#some(2, () => [this.#one(KEYS), this.#text(open)]))
  }

  #selector(keys: readonly string[]): Params {
    const key = this.#one(keys)
    return this.#next(2) === 0
      ? { matchLabels: { [key]: this.#one(TEXTS) } }
      : {
          matchExpressions: [
            {
              key,
              operator: this.#one(['In', 'NotIn', 'Exists', 'DoesNotExist']),
              values: this.#some(2, () => this.#one(TEXTS)),
            },
          ],
        }
  }

  #pattern(open: boolean): string {
    const fixed = this.#one(['apps/*', 'apps/one', 'cfg/*', '*', 'cfg/*/c.json', 'apps/*/c.json', '*.json'])
    return open && this.#next(3) === 0 ? `cfg/${this.#name()}${this.#one(['', '/*', '*'])}` : fixed
  }

  generator(depth: number, open = false): Params {
    const kinds = ['list', 'git', 'clusters', ...(depth > 0 ? ['matrix', 'matrix', 'merge'] : [])]
    const kind = this.#one(kinds)
    const own = this.#ofKind(kind, depth, open)
    return this.#next(4) === 0 ? { [kind]: own, selector: this.#selector([...KEYS, 'path', 'name']) } : { [kind]: own }
  }

  #ofKind(kind: string, depth: number, open: boolean): Params {
    const values = this.#next(3) === 0 ? { values: this.#values(true) } : {}
    switch (kind) {
      case 'list':
        return {
          elements: this.#some(3, (): Params => {
            const element: Params = Object.fromEntries(this.#some(3, () => [this.#one(KEYS), this.#text(open)]))
            return this.#next(4) === 0 ? { ...element, values: this.#values(open) } : element
          }),
        }
      case 'git': {
        const field = this.#one(['directories', 'files'])
        const paths = this.#some(
          2,
          (): Params => ({ path: this.#pattern(open), ...(this.#next(5) === 0 ? { exclude: true } : {}) }),
        )
        return { [field]: paths, ...(this.#next(4) === 0 ? { pathParamPrefix: 'my' } : {}), ...values }
      }
      case 'clusters':
        // Of servers nothing is told here, so that the own cluster does not meet them.
        return { selector: this.#selector(['env', 'tier']), ...values }
      case 'matrix':
        return { generators: [this.generator(depth - 1, open), this.generator(depth - 1, true)] }
      default:
        return {
          mergeKeys: this.#some(2, () => this.#one(KEYS)),
          generators: this.#some(2, () => this.generator(depth - 1, open)).concat(this.generator(depth - 1, open)),
        }
    }
  }

  world(): World {
    const files: Record<string, string> = {}
    for (const folder of FOLDERS) {
      files[`${folder}/x.txt`] = ''
      if (this.#next(2) === 0)
        files[`${folder}/c.json`] = JSON.stringify({ env: this.#one(TEXTS), n: this.#next(3), deep: { a: true } })
    }
    const clusters = ['Prod_1', 'test-2']
      .slice(0, this.#next(3))
      .map((name) => ({ name, labels: { env: this.#one(TEXTS.slice(0, 2)), tier: 'one' } }))
    return { files, clusters, go: this.#go }
  }
}

/** Whatever the order of names. */
function told(value: Json): Json {
  if (value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) return value.map(told)
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([key, below]) => [key, told(below)]))
}

const sorted = (sets: readonly Json[]) => [...new Set(sets.map((one) => JSON.stringify(one)))].sort()

/** What the model does not know: clusters that Git does not tell of, and what depends on them. */
function isBeyond(entry: Params, world: World): boolean {
  return /"clusters":\{/.test(JSON.stringify(entry)) && world.clusters.length === 0
}

describe.each([
  ['by name', false],
  ['with Go templates', true],
])('random generators against a tiny model, %s', (_mode, go) => {
  test('the same sets, or both refuse', () => {
    const counts = { same: 0, refused: 0, sets: 0, beyond: 0 }
    for (let seed = 1; seed <= 1_500; seed++) {
      const maker = new Maker(seed, go)
      const world = maker.world()
      const entry = maker.generator(2)
      if (isBeyond(entry, world)) {
        counts.beyond++
        continue
      }
      let expected: readonly string[] | 'refused'
      try {
        expected = sorted(modelSets(entry, world).map(told))
      } catch (error) {
        if (!(error instanceof Refused)) throw error
        expected = 'refused'
      }
      const spec = `goTemplate: ${go}\ngenerators: [${JSON.stringify(entry)}]\ntemplate: {metadata: {name: x}, spec: {source: {path: p}}}\n`
      const clusters = world.clusters.map((one) => ({ file: 'c', isOwn: false, annotations: {}, ...one }))
      const found = generated(spec, world.files, clusters)
      // What no declared cluster fits may be one that Git does not tell of: the model has none.
      if (found.unknown.includes('clusters')) {
        counts.beyond++
        continue
      }
      const actual =
        found.fails === undefined ? sorted(found.applications.map(({ set }) => told(set.values as Params))) : 'refused'
      expect({ seed, entry, sets: actual }).toEqual({ seed, entry, sets: expected })
      if (actual === 'refused') counts.refused++
      else {
        counts.same++
        counts.sets += actual.length
      }
    }
    // The trees are worth something.
    expect(counts.same).toBeGreaterThan(400)
    expect(counts.refused).toBeGreaterThan(20)
    expect(counts.sets).toBeGreaterThan(1_000)
  })

  test('filling in says what the model says', () => {
    for (const text of ['{{a}}', 'x/{{ a }}/{{b}}', '{{ .a }}-{{.b}}', '{{.deep.a}}', 'none']) {
      const params: Params = { a: 'one', b: 'two', deep: { a: 'three' } }
      const isGo = text.includes('.')
      if (isGo !== go && text !== 'none') continue
      const spec = `goTemplate: ${go}\ngenerators: [{list: {elements: [${JSON.stringify(go ? params : { a: 'one', b: 'two' })}]}}]\ntemplate: {metadata: {name: x}, spec: {source: {path: "${text}"}}}\n`
      expect(generated(spec).paths).toEqual([put(text, params, go)])
    }
  })
})
