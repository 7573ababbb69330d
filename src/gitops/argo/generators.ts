import { parseYaml } from '../../files/yaml/parse-yaml.ts'
import { at, isList, isMap, listAt, mapAt, stringAt, stringsAt, type Value, type ValueMap } from '../../model/value.ts'
import type { Placed } from '../placed/placed.ts'
import { type DeclaredCluster, OWN_SERVER } from './cluster-secrets.ts'
import { type Filler, UNFILLED } from './fill-text.ts'
import { GeneratorFailure } from './generator-failure.ts'
import type { GitFinder } from './git-generator.ts'
import { isEmptySelector, selects } from './label-selector.ts'
import {
  ANY_PARAMETERS,
  flattened,
  holds,
  mayHold,
  mergedOver,
  NO_PARAMETERS,
  type ParameterSet,
  placesIn,
  placesOver,
  textOf,
  withUnknown,
} from './parameters.ts'
import { normalised } from './template-functions.ts'

export interface GeneratorContext {
  readonly filler: Filler
  readonly git: GitFinder
  /** Clusters that Secrets of this repository register. */
  readonly clusters: readonly DeclaredCluster[]
  /** Where an element of a list stands, by its value. */
  readonly placed: WeakMap<ValueMap, Placed>
  /** Whether an address is this repository's. */
  readonly isThis: (address: string | undefined) => boolean
}

/** What the generators of one ApplicationSet came to, beside the sets. */
export interface GeneratorNews {
  /** Generators whose outcome Git does not tell (clusters, pull requests, SCM providers, plugins). */
  readonly unknown: Set<string>
  /** Clusters that Git declares were taken for all there are. */
  tookDeclared: boolean
  /** There are more sets than `MAX_SETS`, and they are not among those given. */
  more: boolean
}

export const MAX_SETS = 2_000
/** Generators that are gone through for one ApplicationSet: a matrix goes through its second one for each set of the first. */
const MAX_GENERATORS = 20_000

/** In the order in which Argo CD takes them where one entry has several. */
const KINDS = [
  'list',
  'clusters',
  'git',
  'scmProvider',
  'clusterDecisionResource',
  'pullRequest',
  'matrix',
  'merge',
  'plugin',
]
/** Kinds whose `values` are their own, and no parameters of an element. */
const HAVE_VALUES: ReadonlySet<string> = new Set([
  'clusters',
  'git',
  'scmProvider',
  'clusterDecisionResource',
  'pullRequest',
  'plugin',
])
/** Beside a generator, and none. */
const NO_GENERATORS: ReadonlySet<string> = new Set(['selector', 'template'])

/** The kinds of generator that an entry names. */
export function generatorKinds(generator: Value): readonly string[] {
  if (!isMap(generator)) return []
  const known = KINDS.filter((kind) => generator[kind] !== undefined && generator[kind] !== null)
  return known.length > 0
    ? known
    : Object.keys(generator)
        .filter((key) => !NO_GENERATORS.has(key))
        .slice(0, 1)
}

/**
 * Goes through generators as Argo CD does (helm.md §1.5). What Git does not tell is left open: a set may hold names that only the
 * cluster knows. @throws GeneratorFailure where Argo CD refuses the whole ApplicationSet.
 */
export class Generators {
  readonly news: GeneratorNews = { unknown: new Set(), tookDeclared: false, more: false }
  readonly #context: GeneratorContext
  #count = 0

  constructor(context: GeneratorContext) {
    this.#context = context
  }

  /** The sets of one kind of an entry; `within`: the set of a matrix's first generator, which fills in the second. */
  sets(entry: Value, kind: string, within = NO_PARAMETERS): readonly ParameterSet[] {
    if (!isMap(entry) || ++this.#count > MAX_GENERATORS) {
      this.news.more ||= this.#count > MAX_GENERATORS
      return []
    }
    const fills = Object.keys(within.values).length > 0 || within.unknown.length > 0
    const written = entry[kind] ?? null
    const generator = fills ? this.#interpolated(written, within, kind) : written
    const { selector } = entry
    const found = this.#limited(this.#of(kind, generator))
    // Its labels are the parameters, as they are before anything is filled in.
    return selector === undefined || selector === null ? found : found.flatMap((set) => this.#selected(set, selector))
  }

  #of(kind: string, generator: Value): readonly ParameterSet[] {
    switch (kind) {
      case 'list':
        return this.#list(generator)
      case 'clusters':
        return this.#clusters(generator)
      case 'git': {
        const address = stringAt(generator, 'repoURL')
        if (!(address?.includes(UNFILLED) ?? false) && !this.#context.isThis(address)) {
          this.news.unknown.add(`git of ${address}`)
          return [this.#withValues(ANY_PARAMETERS, generator)]
        }
        const { git, filler } = this.#context
        const found = git.sets(generator, filler.goTemplate)
        this.news.more ||= git.tooMany
        return this.#limited(found).map((set) => this.#withValues(set, generator))
      }
      case 'matrix':
        return this.#matrix(generator)
      case 'merge':
        return this.#merge(generator)
      default:
        this.news.unknown.add(kind)
        return [this.#withValues(ANY_PARAMETERS, generator)]
    }
  }

  #limited<T>(sets: readonly T[]): readonly T[] {
    this.news.more ||= sets.length > MAX_SETS
    return sets.slice(0, MAX_SETS)
  }

  #fill(text: string, set: ParameterSet): string {
    const filled = this.#context.filler.fill(text, set)
    if (!filled.ok) throw new GeneratorFailure(filled.says)
    return filled.text
  }

