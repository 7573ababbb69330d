import { isList, isMap, type Value } from '../../model/value.ts'
import type { Checkout } from '../checkout.ts'
import { joinRelative } from '../look-through/repository-tree.ts'
import { at, type Placed, type PlacedMap, placed, plainValue, withEntry, withoutEntry } from '../placed/placed.ts'
import { isNothing } from './parameters.ts'

/** What renders a source (helm.md §1.1); `invalid`: Argo CD refuses it, in these words. */
export type SourceType =
  | { readonly is: 'helm' | 'kustomize' | 'directory' | 'plugin' }
  | { readonly is: 'invalid'; readonly says: string }

/** Argo CD's names of the tools, in the order in which it looks for them. */
const TOOLS = { kustomize: 'Kustomize', helm: 'Helm', directory: 'Directory', plugin: 'Plugin' } as const
/** Of `directory` only these make it one: a source that has nothing else set counts as one without. */
const MAKES_DIRECTORY = ['recurse', 'jsonnet']

/** `source` as it is merged with the files of its folder; `hasKustomization` as kustomize names them. */
export function sourceType(source: Placed, folder: string, hasKustomization: boolean, checkout: Checkout): SourceType {
  const off = switchedOff(checkout)
  const named = (Object.keys(TOOLS) as (keyof typeof TOOLS)[]).filter((tool) => isUsed(tool, at(source, tool)))
  if (named.length > 1)
    return {
      is: 'invalid',
      says: `multiple application sources defined: ${named.map((tool) => TOOLS[tool]).join(',')}`,
    }
  const [tool] = named
  if (tool !== undefined) return { is: off.has(tool) ? 'directory' : tool }
  // A plugin that is named and has nothing else is one all the same.
  if (at(source, 'plugin') !== undefined) return { is: 'plugin' }
  if (hasKustomization && !off.has('kustomize')) return { is: 'kustomize' }
  return { is: hasChart(checkout.root.files, folder) && !off.has('helm') ? 'helm' : 'directory' }
}

const known = new WeakMap<Checkout, ReadonlySet<string>>()

/** Tools that `argocd-cm` switches off, wherever it is written: as a ConfigMap, or in the values of what installs Argo CD. */
function switchedOff(checkout: Checkout): ReadonlySet<string> {
  const before = known.get(checkout)
  if (before !== undefined) return before
  const off = new Set<string>()
  const walk = (value: Value): void => {
    if (isList(value)) for (const item of value) walk(item)
    else if (isMap(value))
      for (const [key, below] of Object.entries(value)) {
        const tool = /^(helm|kustomize)\.enable$/.exec(key)?.[1]
        if (tool !== undefined && String(below) === 'false') off.add(tool)
        walk(below)
      }
  }
  for (const file of checkout.sources.keys())
    if (checkout.mentions(file, /(?:helm|kustomize)\.enable/))
      for (const { value } of checkout.documents(file)) walk(value)
  known.set(checkout, off)
  return off
}

function isUsed(tool: keyof typeof TOOLS, options: Placed | undefined): boolean {
  if (options?.type !== 'map') return false
  if (tool === 'directory') return MAKES_DIRECTORY.some((name) => !isNothing(plainValue(at(options, name) ?? NOTHING)))
  return [...options.entries.values()].some(({ node }) => !isNothing(plainValue(node)))
}

const NOTHING: Placed = { type: 'scalar', place: undefined as never, value: null }

/** A file whose name ends in `Chart.yaml`, in the folder itself. */
function hasChart(files: ReadonlySet<string>, folder: string): boolean {
  if (files.has(joinRelative(folder, 'Chart.yaml'))) return true
  const prefix = folder === '' ? '' : `${folder}/`
  for (const file of files)
    if (file.endsWith('Chart.yaml') && file.startsWith(prefix) && !file.slice(prefix.length).includes('/')) return true
  return false
}

/** What the files of a source's folder cannot change. */
const KEPT = ['path', 'chart', 'repoURL', 'targetRevision']

/** The source with `.argocd-source.yaml` and `.argocd-source-<application>.yaml` of its folder merged over it (helm.md §1.1). */
export function withSourceFiles(source: Placed, folder: string, name: string, { objects, root }: Checkout): Placed {
  let merged = source
  for (const file of ['.argocd-source.yaml', `.argocd-source-${name}.yaml`]) {
    const path = joinRelative(folder, file)
    if (name.includes('/') || !root.files.has(path)) continue
    const [document] = objects.documents(path)
    if (document !== undefined) merged = jsonMerge(merged, placed(document)) ?? merged
  }
  if (merged === source || merged.type !== 'map') return source
  let result: PlacedMap = merged
  for (const field of KEPT) {
    const own = at(source, field)
    result = own === undefined ? withoutEntry(result, field) : withEntry(result, field, own)
  }
  return result
}

/** RFC 7396: maps merge, `null` takes away, everything else takes the place of what was there. */
function jsonMerge(base: Placed | undefined, patch: Placed): Placed | undefined {
  if (patch.type !== 'map') return patch.type === 'scalar' && patch.value === null ? undefined : patch
  let result: PlacedMap = base?.type === 'map' ? base : { ...patch, entries: new Map() }
  for (const [key, entry] of patch.entries) {
    const merged = jsonMerge(result.entries.get(key)?.node, entry.node)
    result = merged === undefined ? withoutEntry(result, key) : withEntry(result, key, merged, entry.key)
  }
  return result
}
