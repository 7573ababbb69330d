import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

const store = `apiVersion: external-secrets.io/v1
kind: ClusterSecretStore
metadata: { name: vault }
spec:
  provider:
    vault:
      server: https://vault.example.com
      path: kv
      version: v2
      auth:
        kubernetes: { mountPath: kubernetes, role: eso, serviceAccountRef: { name: eso, namespace: eso } }
`
const object = (kind: string, name: string, spec: string) => `---
apiVersion: ${kind === 'PushSecret' ? 'external-secrets.io/v1alpha1' : 'external-secrets.io/v1'}
kind: ${kind}
metadata: { name: ${name}, namespace: shop }
spec:
${spec}
`
const reads = (items: string) => `  secretStoreRef: { kind: ClusterSecretStore, name: vault }\n${items}`

/** References of every kind whose end only a server knows, and one thing that is wrong in Git alone. */
export const FILES: Readonly<Record<string, string>> = {
  'store.yaml': store,
  'app.yaml': [
    object(
      'ExternalSecret',
      'data',
      reads(`  data:
    - { secretKey: user, remoteRef: { key: shop/db, property: user } }
    - { secretKey: deep, remoteRef: { key: shop/db, property: nested.password } }
    - { secretKey: old, remoteRef: { key: shop/db, property: user, version: "1" } }`),
    ),
    object('ExternalSecret', 'extract', reads(`  dataFrom: [{ extract: { key: shop/app } }]`)),
    object('ExternalSecret', 'find', reads(`  dataFrom: [{ find: { path: shop/more, name: { regexp: one } } }]`)),
    object('ExternalSecret', 'meta', reads(`  dataFrom: [{ extract: { key: shop/app, metadataPolicy: Fetch } }]`)),
    object(
      'PushSecret',
      'push',
      `  secretStoreRefs: [{ kind: ClusterSecretStore, name: vault }]
  selector: { secret: { name: source } }
  data: [{ match: { secretKey: a, remoteRef: { remoteKey: shop/pushed, property: a } } }]`,
    ),
  ].join(''),
  // Wrong whatever a server says: no `key` gives what the template reads.
  'broken.yaml': object(
    'ExternalSecret',
    'broken',
    reads(`  target: { template: { data: { url: "{{ .nope }}" } } }
  data: [{ secretKey: user, remoteRef: { key: shop/db, property: user } }]`),
  ),
}

/** The rule that `broken.yaml` breaks. */
export const STATIC_RULE = 'template-key-absent'

/** What the server of these tests holds; nothing of the above is wrong with it. */
export const POLICY = `path "kv/data/shop/*" { capabilities = ["read", "create", "update"] }
path "kv/metadata/shop/*" { capabilities = ["read", "list", "create", "update"] }
path "kv/metadata/shop/more" { capabilities = ["list"] }
`
export const SECRETS: Readonly<Record<string, unknown>> = {
  'shop/db': { user: 'u', nested: { password: 'p' } },
  'shop/app': { a: 'a', b: 'b' },
  'shop/more/one': { a: 'a' },
  'shop/more/below/two': { a: 'a' },
}

/** The rules of a CI token that sees all of it. */
export const CI_POLICY = `path "kv/metadata/*" { capabilities = ["read", "list"] }
path "kv/subkeys/*" { capabilities = ["read"] }
path "sys/mounts" { capabilities = ["read"] }
path "sys/auth" { capabilities = ["read"] }
path "sys/policies/acl/*" { capabilities = ["read"] }
path "auth/kubernetes/role/*" { capabilities = ["read"] }
path "auth/kubernetes/config" { capabilities = ["read"] }
`

/** The files in a folder of their own; `remove` takes it away. */
export async function writeRepository(files: Readonly<Record<string, string>> = FILES) {
  const cwd = await mkdtemp(join(tmpdir(), 'eso-vault-faults-'))
  for (const [file, text] of Object.entries(files)) {
    await mkdir(dirname(join(cwd, file)), { recursive: true })
    await writeFile(join(cwd, file), text)
  }
  return { cwd, remove: () => rm(cwd, { recursive: true, force: true }) }
}
