import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

const STORE = `apiVersion: external-secrets.io/v1
kind: ClusterSecretStore
metadata: {name: vault}
spec:
  provider:
    vault:
      server: https://vault.example.com
      path: kv
      version: v2
      auth: {kubernetes: {mountPath: kubernetes, role: reader, serviceAccountRef: {name: eso, namespace: eso}}}
`
const secret = (name: string) => `apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata:
  name: ${name}
spec:
  secretStoreRef: {kind: ClusterSecretStore, name: vault}
  data:
    - secretKey: password
      remoteRef:
        key: base/${name}
        property: password
    - secretKey: user
      remoteRef: {key: &shared "base/shared", property: user}
  dataFrom:
    - extract:
        key: *shared
`
const push = `apiVersion: external-secrets.io/v1alpha1
kind: PushSecret
metadata: {name: back}
spec:
  secretStoreRefs: [{kind: ClusterSecretStore, name: vault}]
  selector: {secret: {name: made}}
  data:
    - match: {secretKey: a, remoteRef: {remoteKey: base/back, property: a}}
`
const flux = (name: string, folder: string, more = '') => `apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: ${name}, namespace: flux-system}
spec:
  path: ./${folder}
  sourceRef: {kind: GitRepository, name: flux-system}
${more}`

