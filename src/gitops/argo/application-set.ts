import type { Root } from '../../files/root.ts'
import { parseYaml } from '../../files/yaml/parse-yaml.ts'
import { isList, isMap, type Value, type ValueMap } from '../../model/value.ts'
import type { Checkout } from '../checkout.ts'
import { marked, valueMarksIn, withoutMarks } from '../helm/marks.ts'
import { Stop } from '../kustomize/stop.ts'
import { strategicMerge } from '../kustomize/strategic-merge.ts'
import {
  at,
  itemsAt,
  type Made,
  type MadeOf,
  type Placed,
  type PlacedEntry,
  type PlacedMap,
  placed,
  plainValue,
  spanIn,
  textAt,
  withEntry,
} from '../placed/placed.ts'
import type { DeclaredCluster } from './cluster-secrets.ts'
import { type Filler, fillerOf, UNFILLED } from './fill-text.ts'
import { GeneratorFailure } from './generator-failure.ts'
import { Generators, generatorKinds, MAX_SETS } from './generators.ts'
import { gitFinder } from './git-generator.ts'
import { isNothing, type ParameterSet } from './parameters.ts'

export { MAX_SETS } from './generators.ts'

/** One Application of an ApplicationSet: metadata and spec, with the places of the template and its patches. */
export interface GeneratedApplication {
  readonly node: Placed
  readonly set: ParameterSet
}

export interface GeneratedApplications {
  readonly applications: readonly GeneratedApplication[]
  /** Generators whose outcome Git does not tell. */
  readonly unknown: readonly string[]
  /** There are more than `MAX_SETS`, and they are not among these. */
  readonly more: boolean
  /** Clusters that Git declares were taken for all there are. */
  readonly tookDeclared: boolean
  /** Argo CD refuses the set, in its words, and makes nothing of it. */
  readonly fails?: string
  /** A patch that needs what Git does not tell was left out of some of them. */
  readonly unpatched: boolean
}

export interface ApplicationSetContext {
  readonly shown: (file: string) => string
  readonly root: Root
  readonly clusters: readonly DeclaredCluster[]
  readonly isThis: (address: string | undefined) => boolean
}

/** The one walk of ApplicationSets: the Applications that Argo CD makes of one, as far as Git tells them (helm.md §1.5). */
export function applicationsOf(node: Placed, context: ApplicationSetContext): GeneratedApplications {
  const filler = fillerOf(plainValue(at(node, 'spec') ?? node))
  const elements = new WeakMap<ValueMap, Placed>()
  const generators = new Generators({
    ...context,
    filler,
    git: gitFinder(context.root, context.shown),
    placed: elements,
  })
  // What is asked only for where a text comes from does not count for what may be filled in.
  const traces = fillerOf(plainValue(at(node, 'spec') ?? node))
  const made = new Map<string, GeneratedApplication>()
  const { news } = generators
  let unpatched = false
  const result = (fails?: string): GeneratedApplications => ({
    applications: fails === undefined ? [...made.values()] : [],
    unknown: [...news.unknown],
    more: news.more || filler.isSpent,
    tookDeclared: news.tookDeclared,
    unpatched,
    ...(fails === undefined ? {} : { fails }),
  })
  try {
    for (const entry of itemsAt(node, 'spec', 'generators')) {
      const plain = plainValue(entry)
      notePlaces(plain, entry, elements)
      for (const kind of generatorKinds(plain)) {
        const template = templateOf(node, at(entry, kind, 'template'))
        if (template === undefined) continue
        for (const set of generators.sets(plain, kind)) {
          if (made.size >= MAX_SETS) {
            news.more = true
            break
          }
          const application = applicationOf(template, set, filler, traces)
          const patched = patchedBy(at(node, 'spec', 'templatePatch'), application, set, filler)
          unpatched ||= patched === undefined
          const sure = set.sure && patched !== undefined
          const one = { node: patched ?? application, set: sure ? set : { ...set, sure } }
          // Equal ones are one: a generator may give what another gave.
          made.set(JSON.stringify([set.values, set.unknown, spanIn(template, ['spec'])]), one)
        }
      }
    }
  } catch (error) {
    if (error instanceof GeneratorFailure) return result(error.message)
    throw error
  }
  return result()
}

