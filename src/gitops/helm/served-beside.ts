import { templateFolder } from '../applied/charts.ts'
import type { Checkout } from '../checkout.ts'
import { joinRelative } from '../look-through/repository-tree.ts'

/** APIs beside ESO's that charts ask for most, with the kinds that they ask for (helm.md §4.5). */
const ASKED_FOR: Readonly<Record<string, readonly string[]>> = {
  'monitoring.coreos.com/v1': ['ServiceMonitor', 'PodMonitor', 'PrometheusRule', 'Probe'],
  'cert-manager.io/v1': ['Certificate', 'Issuer', 'ClusterIssuer', 'CertificateRequest'],
  'gateway.networking.k8s.io/v1': ['Gateway', 'GatewayClass', 'HTTPRoute'],
  'route.openshift.io/v1': ['Route'],
}

const ASKS = new RegExp(
  `^[ \\t]*apiVersion:[ \\t]*["']?(${Object.keys(ASKED_FOR).join('|').replaceAll('.', '\\.')})["']?[ \\t]*$`,
  'gm',
)

/** Of these what some object in Git is of, so that the cluster serves it; a template that a chart makes only then tells nothing. */
export function servedBeside({ root, sources, workloadFiles }: Checkout): readonly string[] {
  const found = new Set<string>()
  const charts = { has: (folder: string) => root.files.has(joinRelative(folder, 'Chart.yaml')) }
  for (const { relative, text } of [...sources.values(), ...workloadFiles]) {
    if (!text.includes('apiVersion') || templateFolder(relative, charts) !== undefined) continue
    for (const [, api] of text.matchAll(ASKS)) if (api !== undefined) found.add(api)
  }
  return [...found].sort().flatMap((api) => [api, ...(ASKED_FOR[api] ?? []).map((kind) => `${api}/${kind}`)])
}
