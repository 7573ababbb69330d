import type { Controller } from './consumption.ts'

/** A place where a controller looks for keys of its own choice (consumers.md §2.1). */
export interface FixedKeys {
  readonly group: string
  readonly kind: RegExp
  /** From the object's root; `*` is any item of a list. */
  readonly path: readonly string[]
  /** `text`: the field is the Secret's name; `ref`: a map with `name`, and `namespace` where the kind has it. */
  readonly form: 'text' | 'ref'
  /** One of the alternatives in whole. */
  readonly needs: readonly (readonly string[])[]
  readonly controller: Controller
}

const VOLSYNC = {
  group: 'volsync.backube',
  kind: /^Replication(?:Source|Destination)$/,
  controller: 'volsync',
} as const
const CNPG = { group: 'postgresql.cnpg.io', kind: /^Cluster$/, form: 'ref', controller: 'cnpg' } as const
const CREDENTIALS = [['username', 'password']]
const ENVOY = {
  group: 'gateway.envoyproxy.io',
  kind: /^SecurityPolicy$/,
  form: 'ref',
  controller: 'envoy-gateway',
} as const
const CERTIFICATE = [['tls.crt', 'tls.key'], ['ca.crt'], ['certFile', 'keyFile'], ['caFile']]

export const FIXED_KEYS: readonly FixedKeys[] = [
  {
    ...VOLSYNC,
    path: ['spec', 'restic', 'repository'],
    form: 'text',
    needs: [['RESTIC_REPOSITORY', 'RESTIC_PASSWORD']],
  },
  { ...VOLSYNC, path: ['spec', 'kopia', 'repository'], form: 'text', needs: [['KOPIA_REPOSITORY', 'KOPIA_PASSWORD']] },
  { ...VOLSYNC, path: ['spec', 'rclone', 'rcloneConfig'], form: 'text', needs: [['rclone.conf']] },
  { ...VOLSYNC, path: ['spec', 'rsyncTLS', 'keySecret'], form: 'text', needs: [['psk.txt']] },
  { ...CNPG, path: ['spec', 'superuserSecret'], needs: CREDENTIALS },
  { ...CNPG, path: ['spec', 'bootstrap', 'initdb', 'secret'], needs: CREDENTIALS },
  { ...CNPG, path: ['spec', 'bootstrap', 'recovery', 'secret'], needs: CREDENTIALS },
  { ...CNPG, path: ['spec', 'bootstrap', 'pg_basebackup', 'secret'], needs: CREDENTIALS },
  { ...CNPG, path: ['spec', 'managed', 'roles', '*', 'passwordSecret'], needs: CREDENTIALS },
  { ...CNPG, kind: /^DatabaseRole$/, path: ['spec', 'passwordSecret'], needs: CREDENTIALS },
  { ...ENVOY, path: ['spec', 'oidc', 'clientSecret'], needs: [['client-secret']] },
  { ...ENVOY, path: ['spec', 'oidc', 'clientIDRef'], needs: [['client-id']] },
  { ...ENVOY, path: ['spec', 'basicAuth', 'users'], needs: [['.htpasswd']] },
  {
    group: 'notification.toolkit.fluxcd.io',
    kind: /^Receiver$/,
    path: ['spec', 'secretRef'],
    form: 'ref',
    needs: [['token']],
    controller: 'flux-receiver',
  },
  {
    group: 'source.toolkit.fluxcd.io',
    kind: /^(?:GitRepository|HelmRepository|OCIRepository|Bucket)$/,
    path: ['spec', 'certSecretRef'],
    form: 'ref',
    needs: CERTIFICATE,
    controller: 'flux-source',
  },
  {
    group: 'source.toolkit.fluxcd.io',
    kind: /^(?:GitRepository|OCIRepository|Bucket)$/,
    path: ['spec', 'proxySecretRef'],
    form: 'ref',
    needs: [['address']],
    controller: 'flux-source',
  },
  {
    group: 'source.toolkit.fluxcd.io',
    kind: /^OCIRepository$/,
    path: ['spec', 'secretRef'],
    form: 'ref',
    needs: [['.dockerconfigjson']],
    controller: 'flux-oci',
  },
  {
    group: 'image.toolkit.fluxcd.io',
    kind: /^ImageRepository$/,
    path: ['spec', 'secretRef'],
    form: 'ref',
    needs: [['.dockerconfigjson']],
    controller: 'flux-oci',
  },
  {
    group: 'cert-manager.io',
    kind: /^(?:Cluster)?Issuer$/,
    path: ['spec', 'ca', 'secretName'],
    form: 'text',
    needs: [['tls.crt', 'tls.key']],
    controller: 'cert-manager',
  },
]

