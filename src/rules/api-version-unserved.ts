import type { Chain, InstalledEso } from '../chain/chain.ts'
import { type ApiVersionVerdict, apiVersionVerdict } from '../eso/schema/api-versions.ts'
import { unknownKind } from '../eso/schema/kind-names.ts'
import type { Finding, Fix } from '../model/finding.ts'
import { groupOf, isEsoGroup } from '../model/kinds.ts'
import type { Manifest } from '../model/manifest.ts'
import { listed, nameManifest, upper } from '../model/wording.ts'
import { fingerprint } from './fingerprint.ts'
import { nearestPins } from './nearest-pins.ts'
import type { Rule, RuleFinding } from './rule.ts'
import { type VendoredKind, vendoredCrds } from './vendored-crds.ts'

const V1BETA1 = 'external-secrets.io/v1beta1'

/** The installed ESO does not serve the object's apiVersion: applying it fails with `no matches for kind` (eso.md §0.25). */
export const apiVersionUnserved: Rule = {
  id: 'api-version-unserved',
  title: "The installed ESO does not serve the object's apiVersion",
  group: 'manifest',
  severity: 'error',
  *check(chain): Iterable<RuleFinding> {
    const crds = vendoredCrds(chain)
    for (const manifest of chain.manifests) {
      if (!isEsoGroup(manifest.apiVersion) || unknownKind(manifest) !== undefined) continue
      const inGit = crds(manifest).filter(
        (one) => one.kind === manifest.kind && one.group === groupOf(manifest.apiVersion),
      )
      if (inGit.length > 0) {
        const found = byCrds(manifest, inGit)
        if (found !== undefined) yield { rule: this.id, severity: this.severity, objects: [manifest], ...found }
        continue
      }
      const judged = judge(chain, manifest)
      if (judged === undefined) continue
      const { severity, because, use, installed } = judged
      const pin = installed?.span
      const eso = installed === undefined ? 'ESO' : `ESO ${installed.version}`
      const verb = judged.served === 'no' ? 'does not serve' : 'may not serve'
      yield {
        rule: this.id,
        severity,
        headline: `${eso} ${verb} ${kindAndVersion(manifest)}`.replace('ESO  does', 'ESO does'),
        why: `${upper(because)}.`,
        // One edit in all places of one version.
        cause: JSON.stringify([installed?.version, manifest.apiVersion, severity]),
        parts: { what: `${eso} ${verb} \`${manifest.apiVersion}\`` },
        span: manifest.spanOf(['apiVersion']),
        related: pin === undefined ? [] : [{ span: pin, message: 'installs this release' }],
        ...(use === undefined ? {} : { fix: fixFor(manifest.apiVersion, use) }),
        objects: [manifest],
        fingerprint: fingerprint(this.id, nameManifest(manifest), manifest.apiVersion),
      }
    }
  },
  together: (findings) => {
    const [{ parts, fix }] = findings
    const what = parts?.what === undefined ? {} : { headline: `${parts.what}: ${findings.length} objects` }
    return fix === undefined ? what : { ...what, fix: { ...fix, lead: `in all ${findings.length} places` } }
  },
}

/** What the CRDs in Git serve decides, whatever ESO is pinned: they are what the API server gets. */
function byCrds(
  manifest: Manifest,
  kinds: readonly VendoredKind[],
): Omit<RuleFinding, 'rule' | 'severity'> | undefined {
  const { apiVersion, kind } = manifest
  const served = kinds.filter((one) => one.served)
  if (served.some(({ group, version }) => `${group}/${version}` === apiVersion)) return undefined
  const [first] = kinds
  const names = [...new Set(served.map(({ group, version }) => `${group}/${version}`))]
  return {
    headline: `The CRD in Git does not serve ${kindAndVersion(manifest)}`,
    why: `${names.length === 0 ? '' : `It serves ${listed(names)}. `}Applying it fails with: no matches for kind "${kind}" in version "${apiVersion}".`,
    cause: JSON.stringify(['crd', first?.manifest.span.file, apiVersion, names]),
    parts: { what: `The CRD in Git does not serve \`${apiVersion}\`` },
    span: manifest.spanOf(['apiVersion']),
    related: first === undefined ? [] : [{ span: first.manifest.span, message: 'the CRD' }],
    ...(names[0] === undefined ? {} : { fix: fixFor(apiVersion, names[0]) }),
    fingerprint: fingerprint(apiVersionUnserved.id, nameManifest(manifest), apiVersion),
  }
}

function kindAndVersion({ kind, apiVersion }: Manifest): string {
  return `${kind} in \`${apiVersion}\``
}

/** The same edit in every place. */
function fixFor(from: string, to: string): Fix {
  const text = `-apiVersion: ${from}\n+apiVersion: ${to}`
  return { lead: 'write the version that is served', kind: 'edit', language: 'diff', text }
}

interface Judged extends ApiVersionVerdict {
  readonly severity: Finding['severity']
  readonly installed: InstalledEso | undefined
}

/**
 * Several pins that are equally near must all refuse it. Where nothing decides, a version that newer releases do not serve is a
 * note; where the chart's values cannot be read that may keep it alive, a warning.
 */
function judge(chain: Chain, { apiVersion, kind, span }: Manifest): Judged | undefined {
  const pins = nearestPins(chain, span.file)
  const verdicts: Judged[] = (pins.length === 0 ? [undefined] : pins).map((installed) => {
    const unsafeServeV1Beta1 = installed?.servesV1Beta1 === 'yes'
    const verdict = apiVersionVerdict(apiVersion, kind, installed?.version, { unsafeServeV1Beta1 })
    const kept = verdict.served === 'no' && installed?.servesV1Beta1 === 'unknown' && apiVersion === V1BETA1
    const because = kept ? `${verdict.because}, unless its values set crds.unsafeServeV1Beta1` : verdict.because
    return { ...verdict, because, severity: kept ? 'warning' : 'error', installed }
  })
  const [first] = verdicts
  if (verdicts.every(({ served }) => served === 'no'))
    return verdicts.find(({ severity }) => severity === 'warning') ?? first
  if (verdicts.some(({ served }) => served === 'yes')) return undefined
  const soon = verdicts.find(({ served, until }) => served === 'unknown' && until !== undefined)
  return soon === undefined ? undefined : { ...soon, severity: 'note' }
}
