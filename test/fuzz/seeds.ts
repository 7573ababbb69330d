import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'

import { snapshotText } from '../../src/state/snapshot/snapshot-text.ts'
import { snapshot } from '../state/snapshot/sample.ts'

const test = join(import.meta.dirname, '..')
/** Mutants of what is longer than this cost much and say little. */
const LONGEST = 20_000

function filesBelow(folder: string, ends: RegExp): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && ends.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((file) => readFileSync(file, 'utf8'))
    .filter((text) => text.length < LONGEST && text.trim() !== '')
}

function fixtures(ends: RegExp): string[] {
  return [join(test, 'rules'), join(test, '..', 'examples')].flatMap((folder) => filesBelow(folder, ends))
}

function rows(file: string): readonly Record<string, unknown>[] {
  const bytes = readFileSync(join(test, file))
  const text = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8')
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown>)
}

/** Kinds of others that say where things are applied, and what a Vault holds; the rules' fixtures have few of them. */
const OTHER_KINDS = [
  `apiVersion: redhatcop.redhat.io/v1alpha1
kind: Policy
metadata: { name: eso }
spec: { policy: 'path "kv/data/*" { capabilities = ["read"] }' }
---
apiVersion: redhatcop.redhat.io/v1alpha1
kind: KubernetesAuthEngineRole
metadata: { name: eso }
spec: { path: kubernetes, policies: [eso], targetServiceAccounts: [eso], targetNamespaces: { targetNamespaces: [eso] } }
---
apiVersion: redhatcop.redhat.io/v1alpha1
kind: SecretEngineMount
metadata: { name: kv }
spec: { type: kv, path: team, options: { version: "2" } }
`,
  `apiVersion: vault.banzaicloud.com/v1alpha1
kind: Vault
metadata: { name: vault }
spec:
  externalConfig:
    policies: [{ name: eso, rules: 'path "kv/data/*" { capabilities = ["read"] }' }]
    auth: [{ type: kubernetes, path: kubernetes, roles: [{ name: eso, policies: [eso], bound_service_account_names: [eso], bound_service_account_namespaces: [eso] }] }]
    secrets: [{ type: kv, path: kv, options: { version: 2 } }]
`,
  `apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: { name: apps, namespace: argocd }
spec:
  generators:
    - matrix:
        generators:
          - list: { elements: [{ env: prod }, { env: dev }] }
          - git: { repoURL: "https://git.example.com/x.git", files: [{ path: "apps/*/config.json" }], directories: [{ path: "apps/*" }] }
  template:
    metadata: { name: "{{env}}" }
    spec:
      source: { repoURL: "https://git.example.com/x.git", path: "app/{{env}}", directory: { recurse: true, include: "{a,b}*.yaml" } }
      destination: { namespace: "{{env}}" }
`,
  `apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: { name: apps, namespace: flux-system }
spec:
  path: ./app
  targetNamespace: b
  components: [../c]
  patches: [{ target: { kind: PushSecret }, patch: "- { op: replace, path: /spec/data/0/remoteRef/key, value: x }" }]
  postBuild: { substitute: { A: a }, substituteFrom: [{ kind: ConfigMap, name: vars }] }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: vars, namespace: flux-system }
data: { B: b, policy.hcl: 'path "a" {}' }
`,
]

/** What mutants are made of: the project's own fixtures and vectors. */
export const SEEDS = {
  manifests: () => {
    const own = fixtures(/(?<!kustomization|eso-vault)\.ya?ml$/)
    // As many of these as a tenth.
    return [...own, ...Array.from({ length: own.length / 10 }, (_, i) => OTHER_KINDS[i % OTHER_KINDS.length] as string)]
  },
  kustomizations: () => fixtures(/^kustomization\.ya?ml$/),
  policies: () => [
    ...fixtures(/\.hcl$/),
    ...rows('policy/vectors/policy-parse-vectors.jsonl').map(({ policy }) => String(policy)),
  ],
  scripts: () => fixtures(/\.sh$/),
  markdown: () => [...fixtures(/\.md$/), ...filesBelow(join(test, '..', 'docs'), /\.md$/)],
  terraform: () => fixtures(/\.tf$/),
  configs: () => fixtures(/^eso-vault\.yml$/),
  snapshots: () => [
    snapshotText(snapshot()),
    JSON.stringify(snapshot({ names: 'hashed', salt: 'x' })),
    JSON.stringify(snapshot({ secrets: {} })),
  ],
  templates: () =>
    rows('eso/vectors/eso-templates.jsonl.gz')
      .slice(0, 1_500)
      .map(({ template }) => String(template)),
  properties: () =>
    rows('eso/vectors/eso-properties.jsonl.gz')
      .slice(0, 3_000)
      .map(({ property }) => String(property)),
  substitutions: () => [
    'kv/${A}/db',
    '${A:-${B:-c}}/x',
    '${A:=b}${A:?no}${A:+x}',
    '${A##*/}${A%%.*}${A#a?}${A%b*c}',
    '${A//a/b}${A/#a/b}${A/%a/b}${A/\\//_}',
    '${A:1:2}${A: -3}${A^^}${A,,}${#A}',
    '$${A} $A $$',
  ],
} as const
