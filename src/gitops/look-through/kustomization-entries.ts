import type { FieldPath, Value, ValueMap } from '../../model/value.ts'
import { valuesFiles } from './helm-charts.ts'
import { isMap, listOf, textOf } from './kustomization-file.ts'
import { isRemoteAddress } from './remote-address.ts'

/** What an entry of a kustomization may lead to. */
export type EntryRole =
  /** A file of objects, or a folder with a kustomization. */
  | 'resource'
  /** A folder with a Component. */
  | 'component'
  /** A file that is read as it is: a patch, a generator's data, a configuration. */
  | 'file'
  /** A file or folder of generator, transformer or validator configuration. */
  | 'plugin'

export interface KustomizationEntry {
  /** Where it stands in the kustomization. */
  readonly path: FieldPath
  readonly role: EntryRole
  /** As written; for `key=path` of a generator only the path. */
  readonly target: string
}

/** Fields that hold paths, as kustomize spells them. It reads keys without regard to case; we insist on the spelling. */
const PATH_FIELDS = [
  'resources',
  'bases',
  'components',
  'patches',
  'patchesStrategicMerge',
  'patchesJson6902',
  'configMapGenerator',
  'secretGenerator',
  'replacements',
  'generators',
  'transformers',
  'validators',
  'crds',
  'configurations',
  'openapi',
  'helmCharts',
  'helmGlobals',
  'helmChartInflationGenerator',
  'path',
  'files',
  'envs',
  'env',
]
const SPELLING = new Map(PATH_FIELDS.map((field) => [field.toLowerCase(), field]))
/** Below these, keys are data. */
const FREE_FORM = new Set([
  'commonLabels',
  'commonAnnotations',
  'labels',
  'annotations',
  'pairs',
  'valuesInline',
  'metadata',
])

/** A key that kustomize would read as a path field although it is spelled otherwise; `undefined` when there is none. */
export function misspelledField(value: Value): string | undefined {
  if (Array.isArray(value)) {
    for (const item of value as readonly Value[]) {
      const found = misspelledField(item)
      if (found !== undefined) return found
    }
    return undefined
  }
  if (!isMap(value)) return undefined
  for (const [key, below] of Object.entries(value)) {
    const spelling = SPELLING.get(key.toLowerCase())
    if (spelling !== undefined && spelling !== key) return key
    const found = FREE_FORM.has(key) ? undefined : misspelledField(below)
    if (found !== undefined) return found
  }
  return undefined
}

/** Every entry of a kustomization that names a file, a folder or an address. Inline patches and plugin configurations are none. */
export function kustomizationEntries(value: ValueMap, options: { readonly enableHelm: boolean }): KustomizationEntry[] {
  const entries: KustomizationEntry[] = []
  const add = (path: FieldPath, role: EntryRole, target: Value | undefined) => {
    if (typeof target === 'string') entries.push({ path, role, target })
  }
  const each = (field: string, visit: (item: Value, path: FieldPath) => void) =>
    listOf(value[field]).forEach((item, index) => {
      visit(item, [field, index])
    })
  for (const field of ['resources', 'bases']) each(field, (item, path) => add(path, 'resource', item))
  each('components', (item, path) => add(path, 'component', item))
  for (const field of ['crds', 'configurations']) each(field, (item, path) => add(path, 'file', item))
  for (const field of ['generators', 'transformers', 'validators'])
    each(field, (item, path) => {
      if (!isInline(item)) add(path, 'plugin', item)
    })
  each('patchesStrategicMerge', (item, path) => {
    if (!isInline(item)) add(path, 'file', item)
  })
  for (const field of ['patches', 'patchesJson6902', 'replacements'])
    each(field, (item, path) => {
      if (isMap(item)) add([...path, 'path'], 'file', item.path)
    })
  for (const field of ['configMapGenerator', 'secretGenerator'])
    each(field, (item, path) => {
      if (!isMap(item)) return
      listOf(item.files).forEach((file, index) => {
        add([...path, 'files', index], 'file', textOf(file)?.replace(/^[^=]*=/, ''))
      })
      listOf(item.envs).forEach((file, index) => {
        add([...path, 'envs', index], 'file', file)
      })
      add([...path, 'env'], 'file', item.env)
    })
  if (options.enableHelm) for (const { path, target } of valuesFiles(value)) add(path, 'file', target)
  if (isMap(value.openapi)) add(['openapi', 'path'], 'file', value.openapi.path)
  return entries
}

/**
 * `patchesStrategicMerge` and plugin lists take a path or the text itself. What starts as an address does is never taken for
 * text: kustomize falls back to fetching what it cannot parse.
 */
export function isInline(item: Value): boolean {
  if (typeof item !== 'string' || isRemoteAddress(item.trim().split('\n', 1)[0] ?? '')) return false
  return item.includes('\n') || /^\s*[{[]/.test(item) || /:\s/.test(item)
}
