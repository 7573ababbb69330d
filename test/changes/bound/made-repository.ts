import { clusterSecretStore } from '../../cluster-secret-store.ts'
import type { Files } from '../git-history.ts'

export type GitOpsKind = 'flux' | 'argo' | 'set' | 'tops' | 'plain'

export const KINDS: readonly GitOpsKind[] = ['flux', 'argo', 'set', 'tops', 'plain']

const STORE = clusterSecretStore()

function externalSecret(name: string, keys: readonly string[], more = ''): string {
  const items = keys.map(
    (key, index) => `    - secretKey: k${index}\n      remoteRef:\n        key: ${key}\n        property: p${index}\n`,
  )
  return `apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata:
  name: ${name}
spec:
  refreshInterval: 1h
  secretStoreRef:
    kind: ClusterSecretStore
    name: vault
  target:
    name: ${name}
${more}  data:
${items.join('')}`
}

function deployment(name: string, secret: string, key: string): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
spec:
  template:
    spec:
      containers:
        - name: app
          image: app
          env:
            - name: K
              valueFrom:
                secretKeyRef:
                  name: ${secret}
                  key: ${key}
`
}

function kustomization(lines: string): string {
  return `apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n${lines}`
}

const TEAMS = ['shop', 'billing', 'search'] as const

/** A repository as teams have it: a base in two overlays, apps of their own, a component, a store, policies, workloads and a push. */
export function madeRepository(kind: GitOpsKind): Files {
  const files: Record<string, string> = {
    'README.md': '# A repository\n',
    'platform/store.yaml': STORE,
    'platform/kustomization.yaml': kustomization('resources: [store.yaml]\n'),
    'policies/eso.hcl':
      'path "kv/data/team/*" {\n  capabilities = ["read"]\n}\npath "kv/data/shared/db" {\n  capabilities = ["read"]\n}\npath "kv/data/pushed/*" {\n  capabilities = ["create", "update", "read"]\n}\npath "kv/metadata/pushed/*" {\n  capabilities = ["create", "update", "read"]\n}\n',
    'setup.sh':
      'vault policy write eso policies/eso.hcl\nvault write auth/kubernetes/role/eso bound_service_account_names=eso bound_service_account_namespaces=eso policies=eso ttl=1h\n',
    'base/app/secret.yaml': externalSecret('app', ['team/app', 'shared/db']),
    'base/app/deployment.yaml': deployment('app', 'app', 'k0'),
    'base/app/kustomization.yaml': kustomization('resources: [secret.yaml, deployment.yaml]\n'),
    'components/extra/secret.yaml': externalSecret('extra', ['team/extra']),
    'components/extra/kustomization.yaml':
      'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nresources: [secret.yaml]\n',
    'apps/prod/kustomization.yaml': kustomization(
      'namespace: prod\nresources: [../../base/app]\ncomponents: [../../components/extra]\npatches:\n  - path: patch.yaml\n',
    ),
    'apps/prod/patch.yaml':
      'apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata:\n  name: app\nspec:\n  refreshInterval: 2h\n',
    'apps/staging/kustomization.yaml': kustomization(
      'namespace: staging\nnamePrefix: stg-\nresources: [../../base/app]\n',
    ),
    'apps/push/push.yaml': `apiVersion: external-secrets.io/v1alpha1
kind: PushSecret
metadata:
  name: pusher
spec:
  deletionPolicy: Delete
  secretStoreRefs: [{ kind: ClusterSecretStore, name: vault }]
  selector: { secret: { name: shop } }
  data:
    - match: { secretKey: k0, remoteRef: { remoteKey: pushed/shop, property: p } }
