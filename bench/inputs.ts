import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { PolicyFact } from '../src/model/vault-state.ts'

/** Writes inputs of any size, always the same for the same size. */
function writer(folder: string) {
  const known = new Set<string>()
  return (file: string, text: string): void => {
    const target = join(folder, file)
    const parent = dirname(target)
    if (!known.has(parent)) {
      mkdirSync(parent, { recursive: true })
      known.add(parent)
    }
    writeFileSync(target, text)
  }
}

const STORE =
  'apiVersion: external-secrets.io/v1\nkind: ClusterSecretStore\nmetadata: {name: vault}\nspec: {provider: {vault: {server: "https://vault.example.com", path: kv, version: v2, auth: {kubernetes: {mountPath: kubernetes, role: eso, serviceAccountRef: {name: eso, namespace: eso}}}}}}\n'
const ROLE =
  'vault write auth/kubernetes/role/eso bound_service_account_names=eso bound_service_account_namespaces=eso policies=eso ttl=1h\n'
const POLICY = 'path "kv/data/apps/*" { capabilities = ["read"] }\n'

/** An ExternalSecret of ten items of one Vault path, as people write them. */
function externalSecret(index: number, items = 10): string {
  const data = Array.from(
    { length: items },
    (_, item) =>
      `    - secretKey: key${item}\n      remoteRef:\n        key: apps/app-${index}\n        property: key${item}\n`,
  )
  return `apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata:\n  name: app-${index}\n  namespace: team-${index % 50}\nspec:\n  refreshInterval: 1h\n  secretStoreRef:\n    kind: ClusterSecretStore\n    name: vault\n  target:\n    name: app-${index}\n  data:\n${data.join('')}`
}

export interface SecretsSize {
  readonly count: number
  readonly items?: number
  /** So many of them come through a kustomization of four, whose overlay patches one key. */
  readonly kustomized?: number
}

/** A repository of ExternalSecrets with their store, role and policy. */
export function writeSecrets(folder: string, { count, items = 10, kustomized = 0 }: SecretsSize): void {
  const write = writer(folder)
  write('.git/HEAD', '')
  write('store.yaml', STORE)
  write('setup.sh', `vault policy write eso - <<EOF\n${POLICY}EOF\n${ROLE}`)
  for (let index = 0; index < count; index++) {
    if (index >= kustomized) {
      write(`apps/${index % 100}/app-${index}.yaml`, externalSecret(index, items))
      continue
    }
    const group = index >> 2
    write(`base/${group}/app-${index}.yaml`, externalSecret(index, items))
    if (index % 4 !== 0) continue
    const names = [0, 1, 2, 3].map((one) => index + one).filter((one) => one < kustomized)
    write(`base/${group}/kustomization.yaml`, `resources: [${names.map((one) => `app-${one}.yaml`).join(', ')}]\n`)
    write(
      `overlays/${group}/kustomization.yaml`,
      `resources: [../../base/${group}]\npatches:\n  - target: {kind: ExternalSecret, name: app-${index}}\n    patch: |\n      - {op: replace, path: /spec/data/0/remoteRef/key, value: "apps/patched-${index}"}\n`,
    )
  }
}

/** A repository of which most files say nothing to us: manifests of workloads, documents, sources. */
export function writeFiles(
  folder: string,
  { count, matter }: { readonly count: number; readonly matter: number },
): void {
  const write = writer(folder)
  writeSecrets(folder, { count: matter, items: 2 })
  for (let index = matter; index < count; index++) {
    const place = `other/${index % 500}/${index}`
    if (index % 3 === 0)
      write(
        `${place}.yaml`,
        `apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: d${index}\nspec:\n  replicas: 2\n  template:\n    spec:\n      containers:\n        - name: app\n          image: registry.example.com/app:${index}\n`,
      )
    else if (index % 3 === 1)
      write(`${place}.md`, `# Page ${index}\n\n${'Some words about something else. '.repeat(20)}\n`)
    else write(`${place}.ts`, `export const value${index} = ${index}\n${'// a line of a source\n'.repeat(30)}`)
  }
}

/** Policies of a thousand rules each: exact, with a star at the end, and with segments, a third each; each team has one. */
export function policiesOf(rules: number): string[] {
  const lines = Array.from({ length: rules }, (_, index) => {
    const path = [`kv/data/team-${index}/app`, `kv/data/team-${index}/*`, `kv/+/team-${index}/app`][index % 3]
    return `path "${path}" { capabilities = ["read"] }\n`
  })
  return Array.from({ length: Math.ceil(rules / 1_000) }, (_, index) =>
    lines.slice(index * 1_000, (index + 1) * 1_000).join(''),
  )
}

export function policyFact(name: string, text: string): PolicyFact {
  const span = { file: `${name}.hcl`, line: 1, column: 1, endLine: 1, endColumn: 1 }
  return { name, text, unknown: [], provenance: { from: 'git', form: 'hcl', span } }
}

/** A schema that takes an ExternalSecret as strictly as the real one does, for a checker of schemas. */
export const EXTERNAL_SECRET_SCHEMA = JSON.stringify({
  type: 'object',
  required: ['apiVersion', 'kind', 'metadata', 'spec'],
  properties: {
    apiVersion: { type: 'string' },
    kind: { type: 'string' },
    metadata: { type: 'object', properties: { name: { type: 'string' }, namespace: { type: 'string' } } },
    spec: {
      type: 'object',
      additionalProperties: false,
      properties: {
        refreshInterval: { type: 'string' },
        secretStoreRef: {
          type: 'object',
          properties: { kind: { enum: ['SecretStore', 'ClusterSecretStore'] }, name: { type: 'string' } },
        },
        target: { type: 'object' },
        data: {
          type: 'array',
          items: {
            type: 'object',
            required: ['secretKey', 'remoteRef'],
            properties: {
              secretKey: { type: 'string' },
              remoteRef: {
                type: 'object',
                required: ['key'],
                properties: { key: { type: 'string' }, property: { type: 'string' } },
              },
            },
          },
        },
      },
    },
  },
})