/** The template that a generator's sets fill in: what its own one leaves empty is taken from the ApplicationSet's. */
function templateOf(node: Placed, own: Placed | undefined): Placed | undefined {
  const base = at(node, 'spec', 'template')
  if (own === undefined || base === undefined) return own ?? base
  return withoutGaps(own, base)
}

function withoutGaps(node: Placed, from: Placed): Placed {
  if (isNothing(plainValue(node))) return from
  if (node.type !== 'map' || from.type !== 'map') return node
  let result: PlacedMap = node
  for (const [key, entry] of from.entries) {
    const own = node.entries.get(key)?.node
    result = withEntry(result, key, own === undefined ? entry.node : withoutGaps(own, entry.node), entry.key)
  }
  return result
}

/** Every text of the template is a template of its own, keys too; without any parameter it stays as it is. */
function applicationOf(template: Placed, set: ParameterSet, filler: Filler, traces: Filler): Placed {
  if (Object.keys(set.values).length === 0 && set.unknown.length === 0) return template
  const fill = (text: string): string => {
    const filled = filler.fill(text, set)
    if (!filled.ok) throw new GeneratorFailure(filled.says)
    return filled.text
  }
  const traced = tracedSet(set)
  /** `gives`: it may come to a chart. */
  const walk = (node: Placed, gives: boolean): Placed => {
    if (node.type === 'scalar') {
      const { value } = node
      if (typeof value !== 'string' || !value.includes('{{')) return node
      const filled = fill(value)
      const made = gives && traced !== undefined ? madeBy(value, filled, traced, traces) : undefined
      return { ...node, value: filled, ...(made === undefined ? {} : { made }) }
    }
    if (node.type === 'list') return { ...node, items: node.items.map((item) => walk(item, gives)) }
    const entries = new Map<string, PlacedEntry>()
    for (const [key, entry] of node.entries)
      entries.set(fill(key), { ...entry, node: walk(entry.node, gives || GIVEN_TO_CHARTS.has(key)) })
    return { ...node, entries }
  }
  return walk(template, false)
}

/** What of an Application a chart is rendered with. */
const GIVEN_TO_CHARTS: ReadonlySet<string> = new Set(['helm', 'name', 'namespace'])

/** A set with a mark at each text whose place is known, and what the marks mean. */
interface TracedSet {
  readonly set: ParameterSet
  readonly values: ReadonlyMap<number, MadeOf>
}

function tracedSet(set: ParameterSet): TracedSet | undefined {
  const { places } = set
  if (places === undefined || places.size === 0) return undefined
  const values = new Map<number, MadeOf>()
  const mark = (value: Value, name: string): Value => {
    if (isList(value)) return value.map((item, index) => mark(item, `${name}.${index}`))
    if (isMap(value))
      return Object.fromEntries(
        Object.entries(value).map(([key, item]) => [key, mark(item, name === '' ? key : `${name}.${key}`)]),
      )
    const place = places.get(name)
    if (place === undefined || typeof value !== 'string' || value.includes('\n')) return value
    values.set(values.size, { name, text: value, place, from: [] })
    return marked(value, values.size - 1)
  }
  return { set: { ...set, values: mark(set.values, '') as ValueMap }, values }
}

/** Which parameters are in a text that was filled in, where their marks leave it what it is. */
function madeBy(text: string, filled: string, { set, values }: TracedSet, traces: Filler): Made | undefined {
  const traced = traces.fill(text, set)
  if (!traced.ok || traced.text === filled || withoutMarks(traced.text) !== filled) return undefined
  const own = valueMarksIn(traced.text).flatMap((id): [number, MadeOf][] => {
    const value = values.get(id)
    return value === undefined ? [] : [[id, value]]
  })
  return { marked: traced.text, values: new Map(own) }
}

/** Where the maps of a generator stand, by their values. */
function notePlaces(value: Value, node: Placed | undefined, found: WeakMap<ValueMap, Placed>): void {
  if (node === undefined) return
  if (isList(value)) for (const [index, item] of value.entries()) notePlaces(item, at(node, index), found)
  else if (isMap(value)) {
    found.set(value, node)
    for (const [key, item] of Object.entries(value)) notePlaces(item, at(node, key), found)
  }
}

