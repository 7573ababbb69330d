import { basename } from 'node:path'
import type { ValueMap } from '../../model/value.ts'
import { isMap, stringAt, at as valueAt } from '../../model/value.ts'
import type { Checkout } from '../checkout.ts'
import { isFluxSetup, isGitOps } from '../gitops-kinds.ts'
import { KUSTOMIZATION_NAMES } from '../look-through/kustomization-file.ts'
import { at, type Placed, placed } from '../placed/placed.ts'
import type { GitOpsObject } from '../root.ts'
import { embeddedGitOps, MENTIONS_EMBEDDED } from './embedded-gitops.ts'

/** What the files of a checkout declare about GitOps, as it is written. */
export interface Declarations {
  /** Flux Kustomizations, Applications, ApplicationSets, and HelmReleases of a chart in Git; and those that charts make of their values. */
  readonly gitOps: readonly GitOpsObject[]
  /** Sources and FluxInstances, also those in the values of a chart. */
  readonly setup: readonly GitOpsObject[]
  readonly resourceSets: readonly GitOpsObject[]
  /** `GitRepo` of Rancher Fleet. */
  readonly fleetRepos: readonly GitOpsObject[]
}

export function declarationsIn(checkout: Checkout): Declarations {
  const gitOps: GitOpsObject[] = []
  const setup: GitOpsObject[] = []
  const resourceSets: GitOpsObject[] = []
  const fleetRepos: GitOpsObject[] = []
  for (const file of checkout.sources.keys()) {
    const isKustomization = (KUSTOMIZATION_NAMES as readonly string[]).includes(basename(file))
    if (!isKustomization && !/\.(?:ya?ml|json)$/.test(file)) continue
    const embeds = checkout.mentions(file, MENTIONS_EMBEDDED)
    for (const document of checkout.documents(file)) {
      const { value } = document
      if (!isMap(value)) continue
      const items = typeof value.kind === 'string' && value.kind.endsWith('List') ? valueAt(value, 'items') : undefined
      const objects: [ValueMap, () => Placed][] = Array.isArray(items)
        ? items.flatMap((item, index): [ValueMap, () => Placed][] =>
            isMap(item) ? [[item, () => at(placed(document), 'items', index) as Placed]] : [],
          )
        : [[value, () => placed(document)]]
      for (const [body, node] of objects) {
        const at = { checkout, file, document: document.index }
        const into = isKustomization ? undefined : listFor(body)
        if (into !== undefined) ({ gitOps, setup, resourceSets, fleetRepos })[into].push({ ...at, node: node() })
        const within = typeof body.kind === 'string' && !isKustomization ? ('object' as const) : ('values' as const)
        if (embeds) for (const inner of embeddedGitOps(node())) gitOps.push({ ...at, node: inner, within })
      }
    }
  }
  return { gitOps, setup, resourceSets, fleetRepos }
}

/** A release of a chart that lies in a repository, which may be this one (helm.md §2.1). */
function isReleaseFromGit(body: ValueMap): boolean {
  if (body.kind !== 'HelmRelease' || !(stringAt(body, 'apiVersion') ?? '').startsWith('helm.toolkit.fluxcd.io/'))
    return false
  const source = stringAt(body, 'spec', 'chart', 'spec', 'sourceRef', 'kind')
  return source === 'GitRepository' || source === 'Bucket' || stringAt(body, 'spec', 'chartRef', 'kind') === 'HelmChart'
}

function listFor(body: ValueMap): keyof Declarations | undefined {
  const kind = stringAt(body, 'kind') ?? ''
  const apiVersion = stringAt(body, 'apiVersion') ?? ''
  // A patch is for an object of that name, and declares none.
  if (body.$patch !== undefined) return undefined
  if (isGitOps(apiVersion, kind) || isReleaseFromGit(body)) return 'gitOps'
  if (kind === 'GitRepo' && apiVersion.startsWith('fleet.cattle.io/')) return 'fleetRepos'
  if (isFluxSetup(apiVersion, kind)) return kind === 'ResourceSet' ? 'resourceSets' : 'setup'
  const sync = kind === '' ? ['instance', 'sync', 'path'] : ['spec', 'values', 'instance', 'sync', 'path']
  return (kind === '' || kind === 'HelmRelease') && stringAt(body, ...sync) !== undefined ? 'setup' : undefined
}
