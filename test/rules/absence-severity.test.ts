import { expect, test } from 'vitest'
import { clusterSecretStore } from '../cluster-secret-store.ts'
import { fluxKustomization, kustomization, tree } from '../gitops/tree.ts'
import { runFixture } from './fixture.ts'

const STORE = clusterSecretStore({ role: 'payments' })
const es = (store: string) => `apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: api, namespace: payments}
spec:
  secretStoreRef: {kind: ClusterSecretStore, name: ${store}}
  data:
    - secretKey: a
      remoteRef: {key: payments/api, property: a}
`
const ROLE =
  'vault write auth/kubernetes/role/billing bound_service_account_names=eso bound_service_account_namespaces=eso policies=eso\n'

/** `rule severity`, with or without an entry of Flux that applies itself. */
async function severities(files: Readonly<Record<string, string>>, entry: boolean): Promise<string[]> {
  const apps = Object.fromEntries(Object.entries(files).map(([name, text]) => [`apps/${name}`, text]))
  const list = kustomization(`resources: [${Object.keys(files).join(', ')}]`)
  const flux = `apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: flux-system, namespace: flux-system}
spec: {url: https://example.com/this.git}
---
${fluxKustomization('flux-system', './cluster').replace('{name: flux-system}', '{name: flux-system, namespace: flux-system}')}`
  const { findings } = await runFixture(
    tree({
      ...apps,
      'apps/kustomization.yaml': list,
      'setup.sh': ROLE,
      ...(entry
        ? {
            'cluster/flux-system/gotk-sync.yaml': flux,
            'cluster/apps.yaml': fluxKustomization('apps', './apps').replace(
              '{name: apps}',
              '{name: apps, namespace: flux-system}',
            ),
          }
        : {}),
    }),
  )
  return findings.map(({ rule, severity }) => `${rule} ${severity}`)
}

test('what is not where its like is declared is an error, if an entry leads to what needs it', async () => {
  const role = { 'store.yaml': STORE, 'es.yaml': es('vault') }
  expect(await severities(role, true)).toEqual(['role-absent error'])
  expect(await severities(role, false)).toEqual(['role-absent warning'])
  const store = { 'store.yaml': STORE.replace('payments', 'billing'), 'es.yaml': es('another') }
  expect(await severities(store, true)).toEqual(['store-absent error'])
  expect(await severities(store, false)).toEqual(['store-absent warning'])
})
