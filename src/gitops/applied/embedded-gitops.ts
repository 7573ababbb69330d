import { parseEmbeddedYaml } from '../../files/yaml/parse-yaml.ts'
import { isGitOps } from '../gitops-kinds.ts'
import { WRAPPERS } from '../objects/embedded-objects.ts'
import {
  at,
  entriesAt,
  itemsAt,
  type Placed,
  type PlacedMap,
  placed,
  placedAt,
  textAt,
  withEntry,
} from '../placed/placed.ts'
import { patternApplications } from './validated-patterns.ts'

/** What the values of charts are nested to, at most. */
const MAX_LEVELS = 8

/**
 * Applications, ApplicationSets and Flux Kustomizations that a chart makes of its values: whole objects (`extraObjects`), and the entries
 * of the chart `argocd-apps` (applied.md §2.1 rule 2). `node` is an object that carries values, or the values themselves.
 */
export function embeddedGitOps(node: Placed): Placed[] {
  return valuesOf(node).flatMap((values) => inValues(values, 0))
}

/** Whether it may be worth looking into an object or a file of values. */
export const MENTIONS_EMBEDDED =
  /argoproj\.io|applications(?:ets)?["']?\s*:|clusterGroup|kustomize\.toolkit\.fluxcd\.io/i

export function isGitOpsNode(node: Placed): boolean {
  return isGitOps(textAt(node, 'apiVersion') ?? '', textAt(node, 'kind') ?? '')
}

function valuesOf(node: Placed): Placed[] {
  const kind = textAt(node, 'kind')
  const group = (textAt(node, 'apiVersion') ?? '').split('/')[0]
  if (kind === undefined)
    return [node, ...itemsAt(node, 'helmCharts').flatMap((chart) => at(chart, 'valuesInline') ?? [])]
  if (group === 'helm.toolkit.fluxcd.io') return [at(node, 'spec', 'values')].flatMap((values) => values ?? [])
  if (group === 'helm.cattle.io')
    return [...inText(at(node, 'spec', 'valuesContent')), ...[at(node, 'spec', 'values')].flatMap((one) => one ?? [])]
  if (group === 'kustomize.config.k8s.io')
    return itemsAt(node, 'helmCharts').flatMap((chart) => at(chart, 'valuesInline') ?? [])
  if (kind !== 'Application' && kind !== 'ApplicationSet') return []
  const spec = kind === 'Application' ? ['spec'] : ['spec', 'template', 'spec']
  return [at(node, ...spec, 'source'), ...itemsAt(node, ...spec, 'sources')].flatMap((source) => [
    ...[at(source, 'helm', 'valuesObject')].flatMap((values) => values ?? []),
    ...inText(at(source, 'helm', 'values')),
  ])
}

function inText(node: Placed | undefined): Placed[] {
  if (node?.type !== 'scalar' || typeof node.value !== 'string' || !MENTIONS_EMBEDDED.test(node.value)) return []
  const { document, path } = node.place
  return (parseEmbeddedYaml(document, path)?.documents ?? []).map((inner) => placed(inner))
}

function inValues(node: Placed, level: number): Placed[] {
  if (level > MAX_LEVELS || node.type === 'scalar') return []
  if (node.type === 'list') return node.items.flatMap((item) => inValues(item, level + 1))
  return entriesAt(node).flatMap(([name, { node: below }]) => {
    if (name === 'clusterGroup') return patternApplications(below)
    if (WRAPPERS.has(name)) {
      const wrapped = inWrapper(below)
      if (wrapped.length > 0) return wrapped
    }
    const kind = KINDS[name.toLowerCase()]
    const made = kind === undefined ? [] : madeOf(below, kind)
    return made.length > 0 ? made : inValues(below, level + 1)
  })
}

/** Whole objects, or texts of them: other nested apiVersion and kind pairs (a patch) are none (field.md §6). */
function inWrapper(node: Placed): Placed[] {
  const items = node.type === 'scalar' ? [node] : named(node).map(([, item]) => item)
  return items
    .flatMap((item) => (item.type === 'scalar' ? inText(item) : [item]))
    .flatMap((item) => (isGitOpsNode(item) ? [item] : []))
}

/** Keys of the chart `argocd-apps` and of those like it. */
const KINDS: Readonly<Record<string, 'Application' | 'ApplicationSet'>> = {
  applications: 'Application',
  additionalapplications: 'Application',
  applicationsets: 'ApplicationSet',
}

/** The items of a map by name, or of a list. */
function named(node: Placed | undefined): readonly (readonly [string | undefined, Placed])[] {
  return node?.type === 'list'
    ? node.items.map((item) => [undefined, item] as const)
    : entriesAt(node).map(([name, entry]) => [name, entry.node] as const)
}

/** The objects of a map by name, or of a list: an Application has a source and a destination, a set generators and a template. */
function madeOf(node: Placed, kind: 'Application' | 'ApplicationSet'): Placed[] {
  return named(node).flatMap(([key, item]) => {
    const has = (...fields: string[]) => fields.some((field) => at(item, field) !== undefined)
    const fits =
      kind === 'Application' ? has('source', 'sources') && has('destination') : has('generators') && has('template')
    if (item.type !== 'map' || !fits) return []
    const namespace = textAt(item, 'namespace')
    const name = textAt(item, 'name') ?? key ?? ''
    const metadata = namespace === undefined ? { name } : { name, namespace }
    const head = placedAt(item.place, { apiVersion: 'argoproj.io/v1alpha1', kind, metadata }) as PlacedMap
    return [withEntry(head, 'spec', item)]
  })
}
