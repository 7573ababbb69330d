import type { ValuesReason } from '../../model/reason.ts'
import type { Span } from '../../model/span.ts'
import { joinRelative } from '../look-through/repository-tree.ts'
import type { Placed } from '../placed/placed.ts'

/**
 * One way to install a chart of this checkout: what a deployer (Argo CD, Flux, kustomize, a person) hands to helm. Plain data; whoever
 * reads the deployer makes it, and only `helm/` renders it.
 */
export interface ChartRelease {
  /** The chart's folder, below the checkout. */
  readonly chart: string
  /** `.Release.Name`. */
  readonly name: Placed
  /** `.Release.Namespace`; `undefined`: nothing tells it, and helm's `default` is used. */
  readonly namespace: Placed | undefined
  /** Nobody in Git deploys it: what name and namespace it gets is not told, and what takes them is not known. */
  readonly isUndeployed?: true
  /** Over the chart's own values, the weakest first. `set`s are stronger than all others, as with helm (helm.md §1.2, §4.2). */
  readonly layers: readonly ValueLayer[]
  /** The layers take the place of the chart's own `values.yaml` (Flux `valuesFiles`, helm.md §2.1). */
  readonly replacesChartValues?: true
  /** `undefined`: the cluster's, which Git does not tell. */
  readonly kubeVersion?: string
  /** As the deployer names them, over those that the product passes always (helm.md §4.5). */
  readonly apiVersions?: readonly string[]
  /** Patches over the whole output: Flux `postRenderers[].kustomize`, in order. */
  readonly postRenderers?: readonly Placed[]
  /** Where the deployer lists the layers: a change of the list is a change of the release. */
  readonly list?: Span
}

export type ValueLayer =
  /** A file of values of this checkout that exists (every document form helm takes). */
  | { readonly from: 'file'; readonly file: string }
  /** A map: `valuesObject`, `spec.values`, `valuesInline`. */
  | { readonly from: 'map'; readonly node: Placed }
  /** The text of a YAML map: `values: |`, a key of a ConfigMap. */
  | { readonly from: 'text'; readonly node: Placed }
  /** `--set`, `--set-string`, `--set-literal`, `--set-json`: `name` in helm's syntax (`a.b`, `a\.b`, `x[0].y`), commas not yet escaped. */
  | {
      readonly from: 'set'
      readonly name: string
      readonly value: Placed
      readonly as: 'set' | 'string' | 'literal' | 'json'
    }
  /** `--set-file`: the value is the content of a file of this checkout. */
  | { readonly from: 'set-file'; readonly name: string; readonly file: string }
  /** Values that Git does not hold: what this or a weaker layer gives may be another (helm.md §7.5). */
  | {
      readonly from: 'missing'
      readonly why: MissingValues
      readonly span: Span
      /** Only what stands below this name is not known, in every layer. */
      readonly only?: string
    }

/**
 * Stands in a text of values, or in a name, for what its deployer knows and Git does not (the name of a cluster, a revision). What helm
 * makes of it is not known.
 */
export const UNTOLD = 'zuntoldz'

/** Why values are not in Git; `name` is what the deployer calls them. */
export interface MissingValues {
  readonly code: ValuesReason['kind']
  readonly name: string
}

/** The files of the checkout that a deployer names for a release: the chart, and what it takes values from. */
export function filesOfRelease({ chart, layers }: ChartRelease): string[] {
  const named = layers.flatMap((layer) => (layer.from === 'file' || layer.from === 'set-file' ? [layer.file] : []))
  return [joinRelative(chart, 'Chart.yaml'), joinRelative(chart, 'values.yaml'), ...named]
}