`,
    'apps/push/kustomization.yaml': kustomization('namespace: shop\nresources: [push.yaml]\n'),
    'apps/reader/secret.yaml': externalSecret('reader', ['pushed/shop', 'team/shop']),
    'apps/reader/kustomization.yaml': kustomization('namespace: reader\nresources: [secret.yaml]\n'),
    'apps/users/deployment.yaml': deployment('user', 'shop', 'k0'),
    'apps/users/kustomization.yaml': kustomization('namespace: shop\nresources: [deployment.yaml]\n'),
    'left/secret.yaml': externalSecret('left', ['team/left']),
  }
  for (const team of TEAMS) {
    files[`apps/${team}/secret.yaml`] = externalSecret(team, [`team/${team}`, 'denied/everywhere'])
    files[`apps/${team}/kustomization.yaml`] = kustomization(`namespace: ${team}\nresources: [secret.yaml]\n`)
  }
  const folders = ['platform', ...['prod', 'staging', 'push', 'reader', 'users', ...TEAMS].map((app) => `apps/${app}`)]
  const name = (folder: string) => folder.replace('/', '-')
  if (kind === 'flux') {
    files['clusters/main/flux-system/gotk-sync.yaml'] =
      'apiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\nmetadata: {name: flux-system, namespace: flux-system}\nspec: {url: ssh://git@example.com/org/repo}\n---\napiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: flux-system, namespace: flux-system}\nspec: {interval: 1h, path: ./clusters/main, prune: true, sourceRef: {kind: GitRepository, name: flux-system}}\n'
    for (const folder of folders)
      files[`clusters/main/${name(folder)}.yaml`] =
        `apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: ${name(folder)}, namespace: flux-system}\nspec: {interval: 1h, path: ./${folder}, prune: true, sourceRef: {kind: GitRepository, name: flux-system}}\n`
  }
  const source = (path: string) =>
    `  project: default\n  source: {repoURL: https://example.com/org/repo, path: ${path}, targetRevision: main}\n  destination: {server: https://kubernetes.default.svc, namespace: default}\n`
  if (kind === 'argo')
    for (const folder of folders)
      files[`argocd/${name(folder)}.yaml`] =
        `apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: ${name(folder)}, namespace: argocd}\nspec:\n${source(folder)}`
  if (kind === 'set')
    files['argocd/set.yaml'] =
      `apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: all, namespace: argocd}\nspec:\n  generators:\n    - list:\n        elements:\n${folders.map((folder) => `          - {folder: ${folder}}\n`).join('')}  template:\n    metadata: {name: '{{folder}}'}\n    spec:\n${source("'{{folder}}'").replace(/^/gm, '    ').trimEnd()}\n`
  if (kind === 'plain')
    for (const path of Object.keys(files)) if (path.endsWith('kustomization.yaml')) delete files[path]
  return files
}

/** What a pull request does to it. */
export interface MadeChange {
  readonly name: string
  /** It is read whole on purpose: what it alters may decide for all. */
  readonly isWide?: true
  readonly edit: (files: Files) => Files
}

function replaced(path: string, from: string | RegExp, to: string): (files: Files) => Files {
  return (files) => {
    const text = files[path]
    return text === undefined ? {} : { [path]: text.replace(from, to) }
  }
}

