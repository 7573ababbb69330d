import type { ChartValues } from '../../model/chart-values.ts'
import type { Checkout } from '../checkout.ts'
import { placedAt } from '../placed/placed.ts'
import type { GitOpsRoot } from '../root.ts'
import type { ValueLayer } from './chart-release.ts'
import { placeAt } from './template-lines.ts'

/** What the config gives to the chart in a folder. */
export function valuesGivenTo(
  folder: string,
  given: readonly ChartValues[],
  { shown }: Checkout,
): ChartValues | undefined {
  const chart = shown(folder)
  return given.find((one) => one.chart === chart)
}

/** The root with what the config gives to its chart, over all that the deployer gives (helm.md §7.4). */
export function withGivenValues(root: GitOpsRoot, given: readonly ChartValues[]): GitOpsRoot {
  const { build, checkout } = root
  if (given.length === 0 || build.by !== 'helm') return root
  const values = valuesGivenTo(build.release.chart, given, checkout)
  if (values === undefined) return root
  const names = new Set(values.set.map(({ name }) => name))
  // Helm has its own order of the ways to set a value: the deployer's of the same name would win by it (helm.md §4.2).
  const own = build.release.layers.filter(
    (layer) => !((layer.from === 'set' || layer.from === 'set-file') && names.has(layer.name)),
  )
  const layers = [...own, ...layersOf(values, checkout)]
  return { ...root, build: { ...build, release: { ...build.release, layers } } }
}

function layersOf({ files, set }: ChartValues, checkout: Checkout): ValueLayer[] {
  return [
    ...files.map(({ file, span }): ValueLayer => {
      const path = checkout.below(file)
      return checkout.root.files.has(path)
        ? { from: 'file', file: path }
        : { from: 'missing', why: { code: 'absent', name: file }, span }
    }),
    ...set.map(
      ({ name, value, span }): ValueLayer => ({
        from: 'set',
        name,
        value: placedAt(placeAt(span), value),
        // A text is taken as it is.
        as: typeof value === 'string' ? 'literal' : 'set',
      }),
    ),
  ]
}
