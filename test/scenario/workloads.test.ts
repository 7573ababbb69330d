import { beforeAll, expect, test } from 'vitest'
import { type Files, type History, history } from '../changes/git-history.ts'
import { fluxKustomization, kustomization } from '../gitops/tree.ts'
import { bundle } from './bundle.ts'
import { runTerminal } from './run-program.ts'

/** Whoever asks the built program about a path of Vault is told of the workloads behind it. */

beforeAll(bundle)

const STORE = `apiVersion: external-secrets.io/v1
kind: ClusterSecretStore
metadata: {name: vault}
spec: {provider: {vault: {server: "https://vault.example.com", path: kv, version: v2, auth: {kubernetes: {mountPath: kubernetes, role: eso, serviceAccountRef: {name: eso, namespace: eso}}}}}}
`
const SECRET = `apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: db, namespace: shop}
spec:
  secretStoreRef: {name: vault, kind: ClusterSecretStore}
  data:
    - secretKey: password
      remoteRef: {key: shop/db, property: pass}
`
const PUSH = `apiVersion: external-secrets.io/v1alpha1
kind: PushSecret
metadata: {name: db, namespace: maker}
spec:
  deletionPolicy: Delete
  secretStoreRefs: [{name: vault, kind: ClusterSecretStore}]
  selector: {secret: {name: made}}
  data:
    - match: {secretKey: password, remoteRef: {remoteKey: shop/db, property: pass}}
`
const env = (name: string, secret: string) => `apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}, namespace: shop}
spec:
  template:
    spec:
      containers:
        - name: api
          env:
            - name: DB_PASSWORD
              valueFrom: {secretKeyRef: {name: ${secret}, key: password}}
`
const names = Array.from({ length: 23 }, (_, index) => `api-${String(index + 10)}`)
const FILES = {
  'clusters/main/flux-system/gotk-sync.yaml': fluxKustomization('flux-system', './clusters/main'),
  'clusters/main/shop.yaml': fluxKustomization('shop', './shop'),
  'shop/kustomization.yaml': kustomization('resources: [store.yaml, secret.yaml, push.yaml, api.yaml]'),
  'shop/store.yaml': STORE,
  'shop/secret.yaml': SECRET,
  'shop/push.yaml': PUSH,
  'shop/api.yaml': names.map((name) => env(name, 'db')).join('---\n'),
}

function repository(more: Files = {}): History {
  const made = history()
  made.commit('base', { ...FILES, ...more })
  return made
}

test('the JSON report counts the workloads of each reference, and names the first twenty', async () => {
  const { folder } = repository()
  const { stdout } = await runTerminal(['check', '.', '--format', 'json'], folder)
  const { references } = JSON.parse(stdout) as {
    references: { manifest: string; workloads: { count: number; places: Record<string, unknown>[] } }[]
  }
  const of = (kind: string) => references.find(({ manifest }) => manifest.startsWith(kind))?.workloads
  expect(of('ExternalSecret')?.count).toBe(23)
  expect(of('ExternalSecret')?.places).toHaveLength(20)
  expect(of('ExternalSecret')?.places[0]).toEqual({
    manifest: 'Deployment shop/api-10',
    file: 'shop/api.yaml',
    line: 11,
    use: 'env',
    secret: 'db',
    keys: ['password'],
    as: 'DB_PASSWORD',
    container: 'api',
    inValues: false,
    optional: false,
  })
  expect(of('PushSecret')).toEqual({ count: 0, places: [] })
})

test('references, explain and rotate name the workloads of a path', async () => {
  const { folder } = repository()
  const references = await runTerminal(['references', '.'], folder)
  expect(references.stdout).toContain('Deployment shop/api-10')
  const explained = await runTerminal(['explain', 'ExternalSecret/shop/db'], folder)
  expect(explained.stdout).toMatch(/Deployment shop\/api-10/)
  const rotated = await runTerminal(['rotate', 'kv/shop/db'], folder)
  expect(rotated.stdout).toMatch(/api-10[\s\S]*restart|restart[\s\S]*api-10/)
})

test('the inventory goes on from the secret to the workloads', async () => {
  const { folder } = repository()
  const { stdout } = await runTerminal(['references', '.', '--format', 'html'], folder)
  expect(stdout).toContain('<!doctype html>')
  expect(stdout).toContain('Deployment shop/api-10')
})

test('a change that takes the last reference away, and one that deletes the secret, name who uses it', async () => {
  const alone = kustomization('resources: [store.yaml, secret.yaml, api.yaml]')
  const made = repository({ 'shop/kustomization.yaml': alone, 'shop/push.yaml': '# nothing is pushed\n' })
  made.git('switch', '-q', '-c', 'topic')
  made.commit('no longer read', {
    'shop/kustomization.yaml': kustomization('resources: [store.yaml, api.yaml]'),
    'shop/secret.yaml': undefined,
  })
  const gone = await runTerminal(['check', '.', '--report-scope', 'changed', '--format', 'json'], made.folder)
  const told = (stdout: string, rule: string) =>
    (JSON.parse(stdout) as { findings: { rule: string; message: string }[] }).findings.find((one) => one.rule === rule)
  expect(told(gone.stdout, 'last-reference-removed')?.message).toContain(
    'for Deployment shop/api-10, Deployment shop/api-11, Deployment shop/api-12 and 20 more',
  )
  const other = repository()
  other.git('switch', '-q', '-c', 'topic')
  other.commit('no longer pushed', {
    'shop/kustomization.yaml': alone,
    'shop/push.yaml': undefined,
  })
  const deleted = await runTerminal(['check', '.', '--report-scope', 'changed', '--format', 'json'], other.folder)
  expect(told(deleted.stdout, 'push-deletes')?.message).toContain('Deployment shop/api-10')
})