const SSH = [['identity', 'known_hosts']]
const HTTPS = [['username', 'password'], ['bearerToken'], ['ca.crt'], ['caFile']]
const GITHUB_APP = ['githubAppID', 'githubAppClientID'].flatMap((id) =>
  ['githubAppInstallationID', 'githubAppInstallationOwner'].map((installation) => [
    id,
    installation,
    'githubAppPrivateKey',
  ]),
)

/** What decides how Flux logs in to a source. */
export interface FluxSource {
  readonly kind: string
  readonly provider: string
  readonly type: string
  readonly url: string
}

/** What the Secret of a Flux source must hold; `undefined`: by how it logs in that is not told. */
export function sourceKeys({ kind, provider, type, url }: FluxSource): readonly (readonly string[])[] | undefined {
  switch (kind) {
    case 'GitRepository':
      if (provider === 'github') return GITHUB_APP
      if (provider !== '' && provider !== 'generic') return undefined
      if (/^ssh:/.test(url)) return SSH
      return /^https?:/.test(url) ? HTTPS : [...SSH, ...HTTPS, ...GITHUB_APP]
    case 'HelmRepository':
      if (provider !== '' && provider !== 'generic') return undefined
      return type === 'oci' ? [['.dockerconfigjson'], ...CREDENTIALS] : [...CREDENTIALS, ...CERTIFICATE]
    case 'Bucket':
      return /^(?:|generic|aws)$/.test(provider) ? [['accesskey', 'secretkey']] : undefined
    default:
      return undefined
  }
}

/** Providers of Flux that log in to a Git host with a token, or as a GitHub App (consumers.md §2.1). */
const TOKEN_PROVIDERS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  github: [['token'], ['githubAppID'], ['githubAppClientID']],
  githubdispatch: [['token'], ['githubAppID'], ['githubAppClientID']],
  gitlab: [['token']],
  gitea: [['token']],
  bitbucket: [['token']],
  bitbucketserver: [['token'], ['username', 'password']],
}

/** Providers that post to an address, which their Secret holds where `spec.address` does not. */
const ADDRESS_PROVIDERS = new Set(['generic', 'discord', 'msteams', 'rocket', 'googlechat', 'lark', 'grafana'])

/** What the Secret of a Flux `Provider` must hold; `undefined`: by its type that is not told. */
export function providerKeys(type: string, hasAddress: boolean): readonly (readonly string[])[] | undefined {
  if (Object.hasOwn(TOKEN_PROVIDERS, type)) return TOKEN_PROVIDERS[type]
  return ADDRESS_PROVIDERS.has(type) && !hasAddress ? [['address']] : undefined
}

/** Values of charts that name a Secret with fixed keys. */
export const FIXED_VALUES: readonly {
  readonly chart: RegExp
  readonly path: readonly string[]
  readonly needs: readonly (readonly string[])[]
  readonly controller: Controller
}[] = [
  {
    chart: /(?:^|\/)gha-runner-scale-set$/,
    path: ['githubConfigSecret'],
    needs: [['github_token'], ['github_app_id', 'github_app_installation_id', 'github_app_private_key']],
    controller: 'actions-runner',
  },
  {
    chart: /(?:^|\/)(?:gitea|forgejo)$/,
    path: ['gitea', 'admin', 'existingSecret'],
    needs: CREDENTIALS,
    controller: 'gitea',
  },
]

/** Secrets that Argo CD finds by the label `argocd.argoproj.io/secret-type`. */
export const ARGOCD_SECRETS: Readonly<
  Record<string, { readonly needs: readonly string[]; readonly controller: Controller }>
> = {
  repository: { needs: ['url'], controller: 'argocd-repository' },
  'repo-creds': { needs: ['url'], controller: 'argocd-repository' },
  'repository-write': { needs: ['url'], controller: 'argocd-repository' },
  'repo-write-creds': { needs: ['url'], controller: 'argocd-repository' },
  cluster: { needs: ['server', 'name', 'config'], controller: 'argocd-cluster' },
}