export const CHANGES: readonly MadeChange[] = [
  { name: 'a key', edit: replaced('apps/shop/secret.yaml', 'team/shop', 'team/other') },
  { name: 'a denied key', edit: replaced('apps/shop/secret.yaml', 'team/shop', 'elsewhere/shop') },
  {
    name: 'a target that a Deployment elsewhere uses',
    edit: replaced('apps/shop/secret.yaml', /target:\n {4}name: shop/, 'target:\n    name: renamed'),
  },
  {
    name: 'a key of a Secret that a Deployment elsewhere uses',
    edit: replaced('apps/shop/secret.yaml', 'secretKey: k0', 'secretKey: other'),
  },
  {
    name: 'a target of another ExternalSecret',
    edit: (files) => ({
      'apps/users/secret.yaml': files['apps/shop/secret.yaml']?.replace('name: shop', 'name: second'),
      ...replaced('apps/users/kustomization.yaml', 'resources: [', 'resources: [secret.yaml, ')(files),
    }),
  },
  { name: 'a base of two overlays', edit: replaced('base/app/secret.yaml', 'team/app', 'denied/app') },
  { name: 'the last reference to a path', edit: replaced('base/app/secret.yaml', 'shared/db', 'team/db') },
  { name: 'a component', edit: replaced('components/extra/secret.yaml', 'team/extra', 'denied/extra') },
  {
    name: 'a patch',
    edit: replaced(
      'apps/prod/patch.yaml',
      'refreshInterval: 2h',
      'refreshInterval: 2h\n  secretStoreRef: { kind: ClusterSecretStore, name: none }',
    ),
  },
  {
    name: 'a patch to a target',
    edit: replaced('apps/prod/patch.yaml', 'refreshInterval: 2h', 'target: { name: extra }'),
  },
  {
    name: 'another namespace',
    edit: replaced('apps/shop/kustomization.yaml', 'namespace: shop', 'namespace: elsewhere'),
  },
  {
    name: 'a name prefix',
    edit: replaced('apps/billing/kustomization.yaml', 'namespace: billing', 'namespace: billing\nnamePrefix: x-'),
  },
  { name: 'a resource taken out', edit: replaced('apps/reader/kustomization.yaml', '[secret.yaml]', '[]') },
  { name: 'a base taken out', edit: replaced('apps/staging/kustomization.yaml', '[../../base/app]', '[]') },
  {
    name: 'a component taken out',
    edit: replaced('apps/prod/kustomization.yaml', 'components: [../../components/extra]\n', ''),
  },
  {
    name: 'a file removed',
    edit: (files) => ('apps/search/secret.yaml' in files ? { 'apps/search/secret.yaml': undefined } : {}),
  },
  {
    name: 'a folder removed',
    edit: () => ({ 'apps/search/secret.yaml': undefined, 'apps/search/kustomization.yaml': undefined }),
  },
  {
    name: 'a file renamed',
    edit: (files) => ({
      'apps/search/secret.yaml': undefined,
      'apps/search/moved.yaml': files['apps/search/secret.yaml'],
      ...replaced('apps/search/kustomization.yaml', 'secret.yaml', 'moved.yaml')(files),
    }),
  },
  { name: 'a push removed', edit: replaced('apps/push/kustomization.yaml', '[push.yaml]', '[]') },
  { name: 'a push to another path', edit: replaced('apps/push/push.yaml', 'pushed/shop', 'pushed/other') },
  {
    name: 'a push back to where it was read',
    edit: replaced('apps/push/push.yaml', 'remoteKey: pushed/shop', 'remoteKey: team/shop'),
  },
  { name: 'a workload', edit: replaced('apps/users/deployment.yaml', 'key: k0', 'key: none') },
  { name: 'a workload of another Secret', edit: replaced('apps/users/deployment.yaml', 'name: shop', 'name: search') },
  { name: 'a README', edit: () => ({ 'README.md': '# Another\n' }) },
  { name: 'a text that no file names', edit: () => ({ 'apps/shop/NOTES.txt': 'a\n' }) },
  { name: 'a file that nothing reads', edit: () => ({ 'notes/a.txt': 'a\n' }) },
  { name: 'a line that does not parse', edit: replaced('apps/shop/secret.yaml', 'spec:', 'spec: : :') },
  {
    name: 'a field in the wrong place',
    edit: replaced('apps/shop/secret.yaml', '        key: team/shop', '      key: team/shop'),
  },
  { name: 'what nothing applies', edit: replaced('left/secret.yaml', 'team/left', 'denied/left') },
  { name: 'an element of a set', edit: replaced('argocd/set.yaml', '          - {folder: apps/search}\n', '') },
  { name: 'an Application removed', edit: () => ({ 'argocd/apps-search.yaml': undefined }) },
  { name: 'a Flux Kustomization removed', edit: () => ({ 'clusters/main/apps-search.yaml': undefined }) },
  {
    name: 'a Flux Kustomization suspended',
    edit: replaced('clusters/main/apps-search.yaml', 'prune: true', 'prune: true, suspend: true'),
  },
  {
    name: 'another path of an Application',
    edit: replaced('argocd/apps-search.yaml', 'path: apps/search', 'path: apps/billing'),
  },
  { name: 'the store', isWide: true, edit: replaced('platform/store.yaml', 'path: kv', 'path: other') },
  { name: 'a policy', isWide: true, edit: replaced('policies/eso.hcl', 'kv/data/team/*', 'kv/data/teams/*') },
  {
    name: 'a comment in a policy',
    edit: (files) => ({ 'policies/eso.hcl': `# a comment\n${files['policies/eso.hcl']}` }),
  },
  { name: 'a role', isWide: true, edit: replaced('setup.sh', 'policies=eso', 'policies=none') },
  {
    name: 'the config',
    isWide: true,
    edit: () => ({ '.github/eso-vault.yml': 'version: 1\nrules:\n  policy-denies: note\n' }),
  },
]
