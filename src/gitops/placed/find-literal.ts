import { parseEmbeddedYaml } from '../../files/yaml/parse-yaml.ts'
import type { Value } from '../../model/value.ts'
import type { Checkout } from '../checkout.ts'
import { pointer } from '../kustomize/json-patch.ts'
import type { Closure } from '../look-through/closure.ts'
import { joinRelative } from '../look-through/repository-tree.ts'
import { at, itemsAt, type Place, type Placed, placed, textAt } from './placed.ts'

/**
 * Where in a root's patches a literal stands as the value of a field named `key`: the last resort for values that tracing did not
 * give (platform.md §3.4), where a selector means more than the trace knows.
 */
export function literalFinder(checkout: Checkout, closure: Closure, own: Placed) {
  let known: Map<string, Place> | undefined
  const remember = (key: string, node: Placed) => {
    if (node.type === 'list') for (const item of node.items) remember(key, item)
    else if (node.type === 'map') for (const [name, entry] of node.entries) remember(name, entry.node)
    else known?.set(`${key}\0${String(node.value)}`, node.place)
  }
  const read = (patch: Placed) => {
    if (patch.type !== 'list') return remember('', patch)
    for (const operation of patch.items) {
      const value = at(operation, 'value')
      if (value !== undefined) remember(pointer(textAt(operation, 'path') ?? '').at(-1) ?? '', value)
    }
  }
  const inline = (node: Placed) => {
    const { document, path } = node.place
    for (const inner of parseEmbeddedYaml(document, path)?.documents ?? []) read(placed(inner))
  }
  const collect = () => {
    known = new Map()
    for (const folder of closure.folders) {
      const node = folder === closure.folder ? own : checkout.reading.kustomization(folder)
      if (node === undefined) continue
      for (const field of ['patches', 'patchesJson6902', 'patchesStrategicMerge'])
        for (const item of itemsAt(node, field)) {
          const text = textAt(item)
          const file = text ?? textAt(item, 'path')
          const relative = file === undefined || file.includes('\n') ? undefined : joinRelative(folder, file)
          if (relative !== undefined && checkout.tree.entry(relative) === 'file')
            for (const document of checkout.objects.documents(relative)) read(placed(document))
          else inline(at(item, 'patch') ?? item)
        }
    }
    return known
  }
  return (literal: Value, key: string): Place | undefined => (known ?? collect()).get(`${key}\0${String(literal)}`)
}
