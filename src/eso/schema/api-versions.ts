import { isAtLeast, parseVersionRange, type Release } from '../../model/version-range.ts'

/** Whether the API server of a cluster with this ESO takes an object of this apiVersion. */
export interface ApiVersionVerdict {
  readonly served: 'yes' | 'no' | 'unknown'
  /** One sentence. */
  readonly because: string
  /** For `unknown`: the first release that certainly no longer serves it, where there is one. */
  readonly until?: Release
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
const CORE_GROUP = 'external-secrets.io'
const GENERATOR_GROUP = 'generators.external-secrets.io'

// eso.md §1, "API versions served".
const CORE: readonly Serving[] = [
  { apiVersion: `${CORE_GROUP}/v1`, from: V1 },
  { apiVersion: `${CORE_GROUP}/v1beta1`, until: ONLY_V1 },
  { apiVersion: `${CORE_GROUP}/v1alpha1`, until: V1 },
]

const alpha = (group: string, from?: Release): readonly Serving[] => [
  { apiVersion: `${group}/v1alpha1`, ...(from === undefined ? {} : { from }) },
]

const CORE_KINDS: Readonly<Record<string, readonly Serving[]>> = {
  ExternalSecret: CORE,
  // Never served in v1alpha1 (eso.md §1).
  ClusterExternalSecret: [CORE[0] as Serving, { apiVersion: `${CORE_GROUP}/v1beta1`, from: [0, 5, 9], until: ONLY_V1 }],
  SecretStore: CORE,
  ClusterSecretStore: CORE,
  PushSecret: alpha(CORE_GROUP, [0, 7, 0]),
  ClusterPushSecret: alpha(CORE_GROUP, [0, 15, 0]),
}

const GENERATOR_KINDS: Readonly<Record<string, readonly Serving[]>> = {
  ACRAccessToken: alpha(GENERATOR_GROUP, [0, 7, 0]),
  ECRAuthorizationToken: alpha(GENERATOR_GROUP, [0, 7, 0]),
  Fake: alpha(GENERATOR_GROUP, [0, 7, 0]),
  GCRAccessToken: alpha(GENERATOR_GROUP, [0, 7, 0]),
  Password: alpha(GENERATOR_GROUP, [0, 7, 0]),
  VaultDynamicSecret: alpha(GENERATOR_GROUP, [0, 7, 3]),
  Webhook: alpha(GENERATOR_GROUP, [0, 9, 13]),
  GithubAccessToken: alpha(GENERATOR_GROUP, [0, 9, 15]),
  UUID: alpha(GENERATOR_GROUP, [0, 10, 3]),
  STSSessionToken: alpha(GENERATOR_GROUP, [0, 10, 6]),
  ClusterGenerator: alpha(GENERATOR_GROUP, [0, 11, 0]),
  QuayAccessToken: alpha(GENERATOR_GROUP, [0, 13, 0]),
  GeneratorState: alpha(GENERATOR_GROUP, [0, 14, 0]),
  Grafana: alpha(GENERATOR_GROUP, [0, 14, 0]),
  MFA: alpha(GENERATOR_GROUP, [0, 18, 0]),
  SSHKey: alpha(GENERATOR_GROUP, [0, 19, 0]),
  CloudsmithAccessToken: alpha(GENERATOR_GROUP, [0, 20, 0]),
  BeyondtrustWorkloadCredentialsDynamicSecret: alpha(GENERATOR_GROUP, [2, 7, 0]),
  GitlabDeployToken: alpha(GENERATOR_GROUP, [2, 8, 0]),
}

/** The kinds of ESO up to the newest known release, by API group. */
export const KINDS_BY_GROUP: Readonly<Record<string, readonly string[]>> = {
  [CORE_GROUP]: Object.keys(CORE_KINDS),
  [GENERATOR_GROUP]: Object.keys(GENERATOR_KINDS),
}

/** The apiVersion in which ESO serves a kind today; `undefined` for what is no kind of ESO. */
export function newestApiVersion(kind: string): string | undefined {
  return (
    servingsOf(`${CORE_GROUP}/v1`, kind)?.[0]?.apiVersion ?? servingsOf(`${GENERATOR_GROUP}/v1`, kind)?.[0]?.apiVersion
  )
}

/**
 * What a cluster with this ESO serves, as a chart asks for it (`.Capabilities.APIVersions`): `group/version`, and the same with each
 * kind. Without a version: what ESO serves today.
 */
export function servedApiVersions(esoVersion?: string): readonly string[] {
  const all = [...Object.entries(CORE_KINDS), ...Object.entries(GENERATOR_KINDS)].flatMap(([kind, servings]) => {
    const told = servings.filter(({ apiVersion }) => apiVersionVerdict(apiVersion, kind, esoVersion).served === 'yes')
    const served = esoVersion === undefined || told.length === 0 ? servings.slice(0, 1) : told
    return served.flatMap(({ apiVersion }) => [apiVersion, `${apiVersion}/${kind}`])
  })
  return [...new Set(all)]
}

const name = (release: Release): string => `v${release.join('.')}`

function servingsOf(apiVersion: string, kind: string): readonly Serving[] | undefined {
  const group = apiVersion.slice(0, Math.max(0, apiVersion.indexOf('/')))
  const kinds = group === CORE_GROUP ? CORE_KINDS : group === GENERATOR_GROUP ? GENERATOR_KINDS : {}
  return Object.hasOwn(kinds, kind) ? kinds[kind] : undefined
}

function untilOf({ until }: Serving): { readonly until?: Release } {
  return until === undefined ? {} : { until }
}

function span(serving: Serving): string {
  const from = serving.from ? `since ${name(serving.from)}` : ''
  const until = serving.until ? `up to before ${name(serving.until)}` : ''
  return [from, until].filter((part) => part !== '').join(' ')
}

/**
 * Judges an apiVersion by the ESO that Git pins (`esoVersion`: a Helm chart version, which for ESO equals the app's, an image tag
 * or a range). A range decides only when all of it agrees. Without a version the answer is `unknown`, except for what no ESO ever
 * served. `unsafeServeV1Beta1`: the Helm value `crds.unsafeServeV1Beta1` is on, which serves v1beta1 since chart 0.17 (eso.md §1).
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
    return {
      served: 'unknown',
      because: `${kind} is served in ${apiVersion} ${span(serving)}; ${asked}`,
      ...untilOf(serving),
      ...use,
    }
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
        served: 'yes',
        because: `ESO ${esoVersion} serves v1beta1 through the Helm value crds.unsafeServeV1Beta1`,
        ...use,
      }
    }
    return {
      served: 'no',
      because: `it was removed in ESO ${name(serving.until ?? V1)}: applying it fails with "no matches for kind"`,
      ...use,
    }
  }
  if (old === 'unknown' || gone === 'unknown') {
    return {
      served: 'unknown',
      because: `${kind} is served in ${apiVersion} ${span(serving)}, and "${esoVersion}" allows releases on both sides`,
      ...untilOf(serving),
      ...use,
    }
  }
  return { served: 'yes', because: `ESO ${esoVersion} serves ${kind} in ${apiVersion}`, ...use }
}