  /** Every text of a generator, keys too. `values` keep what is not there yet: they are filled in again afterwards. */
  #interpolated(value: Value, set: ParameterSet, key: string, parent = ''): Value {
    if (typeof value === 'string') return this.#fill(value, set)
    if (isList(value)) return value.map((item) => this.#interpolated(item, set, ''))
    if (!isMap(value)) return value
    if (key === 'values' && HAVE_VALUES.has(parent) && Object.values(value).every((item) => typeof item === 'string'))
      return Object.fromEntries(
        Object.entries(value).map(([name, text]) => {
          const filled = this.#context.filler.fill(text as string, set, true)
          if (!filled.ok && !filled.missing) throw new GeneratorFailure(filled.says)
          return [name, filled.ok ? filled.text : text]
        }),
      )
    return Object.fromEntries(
      Object.entries(value).map(([name, item]) => [this.#fill(name, set), this.#interpolated(item, set, name, key)]),
    )
  }

  #selected(set: ParameterSet, selector: Value): readonly ParameterSet[] {
    const flat = flattened(set.values)
    const taken = selects(selector, { get: (name) => flat.get(name), mayHold: (name) => mayHold(set, name) })
    if (taken === false) return []
    return taken === undefined ? [{ ...set, sure: false }] : [set]
  }

  /** With the generator's own `values`: texts, filled in with the parameters so far, and not with each other. */
  #withValues(set: ParameterSet, generator: Value): ParameterSet {
    const given = mapAt(generator, 'values')
    if (given === undefined || Object.keys(given).length === 0) return set
    const filled = Object.entries(given).map(([name, text]) => [name, this.#fill(textOf(text), set)] as const)
    const known = filled.filter(([, text]) => !text.includes(UNFILLED))
    const unknown = filled.flatMap(([name, text]) => (text.includes(UNFILLED) ? [`values.${name}`] : []))
    const own: ValueMap = this.#context.filler.goTemplate
      ? { values: Object.fromEntries(known) }
      : Object.fromEntries(known.map(([name, text]) => [`values.${name}`, text]))
    return { ...set, values: { ...set.values, ...own }, unknown: [...set.unknown, ...unknown] }
  }

  #list(generator: Value): readonly ParameterSet[] {
    const elements = listAt(generator, 'elements').map((element) => {
      if (!isMap(element)) throw new GeneratorFailure('error unmarshalling list element')
      const node = this.#context.placed.get(element)
      const places = node === undefined ? {} : { places: placesIn(node) }
      return { ...setOf(this.#context.filler.goTemplate ? element : textsOf(element)), ...places }
    })
    const yaml = stringAt(generator, 'elementsYaml') ?? ''
    if (yaml === '') return elements
    if (yaml.includes(UNFILLED)) {
      this.news.unknown.add('list.elementsYaml')
      return [...elements, { ...ANY_PARAMETERS, sure: false }]
    }
    const { documents, notes } = parseYaml({ file: '', text: yaml })
    const value = documents[0]?.value ?? null
    if (notes.length > 0 || (value !== null && !(isList(value) && value.every(isMap))))
      throw new GeneratorFailure('error unmarshalling decoded ElementsYaml')
    return [...elements, ...(value === null ? [] : (value as readonly ValueMap[]).map(setOf))]
  }

  #clusters(generator: Value): readonly ParameterSet[] {
    const selector = at(generator, 'selector')
    const taken = this.#context.clusters.flatMap((cluster): ParameterSet[] => {
      const verdict = selects(selector, {
        get: (name) => (cluster.labels[name] === undefined ? undefined : textOf(cluster.labels[name])),
        mayHold: () => false,
      })
      return verdict === false ? [] : [{ ...this.#declared(cluster), sure: verdict === true }]
    })
    const isFlat = at(generator, 'flatList') === true
    let sets: readonly ParameterSet[]
    if (taken.length === 0) {
      this.news.unknown.add('clusters')
      sets = [this.#anyCluster(selector)]
    } else {
      this.news.tookDeclared = true
      // Without a secret the own cluster has no labels to select it by.
      const own = isEmptySelector(selector) && !this.#context.clusters.some(({ isOwn }) => isOwn)
      sets = own ? [...taken, OWN_CLUSTER] : taken
    }
    const all = sets.map((set) => this.#withValues(set, generator))
    if (!isFlat) return all
    if (taken.length === 0) return [{ values: {}, unknown: ['clusters'], sure: true }]
    const unknown = all.some((set) => set.unknown.length > 0) ? ['clusters'] : []
    return [{ values: unknown.length > 0 ? {} : { clusters: all.map(({ values }) => values) }, unknown, sure: true }]
  }

  #declared({ name, isOwn, labels, annotations }: DeclaredCluster): ParameterSet {
    const told: Record<string, Value> = { project: '' }
    const unknown: string[] = []
    if (name === undefined) unknown.push('name', 'nameNormalized')
    else Object.assign(told, { name, nameNormalized: normalised(name) })
    if (isOwn) told.server = OWN_SERVER
    else unknown.push('server')
    return { values: { ...told, ...this.#metadata(labels, annotations) }, unknown, sure: true }
  }

  /** A cluster of which Git tells nothing but what it is selected by. */
  #anyCluster(selector: Value | undefined): ParameterSet {
    const labels = mapAt(selector, 'matchLabels') ?? {}
    const told = Object.values(labels).some((value) => textOf(value).includes(UNFILLED)) ? {} : labels
    return {
      values: this.#metadata(told, {}),
      unknown: ['name', 'nameNormalized', 'server', 'project', 'metadata'],
      sure: true,
    }
  }

  #metadata(labels: ValueMap, annotations: ValueMap): ValueMap {
    const of = (map: ValueMap) => Object.fromEntries(Object.entries(map).map(([key, value]) => [key, textOf(value)]))
    const parts = { annotations: of(annotations), labels: of(labels) }
    const filled = Object.entries(parts).filter(([, part]) => Object.keys(part).length > 0)
    if (this.#context.filler.goTemplate) return { metadata: Object.fromEntries(filled) }
    return Object.fromEntries(
      filled.flatMap(([part, map]) => Object.entries(map).map(([key, value]) => [`metadata.${part}.${key}`, value])),
    )
  }

  #children(generator: Value): readonly (readonly [Value, string])[] {
    return listAt(generator, 'generators').map((child) => {
      const kinds = generatorKinds(child)
      if (kinds.length > 1)
        throw new GeneratorFailure('found more than one generator in one entry of a matrix or merge')
      const [kind] = kinds
      if (kind === undefined) throw new GeneratorFailure('child generator generated no parameters')
      return [child, kind] as const
    })
  }

  #matrix(generator: Value): readonly ParameterSet[] {
    const [first, second, ...others] = this.#children(generator)
    if (first === undefined || second === undefined)
      throw new GeneratorFailure('found less than two generators, Matrix support only two')
    if (others.length > 0) throw new GeneratorFailure('found more than two generators, Matrix support only two')
    const product: ParameterSet[] = []
    for (const outer of this.sets(...first)) {
      for (const inner of this.sets(...second, outer)) {
        product.push(this.#combined(outer, inner))
        if (product.length > MAX_SETS) return this.#limited(product)
      }
    }
    return product
  }

  /** Of two parameters of one name the first generator's counts; without Go templates they must be the same. */
  #combined(outer: ParameterSet, inner: ParameterSet): ParameterSet {
    const sure = outer.sure && inner.sure
    if (this.#context.filler.goTemplate) {
      const { values, unknown } = withUnknown(inner.values, outer, ...inner.unknown)
      return { values: mergedOver(values, outer.values), unknown, sure, ...placesOver(inner, outer) }
    }
    for (const [name, value] of Object.entries(inner.values)) {
      const other = outer.values[name]
      if (holds(outer, name) && textOf(other ?? null) !== textOf(value))
        throw new GeneratorFailure(
          `found duplicate key ${name} with different value, a: ${textOf(other ?? null)} ,b: ${textOf(value)}`,
        )
    }
    // Whatever they were, they are texts afterwards.
    const both = Object.entries({ ...outer.values, ...inner.values })
    const values = Object.fromEntries(both.map(([name, value]) => [name, isScalar(value) ? textOf(value) : value]))
    const unknown = [...new Set([...outer.unknown, ...inner.unknown])]
    return { values, unknown, sure, ...placesOver(inner, outer) }
  }

  #merge(generator: Value): readonly ParameterSet[] {
    const children = this.#children(generator)
    if (children.length < 2) throw new GeneratorFailure('found less than two generators, Merge requires two or more')
    const keys = [...new Set(stringsAt(generator, 'mergeKeys'))].sort()
    if (keys.length === 0) throw new GeneratorFailure('no merge keys were specified, Merge requires at least one')
    const [base = [], ...overrides] = children.map((child) => this.#limited(this.sets(...child)))
    const keyed = overrides.map((sets) => byKey(sets, keys))
    byKey(base, keys)
    const results: ParameterSet[] = []
    for (const set of base) {
      if (results.length > MAX_SETS) break
      results.push(...this.#overridden(set, keys, keyed))
    }
    return this.#limited(results)
  }

  /** A set whose keys Git does not tell stands for every cluster: for each that an override is for, and for one of which none speaks. */
  #overridden(set: ParameterSet, keys: readonly string[], overrides: readonly Keyed[]): readonly ParameterSet[] {
    const merge = (key: string, start: ParameterSet) =>
      overrides.reduce((merged, { known, open }) => {
        const over = known.get(key)
        const next = over === undefined ? merged : this.#over(merged, over)
        return open ? { ...next, sure: false } : next
      }, start)
    const own = keyOf(set, keys)
    if (own !== undefined) return [merge(own, set)]
    const fits = (other: ParameterSet) =>
      keys.every((key) => !holds(set, key) || JSON.stringify(set.values[key]) === JSON.stringify(other.values[key]))
    const distinct = new Map<string, ParameterSet>()
    for (const { known } of overrides)
      for (const [key, other] of known) if (!distinct.has(key) && fits(other)) distinct.set(key, other)
    return [set, ...[...distinct.keys()].map((key) => merge(key, set))]
  }

  #over(base: ParameterSet, over: ParameterSet): ParameterSet {
    const { values, unknown } = withUnknown(base.values, over)
    const merged = this.#context.filler.goTemplate ? mergedOver(values, over.values) : { ...values, ...over.values }
    const sure = base.sure && over.sure
    // What an override gives is known from now on.
    const left = base.unknown.filter((name) => name === '' || !Object.hasOwn(over.values, name))
    return { values: merged, unknown: [...new Set([...left, ...unknown])], sure, ...placesOver(base, over) }
  }
}

const OWN_CLUSTER: ParameterSet = {
  values: { name: 'in-cluster', nameNormalized: 'in-cluster', server: OWN_SERVER, project: '' },
  unknown: [],
  sure: true,
}

function isScalar(value: Value): boolean {
  return !isList(value) && !isMap(value)
}

function setOf(values: ValueMap): ParameterSet {
  return { values, unknown: [], sure: true }
}

/** An element without Go templates: texts, and of maps only `values`. */
function textsOf(element: ValueMap): ValueMap {
  const texts: Record<string, Value> = {}
  const take = (name: string, value: Value) => {
    if (typeof value !== 'string') throw new GeneratorFailure('error parsing value as string')
    texts[name] = value
  }
  for (const [key, value] of Object.entries(element)) {
    if (key !== 'values') take(key, value)
    else if (!isMap(value)) throw new GeneratorFailure('error parsing values map')
    else for (const [name, below] of Object.entries(value)) take(`values.${name}`, below)
  }
  return texts
}

interface Keyed {
  readonly known: ReadonlyMap<string, ParameterSet>
  /** Some of the sets may have any key. */
  readonly open: boolean
}

/** The parameters that sets are merged by; `undefined`: Git does not tell one of them. One that is not there is `null`. */
function keyOf(set: ParameterSet, keys: readonly string[]): string | undefined {
  if (keys.some((key) => !holds(set, key) && mayHold(set, key))) return undefined
  return JSON.stringify(keys.map((key) => (holds(set, key) ? set.values[key] : null)))
}

function byKey(sets: readonly ParameterSet[], keys: readonly string[]): Keyed {
  const known = new Map<string, ParameterSet>()
  let open = false
  for (const set of sets) {
    const key = keyOf(set, keys)
    if (key === undefined) open = true
    else if (known.has(key))
      throw new GeneratorFailure(
        `the parameters from a generator were not unique by the given mergeKeys, Merge requires all param sets to be unique. Duplicate key was ${key}`,
      )
    else known.set(key, set)
  }
  return { known, open }
}
