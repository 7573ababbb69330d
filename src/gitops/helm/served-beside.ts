import { templateFolder } from '../applied/charts.ts'
import type { Checkout } from '../checkout.ts'

/** APIs beside ESO's that charts ask for most, with the kinds that they ask for (helm.md §4.5). */
const ASKED_FOR: Readonly<Record<string, readonly string[]>> = {
  'monitoring.coreos.com/v1': ['ServiceMonitor', 'PodMonitor', 'PrometheusRule', 'Probe'],
  'cert-manager.io/v1': ['Certificate', 'Issuer', 'ClusterIssuer', 'CertificateRequest'],
  'gateway.networking.k8s.io/v1': ['Gateway', 'GatewayClass', 'HTTPRoute'],
  'route.openshift.io/v1': ['Route'],
}

const ASKS =
  /^[ \t]*apiVersion:[ \t]*["']?(monitoring\.coreos\.com\/v1|cert-manager\.io\/v1|gateway\.networking\.k8s\.io\/v1|route\.openshift\.io\/v1)["']?[ \t]*$/gm

/** Of these what some object in Git is of, so that the cluster serves it; a template that a chart makes only then tells nothing. */
export function servedBeside({ root, sources, workloadFiles }: Checkout): readonly string[] {
  const found = new Set<string>()
  const charts = new Map(
    [...root.files].flatMap((file) => {
      const folder = /^(?:(.*)\/)?Chart\.yaml$/.exec(file)
      return folder === null ? [] : [[folder[1] ?? '', true] as const]
    }),
  )
  for (const { relative, text } of [...sources.values(), ...workloadFiles]) {
    if (!text.includes('apiVersion') || templateFolder(relative, charts) !== undefined) continue
    for (const [, api] of text.matchAll(ASKS)) if (api !== undefined) found.add(api)
  }
  return [...found].sort().flatMap((api) => [api, ...(ASKED_FOR[api] ?? []).map((kind) => `${api}/${kind}`)])
}
