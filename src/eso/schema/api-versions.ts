import { isAtLeast, parseVersionRange, type Release } from '../../model/version-range.ts'

/** Whether the API server of a cluster with this ESO takes an object of this apiVersion. */
export interface ApiVersionVerdict {
  readonly served: 'yes' | 'no' | 'unknown'
  /** One sentence. */
  readonly because: string
  /** The apiVersion to write instead, when the one written is not served or will not be for long. */
  readonly use?: string
}

interface Serving {
  readonly apiVersion: string
  /** First release that serves it; `undefined`: as old as anyone runs. */
  readonly from?: Release
  /** First release that no longer serves it. */
  readonly until?: Release
}

const V1: Release = [0, 16, 0]
const ONLY_V1: Release = [0, 17, 0]

// eso.md §1, "API versions served".
const CORE: readonly Serving[] = [
  { apiVersion: 'external-secrets.io/v1', from: V1 },
  { apiVersion: 'external-secrets.io/v1beta1', until: ONLY_V1 },
  { apiVersion: 'external-secrets.io/v1alpha1', until: V1 },
]
const PUSH: readonly Serving[] = [{ apiVersion: 'external-secrets.io/v1alpha1' }]
const CLUSTER_PUSH: readonly Serving[] = [{ apiVersion: 'external-secrets.io/v1alpha1', from: [0, 15, 0] }]
const GENERATOR: readonly Serving[] = [{ apiVersion: 'generators.external-secrets.io/v1alpha1' }]

const KINDS: Readonly<Record<string, readonly Serving[]>> = {
  ExternalSecret: CORE,
  ClusterExternalSecret: CORE,
  SecretStore: CORE,
  ClusterSecretStore: CORE,
  PushSecret: PUSH,
  ClusterPushSecret: CLUSTER_PUSH,
}

const name = (release: Release): string => `v${release.join('.')}`

function servingsOf(apiVersion: string, kind: string): readonly Serving[] | undefined {
  const group = apiVersion.split('/')[0]
  if (group === 'generators.external-secrets.io') return GENERATOR
  return group === 'external-secrets.io' && Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined
}

function span(serving: Serving): string {
  const from = serving.from ? `since ${name(serving.from)}` : ''
  const until = serving.until ? `up to before ${name(serving.until)}` : ''
  return [from, until].filter((part) => part !== '').join(' ')
}

/**
 * Judges an apiVersion by the ESO that Git pins (`esoVersion`: a Helm chart version, which for ESO equals the app's, an image tag
 * or a range). A range decides only when all of it agrees. Without a version the answer is `unknown`, except for what no ESO ever
 * served. `unsafeServeV1Beta1`: the Helm value `crds.unsafeServeV1Beta1` is on, which keeps v1beta1 alive in some releases.
 */
export function apiVersionVerdict(
  apiVersion: string,
  kind: string,
  esoVersion?: string,
  options: { readonly unsafeServeV1Beta1?: boolean } = {},
): ApiVersionVerdict {
  const servings = servingsOf(apiVersion, kind)
  if (servings === undefined)
    return { served: 'unknown', because: `${kind} of ${apiVersion} is not a kind of ESO known here` }
  const newest = servings[0]?.apiVersion ?? apiVersion
  const serving = servings.find((candidate) => candidate.apiVersion === apiVersion)
  const use = newest === apiVersion ? {} : { use: newest }
  if (serving === undefined) {
    return { served: 'no', because: `no release of ESO serves ${kind} in ${apiVersion}`, ...use }
  }
  if (serving.from === undefined && serving.until === undefined) {
    return { served: 'yes', because: `every release of ESO serves ${kind} in ${apiVersion}` }
  }
  const range = esoVersion === undefined ? undefined : parseVersionRange(esoVersion.trim())
  if (range === undefined) {
    const asked =
      esoVersion === undefined
        ? 'Git does not pin the version of ESO'
        : `the version of ESO, "${esoVersion}", is no version number`
    return { served: 'unknown', because: `${kind} is served in ${apiVersion} ${span(serving)}; ${asked}`, ...use }
  }
  const old = serving.from && isAtLeast(range, serving.from)
  if (old === 'no') {
    const before = servings.find(
      (candidate) => candidate.until !== undefined && isAtLeast(range, candidate.until) === 'no',
    )
    return {
      served: 'no',
      because: `ESO ${esoVersion} does not serve ${kind} in ${apiVersion} yet; it does since ${name(serving.from ?? V1)}`,
      ...(before === undefined ? {} : { use: before.apiVersion }),
    }
  }
  const gone = serving.until && isAtLeast(range, serving.until)
  if (gone === 'yes') {
    if (options.unsafeServeV1Beta1 === true && apiVersion === 'external-secrets.io/v1beta1') {
      return {
        served: 'unknown',
        because: `ESO ${esoVersion} serves v1beta1 only through the Helm value crds.unsafeServeV1Beta1, which ESO removes in 2026`,
        ...use,
      }
    }
    return {
      served: 'no',
      because: `ESO ${esoVersion} no longer serves ${kind} in ${apiVersion} (removed in ${name(serving.until ?? V1)}); applying it fails with: no matches for kind "${kind}" in version "${apiVersion}"`,
      ...use,
    }
  }
  if (old === 'unknown' || gone === 'unknown') {
    return {
      served: 'unknown',
      because: `${kind} is served in ${apiVersion} ${span(serving)}, and "${esoVersion}" allows releases on both sides`,
      ...use,
    }
  }
  return { served: 'yes', because: `ESO ${esoVersion} serves ${kind} in ${apiVersion}`, ...use }
}