/** A repository with each way in which a key comes to be what it is. Every reference may be read by the role in `setup.sh`. */
export const OWN_REPOSITORY: Readonly<Record<string, string>> = {
  'setup.sh':
    'vault policy write reader reader.hcl\nvault write auth/kubernetes/role/reader bound_service_account_names=eso bound_service_account_namespaces=eso policies=reader ttl=1h\n',
  'reader.hcl': 'path "kv/*" {\n  capabilities = ["create", "read", "update", "patch", "delete"]\n}\n',
  'store/store.yaml': STORE,
  'apps/base/kustomization.yaml': 'resources: [db.yaml, web.yaml, push.yaml]\n',
  'apps/base/db.yaml': secret('db'),
  'apps/base/web.yaml': secret('web'),
  'apps/base/push.yaml': push,
  // Nothing decides: plain reading tells it.
  'apps/plain/kustomization.yaml': 'resources: [../base]\nnamespace: plain\nnamePrefix: p-\n',
  // JSON 6902 in a file, inline and over a list; strategic; the old lists.
  'apps/json/kustomization.yaml':
    'resources: [../base]\nnamespace: json\npatches:\n  - {path: key.yaml, target: {kind: ExternalSecret, name: db}}\n  - target: {kind: PushSecret}\n    patch: |\n      - op: replace\n        path: /spec/data/0/match/remoteRef/remoteKey\n        value: json/back\n  - target: {kind: ExternalSecret, name: web}\n    patch: |-\n      - op: add\n        path: /spec/data/-\n        value:\n          secretKey: more\n          remoteRef:\n            key: json/more\n',
  'apps/json/key.yaml': '- op: replace\n  path: /spec/data/0/remoteRef/key\n  value: json/db\n',
  'apps/merge/kustomization.yaml':
    'resources: [../base]\nnamespace: merge\npatches:\n  - path: db.yaml\npatchesStrategicMerge:\n  - web.yaml\n',
  'apps/merge/db.yaml':
    'apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: db}\nspec:\n  data:\n    - secretKey: password\n      remoteRef:\n        key: merge/db\n',
  'apps/merge/web.yaml':
    'apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: web}\nspec:\n  dataFrom:\n    - extract: {key: merge/web}\n',
  // A replacement out of a ConfigMap, in an overlay of an overlay.
  'apps/replaced/kustomization.yaml':
    'resources: [../json, values.yaml]\nnamespace: replaced\nreplacements:\n  - source: {kind: ConfigMap, name: values, fieldPath: data.key}\n    targets:\n      - select: {kind: ExternalSecret, name: db}\n        fieldPaths: [spec.dataFrom.0.extract.key]\n',
  'apps/replaced/values.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: values}\ndata:\n  key: replaced/db\n',
  // A Component that patches, in two overlays of which one lacks a file.
  'components/team/kustomization.yaml':
    'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\npatches:\n  - target: {kind: ExternalSecret, name: web}\n    patch: |\n      - {op: replace, path: /spec/data/0/remoteRef/key, value: team/web}\n',
  'apps/team/kustomization.yaml': 'resources: [../base]\nnamespace: team\ncomponents: [../../components/team]\n',
  'apps/lacking/kustomization.yaml':
    'resources: [../base, secret.sops.yaml]\nnamespace: lacking\ncomponents: [../../components/team]\n',
  ...Object.fromEntries(
    ['plain', 'json', 'merge', 'replaced', 'team', 'lacking'].map((name) => [
      `clusters/prod/${name}.yaml`,
      flux(name, `apps/${name}`),
    ]),
  ),
  'shared/base/kustomization.yaml': 'resources: [db.yaml, web.yaml]\n',
  'shared/base/db.yaml': secret('db'),
  'shared/base/web.yaml': secret('web'),
  // Flux: variables in a patched key, patches and a suffix of its own, and a folder without a kustomization.
  'clusters/prod/kustomization.yaml':
    'resources: [variables.yaml, patched.yaml, bare.yaml, plain.yaml, json.yaml, merge.yaml, replaced.yaml, team.yaml, lacking.yaml]\n',
  'clusters/prod/variables.yaml': flux(
    'variables',
    'apps/variables',
    '  targetNamespace: variables\n  postBuild: {substitute: {ENV: prod}}\n',
  ),
  'clusters/prod/patched.yaml': flux(
    'patched',
    'apps/patched',
    '  targetNamespace: patched\n  patches:\n    - target: {kind: ExternalSecret, name: db}\n      patch: |\n        - op: replace\n          path: /spec/data/0/remoteRef/key\n          value: flux/db\n',
  ),
  'clusters/prod/bare.yaml': flux('bare', 'apps/bare', '  targetNamespace: bare\n'),
  'apps/variables/kustomization.yaml':
    'resources: [../../shared/base]\npatches:\n  - target: {kind: ExternalSecret, name: db}\n    patch: |\n      - op: replace\n        path: /spec/data/0/remoteRef/key\n        value: apps/${ENV}/db\n',
  'apps/patched/kustomization.yaml': 'resources: [../../shared/base]\n',
  'apps/bare/one.yaml': secret('one'),
  // Argo CD over folders; `b` has the patch.
  'argo/set.yaml':
    'apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: teams, namespace: argocd}\nspec:\n  generators:\n    - git: {repoURL: "https://git.example.com/r.git", directories: [{path: teams/*}]}\n  template:\n    metadata: {name: "{{path.basename}}"}\n    spec:\n      source: {repoURL: "https://git.example.com/r.git", path: "{{path}}"}\n      destination: {namespace: "{{path.basename}}"}\n',
  'teams/a/kustomization.yaml': 'resources: [../../apps/base]\n',
  'teams/b/kustomization.yaml':
    'resources: [../../apps/base]\npatches:\n  - target: {kind: ExternalSecret, name: db}\n    patch: |\n      - {op: replace, path: /spec/data/0/remoteRef/key, value: team/b}\n',
}

/** The same without Flux and Argo CD: each kustomization that no other one includes is a root. */
export const PLAIN_REPOSITORY: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(OWN_REPOSITORY).filter(([file]) => !/^(?:clusters|argo)\//.test(file)),
)

/** Writes it into a temporary folder for the time of `work`. */
export async function withOwnRepository<Result>(
  work: (folder: string) => Promise<Result>,
  files: Readonly<Record<string, string>> = OWN_REPOSITORY,
): Promise<Result> {
  const folder = mkdtempSync(path.join(tmpdir(), 'eso-vault-own-'))
  try {
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(path.dirname(path.join(folder, file)), { recursive: true })
      writeFileSync(path.join(folder, file), text)
    }
    return await work(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
