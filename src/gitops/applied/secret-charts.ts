import { isEsoGroup } from '../../model/kinds.ts'
import { isMap, stringAt } from '../../model/value.ts'
import type { Checkout } from '../checkout.ts'
import type { ChartRelease, ValueLayer } from '../helm/chart-release.ts'
import { joinRelative } from '../look-through/repository-tree.ts'
import { mayTellOfSecrets } from '../objects/secret-users.ts'
import { plainValue } from '../placed/placed.ts'

/** A chart of more templates is nobody's own. */
const MOST_FILES = 500

/**
 * Whether a release of a chart that brings nothing of ESO's is worth rendering for its workloads: it asks for Secrets, and its templates
 * or values name one that an ExternalSecret of the checkout makes. Every other chart of the checkout costs nothing (consumers.md §8).
 */
export function namesMadeSecrets(checkout: Checkout): (release: ChartRelease) => boolean {
  let made: ReadonlySet<string> | undefined
  const charts = new Map<string, { readonly asks: boolean; readonly names: boolean }>()
  const namesOne = (text: string): boolean => {
    made ??= madeNames(checkout)
    if (made.size === 0) return false
    for (const line of text.split('\n')) {
      // A plain word may be any application's name.
      for (const [word] of line.matchAll(/[a-z0-9][-.a-z0-9]*[a-z0-9]/g))
        if (made.has(word) && (word.includes('-') || /secret/i.test(line))) return true
    }
    return false
  }
  const look = (folder: string) => {
    const { tree } = checkout
    let [asks, names] = [false, false]
    for (const file of tree.filesBelow(folder, MOST_FILES)) {
      const isTemplate = /(?:^|\/)templates\//.test(file.slice(folder.length))
      if (!isTemplate && file !== joinRelative(folder, 'values.yaml')) continue
      const text = tree.read(file)
      asks ||= isTemplate && mayTellOfSecrets(text)
      names ||= namesOne(text)
    }
    return { asks, names }
  }
  return ({ chart, layers }) => {
    made ??= madeNames(checkout)
    if (made.size === 0) return false
    const known = charts.get(chart) ?? look(chart)
    charts.set(chart, known)
    return known.asks && (known.names || layers.some((layer) => namesOne(textOf(layer, checkout))))
  }
}

function textOf(layer: ValueLayer, { tree }: Checkout): string {
  switch (layer.from) {
    case 'file':
      return tree.read(layer.file)
    case 'map':
      return JSON.stringify(plainValue(layer.node), undefined, 1)
    case 'text':
      return String(plainValue(layer.node))
    case 'set':
      return `${layer.name}: ${String(plainValue(layer.value))}`
    default:
      return ''
  }
}

/** As files have them; what a variable or a template makes of a name is not told here. */
function madeNames(checkout: Checkout): ReadonlySet<string> {
  const names = new Set<string>()
  for (const file of checkout.sources.keys()) {
    if (!checkout.mentions(file, /ExternalSecret/)) continue
    for (const { value } of checkout.documents(file)) {
      if (!isMap(value) || !isEsoGroup(stringAt(value, 'apiVersion') ?? '')) continue
      const spec =
        value.kind === 'ExternalSecret'
          ? ['spec']
          : value.kind === 'ClusterExternalSecret'
            ? ['spec', 'externalSecretSpec']
            : undefined
      if (spec === undefined) continue
      const name = stringAt(value, ...spec, 'target', 'name') || stringAt(value, 'metadata', 'name')
      if (name) names.add(name)
    }
  }
  return names
}