/** With the set's `templatePatch`; `undefined`: the patch needs what Git does not tell. */
function patchedBy(
  patch: Placed | undefined,
  application: Placed,
  set: ParameterSet,
  filler: Filler,
): Placed | undefined {
  const text = textAt(patch)
  if (patch === undefined || text === undefined || application.type !== 'map') return application
  const filled = filler.fill(text, set)
  if (!filled.ok) throw new GeneratorFailure(filled.says)
  if (filled.text.includes(UNFILLED)) return undefined
  const span = spanIn(patch, [])
  const { documents, notes } = parseYaml({ file: span.file, text: filled.text }, { locate: () => span })
  const [document] = documents
  if (document === undefined && notes.length === 0) return application
  if (document === undefined || notes.length > 0) throw new GeneratorFailure('error while converting template to json')
  try {
    const merged = strategicMerge(application, placed(document))
    // A patch cannot give an Application another project.
    const project = at(application, 'spec', 'project')
    const spec = at(merged, 'spec')
    if (merged === undefined) throw new GeneratorFailure('error while applying templatePatch template to json')
    return project !== undefined && spec?.type === 'map'
      ? withEntry(merged, 'spec', withEntry(spec, 'project', project))
      : merged
  } catch (error) {
    if (error instanceof Stop) throw new GeneratorFailure('error while applying templatePatch template to json')
    throw error
  }
}

export interface ApplicationSetOptions {
  /** Which addresses are this repository's; by default all. */
  readonly isThis?: (address: string | undefined) => boolean
  /** Clusters that Secrets of this repository register with its Argo CD. */
  readonly clusters?: readonly DeclaredCluster[]
}

export type ApplicationSets = (node: Placed, options?: ApplicationSetOptions) => GeneratedApplications

/** The walk, once for each ApplicationSet of a checkout and what is known beside it. */
export function applicationSets({ root, shown }: Checkout): ApplicationSets {
  const known = new WeakMap<Placed, Map<string, GeneratedApplications>>()
  return (node, { isThis = () => true, clusters = [] } = {}) => {
    const foreign = addressesIn(plainValue(at(node, 'spec', 'generators') ?? node)).filter((one) => !isThis(one))
    const key = JSON.stringify([foreign, clusters])
    const results = known.get(node) ?? new Map<string, GeneratedApplications>()
    known.set(node, results)
    const before = results.get(key)
    if (before !== undefined) return before
    const made = applicationsOf(node, { root, clusters, isThis, shown })
    results.set(key, made)
    return made
  }
}

function addressesIn(value: Value): string[] {
  if (isList(value)) return value.flatMap(addressesIn)
  if (!isMap(value)) return []
  return Object.entries(value).flatMap(([key, below]) =>
    key === 'repoURL' && typeof below === 'string' ? [below] : addressesIn(below),
  )
}

/** Whether something in a text is still to be filled in. */
export function isOpen(text: string): boolean {
  return text.includes('{{')
}

/** An unfilled path means every folder that fits it, up to so many. */
const MAX_FITTING = 500

/** Folders that a path with unfilled parameters may mean: a parameter stands for one segment, or a part of one (applied.md §2.2). */
export function fittingFolders({ folders }: Pick<Root, 'folders'>, path: string): string[] {
  const wanted = path.replace(/^(?:\.?\/)+/, '').split('/')
  // A path that nothing fixes would mean every folder.
  if (wanted.every(isOpen)) return []
  const tests = wanted.map((segment) => {
    const fixed = segment.split(/\{\{.*?\}\}/)
    return (name: string) => {
      const [first = '', ...rest] = fixed
      if (rest.length === 0) return name === segment
      const last = rest.at(-1) as string
      return name.length >= first.length + last.length && name.startsWith(first) && name.endsWith(last)
    }
  })
  const fits = (folder: string) => {
    const parts = folder.split('/')
    return parts.length === tests.length && tests.every((test, index) => test(parts[index] as string))
  }
  return [...folders].filter(fits).sort().slice(0, MAX_FITTING)
}
