import { posix } from 'node:path'
import type { RenderReason } from '../../model/reason.ts'
import { isMap, stringAt } from '../../model/value.ts'
import type { Checkout } from '../checkout.ts'
import type { ValueLayer } from '../helm/chart-release.ts'
import { placeAt } from '../helm/template-lines.ts'
import { joinRelative } from '../look-through/repository-tree.ts'
import { placedAt } from '../placed/placed.ts'
import type { GitOpsRoot } from '../root.ts'
import type { Chart } from './charts.ts'
import { clusterOfValues } from './entry-cluster.ts'

/** Files of values that name an environment, in a chart's folder (helm.md §7.3); those under `ci/` are a test's. */
const ENVIRONMENT = /^(?:values[-_.][^/]*\.ya?ml|values\/[^/]*\.ya?ml|env[^/]*\/(?:[^/]+\/)*[^/]*\.ya?ml)$/
const MOST_ENVIRONMENTS = 12
/** A folder that is named after a version is a copy that something names, or none. */
const VERSION = /^v?\d+\.\d+(?:\.\d+)?(?:[-+].*)?$/

/**
 * Charts that nothing deploys, as a person may install them: with each file of values beside them, or with their own. What they make is
 * never certain (helm.md §1.4, §7.3).
 */
export function undeployedCharts(
  checkout: Checkout,
  charts: Iterable<Chart>,
  {
    clusterOf,
    hasValues,
  }: {
    readonly clusterOf: (file: string) => GitOpsRoot['cluster']
    /** The config says which files of values whoever installs it gives it. */
    readonly hasValues: (folder: string) => boolean
  },
): GitOpsRoot[] {
  return [...charts].flatMap(({ folder, holdsGitOps }): GitOpsRoot[] => {
    const file = joinRelative(folder, 'Chart.yaml')
    if (isPart(checkout, folder) || notByItself(checkout, folder) !== undefined) return []
    const definition = checkout.objects.documents(file)[0]?.value
    const environments = hasValues(folder) ? [] : environmentsOf(checkout, folder)
    const span = { file: checkout.shown(file), line: 1, column: 1, endLine: 1, endColumn: 1 }
    const release = (layers: readonly ValueLayer[], values: string | undefined): GitOpsRoot => ({
      checkout,
      appliedBy: { kind: 'Helm chart', name: `${folder || '.'}${values === undefined ? '' : ` with ${values}`}`, span },
      folder,
      build: {
        by: 'helm',
        release: {
          chart: folder,
          name: placedAt(placeAt(span), nameOf(stringAt(definition, 'name') ?? posix.basename(folder))),
          namespace: undefined,
          isUndeployed: true,
          layers,
        },
      },
      // Two environments never meet in one cluster.
      cluster:
        clusterOf(file) ?? (values === undefined || environments.length < 2 ? undefined : clusterOfValues(values)),
      certainty: 'presumed',
      undeployed: {
        chart: folder || '.',
        ...(values === undefined ? {} : { values }),
        ...(holdsGitOps ? { leads: true as const } : {}),
      },
    })
    return environments.length === 0
      ? [release([], undefined)]
      : environments.map((one) => release([{ from: 'file', file: one }], checkout.shown(one)))
  })
}

/** Why nobody is presumed to install a chart that nothing in Git deploys (helm.md §7.3). */
export function notByItself(checkout: Checkout, folder: string): RenderReason | undefined {
  const file = joinRelative(folder, 'Chart.yaml')
  const definition = checkout.objects.documents(file)[0]?.value
  const says =
    isMap(definition) && definition.type === 'library'
      ? 'it is a library, which is not installed by itself'
      : checkout.hasDeadName(file)
        ? 'it lies among examples or tests, and nothing in Git deploys it'
        : VERSION.test(posix.basename(folder))
          ? 'it is one version of a chart, and nothing in Git deploys that version'
          : undefined
  return says === undefined ? undefined : { code: 'chart-refused', says }
}

/** An unpacked dependency is part of the chart that it lies in. */
function isPart({ root }: Checkout, folder: string): boolean {
  const above = /^(?:(.*)\/)?charts\/[^/]+$/.exec(folder)
  return above !== null && root.files.has(joinRelative(above[1] ?? '', 'Chart.yaml'))
}

function environmentsOf({ root }: Checkout, folder: string): string[] {
  const prefix = folder === '' ? '' : `${folder}/`
  const found: string[] = []
  for (const file of root.files) {
    if (!file.startsWith(prefix) || !ENVIRONMENT.test(file.slice(prefix.length))) continue
    found.push(file)
    if (found.length === MOST_ENVIRONMENTS) break
  }
  return found
}

/** As helm accepts it for a release. */
function nameOf(chart: string): string {
  const name = chart
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .slice(0, 40)
    .replace(/^-+|-+$/g, '')
  return name === '' ? 'release' : name
}
