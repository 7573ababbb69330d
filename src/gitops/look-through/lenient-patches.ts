import { parseYaml } from '../../files/yaml/parse-yaml.ts'
import { isMap, listAt, stringAt, type Value, type ValueMap } from '../../model/value.ts'
import { isInline } from './kustomization-entries.ts'

/**
 * Gives each strategic merge patch that selects by its own head a `target` that says the same, and turns the two old lists into
 * `patches`. kustomize fails when a head fits nothing, but not when a target does: where a remote base or a chart was left out, a
 * patch on what it brings must not keep everything else from being rendered. Generators that add to what may be missing go.
 */
export function withLenientPatches(value: ValueMap, read: (path: string) => string): ValueMap {
  const { patches: _, patchesStrategicMerge: __, patchesJson6902: ___, ...rest } = value
  const merges = listAt(value, 'patchesStrategicMerge').map((item): Value => {
    if (typeof item !== 'string') return item
    return isInline(item) ? { patch: item } : { path: item }
  })
  const patches = [...merges, ...listAt(value, 'patches'), ...listAt(value, 'patchesJson6902')].flatMap(
    (item): Value[] => {
      if (!isMap(item)) return [item]
      if (item.target !== undefined) return [item]
      const text = stringAt(item, 'patch') ?? (typeof item.path === 'string' ? read(item.path) : undefined)
      if (text === undefined) return [item]
      const { documents, notes } = parseYaml({ file: 'patch', text })
      const heads = documents.flatMap(({ value: patch }) => (isMap(patch) ? [patch] : []))
      if (notes.length > 0 || heads.length !== documents.length || heads.length === 0) return [item]
      const options = item.options === undefined ? {} : { options: item.options }
      return heads.map((patch) => ({ patch: JSON.stringify(patch), target: targetOf(patch), ...options }))
    },
  )
  const result: Record<string, Value> = patches.length === 0 ? { ...rest } : { ...rest, patches }
  for (const field of ['configMapGenerator', 'secretGenerator'])
    if (result[field] !== undefined)
      result[field] = listAt(value, field).filter(
        (item) => !/^(?:merge|replace)$/.test(stringAt(item, 'behavior') ?? ''),
      )
  return result
}

function targetOf(patch: ValueMap): ValueMap {
  const apiVersion = stringAt(patch, 'apiVersion') ?? ''
  const slash = apiVersion.indexOf('/')
  const name = stringAt(patch, 'metadata', 'name') ?? ''
  return {
    ...(slash === -1 ? {} : { group: apiVersion.slice(0, slash) }),
    version: apiVersion.slice(slash + 1),
    kind: stringAt(patch, 'kind') ?? '',
    name: exactly(name),
  }
}

function exactly(name: string): string {
  return name.replace(/[\\^$.|?*+()[\]{}]/g, '\\$&')
}
