import type { PatchedField } from '../../model/manifest.ts'
import type { FieldPath } from '../../model/value.ts'
import { UNFILLED } from '../argo/fill-text.ts'
import type { Checkout } from '../checkout.ts'
import { MENTIONS_SECRETS } from '../objects/secret-users.ts'
import { type Placed, type PlacedMap, placed, plainValue, setAt, visitParts } from '../placed/placed.ts'
import { textDocument } from '../placed/text-document.ts'
import { UNTOLD, type ValueLayer } from './chart-release.ts'
import { isEncrypted, stepsOf } from './value-layers.ts'

/** What a deployer's values come to, without the chart's own. */
export interface MergedValues {
  readonly values: PlacedMap
  /** Below the values: what a layer that Git does not hold may make another. */
  readonly uncertain: readonly PatchedField[]
}

/** Values of more than this are not looked into. */
const MAX_VALUES = 1024 * 1024

/**
 * The values that a deployer hands to a chart, merged as helm merges them: maps key by key, everything else of a stronger layer in the place
 * of the weaker (helm.md §4.2). `undefined`: none of them speaks of a Secret.
 */
export function mergedValues(layers: readonly ValueLayer[], checkout: Checkout): MergedValues | undefined {
  if (!layers.some((layer) => speaksOfSecrets(layer, checkout))) return undefined
  let values: Placed | undefined
  // What a layer that is not here may change: all that was there before it.
  let weak: ReadonlySet<Placed> = new Set()
  let missing: Extract<ValueLayer, { from: 'missing' }> | undefined
  const lack = (one: Extract<ValueLayer, { from: 'missing' }>) => {
    missing = one
    weak = partsOf(values)
  }
  for (const layer of layers) {
    if (layer.from === 'missing') lack(layer)
    else if (layer.from === 'set') {
      if (layer.as !== 'json') values = setAt(values ?? emptyAt(layer.value), stepsOf(layer.name), layer.value)
    } else if (layer.from === 'file' || layer.from === 'map' || layer.from === 'text') {
      const own = ownOf(layer, checkout)
      if (own === 'encrypted' && layer.from === 'file') {
        const name = checkout.shown(layer.file)
        const span = { file: name, line: 1, column: 1, endLine: 1, endColumn: 1 }
        lack({ from: 'missing', why: { code: 'encrypted', name }, span })
      } else if (typeof own === 'object') values = values === undefined ? own : merged(values, own)
    }
  }
  if (values?.type !== 'map') return undefined
  const uncertain: PatchedField[] = []
  const { why, span } = missing ?? {}
  const find = (node: Placed, path: FieldPath): void => {
    if (weak.has(node) && path.length > 0 && why !== undefined && span !== undefined)
      uncertain.push({ path, span, because: { code: 'values-elsewhere', kind: why.code, name: why.name } })
    else if (node.type === 'map') for (const [key, entry] of node.entries) find(entry.node, [...path, key])
    else if (node.type === 'list') for (const [index, item] of node.items.entries()) find(item, [...path, index])
  }
  if (missing !== undefined) find(values, [])
  return { values: told(values) as PlacedMap, uncertain }
}

function speaksOfSecrets(layer: ValueLayer, checkout: Checkout): boolean {
  switch (layer.from) {
    case 'file':
      return checkout.tree.size(layer.file) <= MAX_VALUES && checkout.mentions(layer.file, MENTIONS_SECRETS)
    case 'map':
    case 'text':
      return MENTIONS_SECRETS.test(JSON.stringify(plainValue(layer.node)))
    case 'set':
      return MENTIONS_SECRETS.test(layer.name)
    default:
      return false
  }
}

function ownOf(layer: Extract<ValueLayer, { from: 'file' | 'map' | 'text' }>, checkout: Checkout) {
  if (layer.from === 'map') return layer.node
  if (layer.from === 'file') {
    if (checkout.tree.size(layer.file) > MAX_VALUES) return undefined
    if (isEncrypted(checkout.tree.read(layer.file))) return 'encrypted'
  }
  const document = layer.from === 'file' ? checkout.objects.documents(layer.file)[0] : textDocument(layer.node)
  const node = document === undefined ? undefined : placed(document)
  return node?.type === 'map' ? node : undefined
}

function emptyAt({ place }: Placed): PlacedMap {
  return { type: 'map', place, entries: new Map() }
}

function merged(weaker: Placed, stronger: Placed): Placed {
  if (weaker.type !== 'map' || stronger.type !== 'map') return stronger
  const entries = new Map(weaker.entries)
  for (const [name, entry] of stronger.entries) {
    const old = entries.get(name)
    entries.set(name, old === undefined ? entry : { key: entry.key, node: merged(old.node, entry.node) })
  }
  return { ...stronger, entries }
}

function partsOf(values: Placed | undefined): ReadonlySet<Placed> {
  const parts = new Set<Placed>()
  if (values !== undefined) visitParts(values, (part) => parts.add(part))
  return parts
}

/** What its deployer knows and Git does not is a hole in a name, as any other. */
function told(node: Placed): Placed {
  if (node.type === 'list') return { ...node, items: node.items.map(told) }
  if (node.type === 'map')
    return {
      ...node,
      entries: new Map([...node.entries].map(([key, entry]) => [key, { ...entry, node: told(entry.node) }])),
    }
  return typeof node.value === 'string' && node.value.includes(UNTOLD)
    ? { ...node, value: node.value.replaceAll(UNTOLD, UNFILLED) }
    : node
}
