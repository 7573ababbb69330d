import type { Root } from '../../files/root.ts'
import { parseYaml } from '../../files/yaml/parse-yaml.ts'
import { isList, isMap, type Value } from '../../model/value.ts'
import type { Checkout } from '../checkout.ts'
import { Stop } from '../kustomize/stop.ts'
import { strategicMerge } from '../kustomize/strategic-merge.ts'
import {
  at,
  itemsAt,
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
  readonly root: Root
  readonly clusters: readonly DeclaredCluster[]
  readonly isThis: (address: string | undefined) => boolean
}

/** The one walk of ApplicationSets: the Applications that Argo CD makes of one, as far as Git tells them (helm.md §1.5). */
export function applicationsOf(node: Placed, context: ApplicationSetContext): GeneratedApplications {
  const filler = fillerOf(plainValue(at(node, 'spec') ?? node))
  const generators = new Generators({ ...context, filler, git: gitFinder(context.root) })
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
      for (const kind of generatorKinds(plain)) {
        const template = templateOf(node, at(entry, kind, 'template'))
        if (template === undefined) continue
        for (const set of generators.sets(plain, kind)) {
          if (made.size >= MAX_SETS) {
            news.more = true
            break
          }
          const application = applicationOf(template, set, filler)
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
function applicationOf(template: Placed, set: ParameterSet, filler: Filler): Placed {
  if (Object.keys(set.values).length === 0 && set.unknown.length === 0) return template
  const fill = (text: string): string => {
    const filled = filler.fill(text, set)
    if (!filled.ok) throw new GeneratorFailure(filled.says)
    return filled.text
  }
  const walk = (node: Placed): Placed => {
    if (node.type === 'scalar') {
      const { value } = node
      return typeof value === 'string' && value.includes('{{') ? { ...node, value: fill(value) } : node
    }
    if (node.type === 'list') return { ...node, items: node.items.map(walk) }
    const entries = new Map<string, PlacedEntry>()
    for (const [key, entry] of node.entries) entries.set(fill(key), { ...entry, node: walk(entry.node) })
    return { ...node, entries }
  }
  return walk(template)
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
export function applicationSets({ root }: Checkout): ApplicationSets {
  const known = new WeakMap<Placed, Map<string, GeneratedApplications>>()
  return (node, { isThis = () => true, clusters = [] } = {}) => {
    const foreign = addressesIn(plainValue(at(node, 'spec', 'generators') ?? node)).filter((one) => !isThis(one))
    const key = JSON.stringify([foreign, clusters])
    const results = known.get(node) ?? new Map<string, GeneratedApplications>()
    known.set(node, results)
    const before = results.get(key)
    if (before !== undefined) return before
    const made = applicationsOf(node, { root, clusters, isThis })
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
