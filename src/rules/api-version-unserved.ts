import type { Chain } from '../chain/chain.ts'
import { apiVersionVerdict } from '../eso/schema/api-versions.ts'
import { formatSpan } from '../model/span.ts'
import { nameManifest } from '../model/wording.ts'
import { fingerprint } from './fingerprint.ts'
import { nearestPins } from './nearest-pins.ts'
import type { Rule, RuleFinding } from './rule.ts'

/** The installed ESO does not serve the object's apiVersion: applying it fails with `no matches for kind` (eso.md §0.25). */
export const apiVersionUnserved: Rule = {
  id: 'api-version-unserved',
  title: "The installed ESO does not serve the object's apiVersion",
  group: 'manifest',
  severity: 'error',
  *check(chain): Iterable<RuleFinding> {
    for (const manifest of chain.manifests) {
      if (!manifest.apiVersion.includes('external-secrets.io/')) continue
      const judged = judge(chain, manifest.span.file, manifest.apiVersion, manifest.kind)
      if (judged === undefined) continue
      const { because, use, installed } = judged
      const pin = installed?.span
      const span = manifest.spanOf(['apiVersion'])
      yield {
        rule: this.id,
        severity: this.severity,
        message: (object) =>
          `${object}: ${because}.` + `${pin === undefined ? '' : ` Git pins ESO in ${formatSpan(pin)}.`}`,
        span,
        related: pin === undefined ? [] : [{ span: pin, message: 'ESO is pinned here' }],
        ...(use === undefined ? {} : { fix: `Write \`apiVersion: ${use}\`.` }),
        objects: [manifest],
        fingerprint: fingerprint(this.id, nameManifest(manifest), manifest.apiVersion),
      }
    }
  },
}

/** With several clusters in one repository the pin nearest to the manifest counts; equally near ones must all refuse it. */
function judge(chain: Chain, file: string, apiVersion: string, kind: string) {
  const pins = nearestPins(chain, file)
  if (pins.length === 0) {
    const verdict = apiVersionVerdict(apiVersion, kind)
    return verdict.served === 'no' ? { ...verdict, installed: undefined } : undefined
  }
  const verdicts = pins.map((installed) => ({ ...apiVersionVerdict(apiVersion, kind, installed.version), installed }))
  return verdicts.every((verdict) => verdict.served === 'no') ? verdicts[0] : undefined
}
