import { expect, test } from 'vitest'
import { lastMile } from '../../src/workloads/last-mile.ts'
import { fluxKustomization, kustomization, read } from '../gitops/tree.ts'

const secret = (spec: string) =>
  `apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: db, namespace: shop}\nspec:\n  secretStoreRef: {name: vault, kind: ClusterSecretStore}\n${spec}`
const keys = (...names: string[]) =>
  `  data:\n${names.map((name) => `    - {secretKey: ${name}, remoteRef: {key: a, property: p}}\n`).join('')}`
const pod = (key: string, namespace = 'shop') =>
  `apiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: ${namespace}}\nspec: {containers: [{name: c, env: [{name: V, valueFrom: {secretKeyRef: {name: db, key: ${key}}}}]}]}\n`

/** `file verdict` of each place. */
async function verdicts(files: Readonly<Record<string, string>>): Promise<string[]> {
  const { manifests, workloads } = await read(files)
  const mile = lastMile({ manifests, workloads, lookupsOf: () => ({}) })
  return mile.consumptions
    .filter(({ by }) => by.kind === 'Pod')
    .map((one) => {
      const verdict = mile.keyVerdict(one)
      const cluster = one.by.origin.applied.cluster?.name ?? '-'
      return `${one.by.origin.file} ${cluster} ${verdict.is}${verdict.is === 'unknown' ? ` ${verdict.why}` : ''}`
    })
    .sort()
}

const clusters = (...names: string[]) =>
  Object.fromEntries(
    names.flatMap((name) => [
      [`clusters/${name}/flux-system/gotk-sync.yaml`, fluxKustomization('flux-system', `./clusters/${name}`)],
      [`clusters/${name}/app.yaml`, fluxKustomization('app', `./apps/${name}`)],
    ]),
  )

test('what one cluster makes never answers for another', async () => {
  const files = {
    ...clusters('staging', 'prod'),
    'apps/staging/kustomization.yaml': kustomization('resources: [../base, secret.yaml]'),
    'apps/staging/secret.yaml': secret(keys('password')),
    'apps/prod/kustomization.yaml': kustomization('resources: [../base, secret.yaml]'),
    'apps/prod/secret.yaml': secret(keys('pass')),
    'apps/base/kustomization.yaml': kustomization('resources: [pod.yaml]'),
    'apps/base/pod.yaml': pod('password'),
  }
  expect(await verdicts(files)).toEqual([
    'apps/base/pod.yaml clusters/prod absent',
    'apps/base/pod.yaml clusters/staging present',
  ])
})

test('copies that nothing tells apart: each may be the one, and none is called wrong because of another', async () => {
  const files = {
    'aws/app/secret.yaml': secret(keys('password')),
    'aws/app/pod.yaml': pod('password'),
    'gcp/app/pod.yaml': pod('password'),
    'civo/app/secret.yaml': secret(keys('pass')),
    'civo/pods/pod.yaml': pod('password'),
  }
  expect(await verdicts(files)).toEqual([
    'aws/app/pod.yaml - present',
    'civo/pods/pod.yaml - unknown unsure',
    'gcp/app/pod.yaml - unknown unsure',
  ])
})

test('a ClusterExternalSecret makes Secrets where it selects, and nowhere else', async () => {
  const files = {
    ...clusters('main'),
    'apps/main/kustomization.yaml': kustomization('resources: [secret.yaml, a.yaml, b.yaml]'),
    'apps/main/secret.yaml': `apiVersion: external-secrets.io/v1\nkind: ClusterExternalSecret\nmetadata: {name: db}\nspec:\n  namespaces: [a]\n  externalSecretSpec:\n    data: [{secretKey: pass, remoteRef: {key: a, property: p}}]\n`,
    'apps/main/a.yaml': pod('password', 'a'),
    'apps/main/b.yaml': pod('password', 'b'),
  }
  expect(await verdicts(files)).toEqual([
    'apps/main/a.yaml clusters/main absent',
    'apps/main/b.yaml clusters/main unknown no-maker',
  ])
})

test('what a patch may change is not judged', async () => {
  const files = {
    ...clusters('main'),
    'apps/main/kustomization.yaml': kustomization(
      'resources: [secret.yaml, pod.yaml]',
      'patches: [{path: absent.yaml, target: {kind: Pod}}]',
    ),
    'apps/main/secret.yaml': secret(keys('pass')),
    'apps/main/pod.yaml': pod('password'),
  }
  expect((await verdicts(files)).some((one) => one.endsWith('absent'))).toBe(false)
})

test('what kustomize writes into other fields of a workload is no reason to doubt its Secrets', async () => {
  const deployment = (secretName: string) =>
    `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: p, namespace: shop}\nspec:\n  template:\n    spec:\n      containers:\n        - name: c\n          image: registry.example.com/web:1\n          envFrom: [{configMapRef: {name: settings}}]\n          env: [{name: V, valueFrom: {secretKeyRef: {name: ${secretName}, key: password}}}]\n`
  const files = (generated: string, secretName = 'db') => ({
    ...clusters('main'),
    'apps/main/kustomization.yaml': kustomization(
      'resources: [secret.yaml, pod.yaml]',
      'images: [{name: registry.example.com/web, newTag: "2"}]',
      'commonAnnotations: {team: shop}',
      'labels: [{pairs: {app: web}, includeSelectors: true}]',
      'replicas: [{name: p, count: 2}]',
      generated,
    ),
    'apps/main/secret.yaml': secret(keys('pass')),
    'apps/main/pod.yaml': deployment(secretName),
  })
  const told = async (given: Readonly<Record<string, string>>) => {
    const { manifests, workloads } = await read(given)
    const mile = lastMile({ manifests, workloads, lookupsOf: () => ({}) })
    return mile.consumptions.filter(({ by }) => by.kind === 'Deployment').map((one) => mile.keyVerdict(one))
  }
  // The hash of a ConfigMap's name goes into `configMapRef`, and nowhere else.
  const map = 'configMapGenerator: [{name: settings, namespace: shop, literals: [a=b]}]'
  expect(await told(files(map))).toEqual([expect.objectContaining({ is: 'absent', missing: ['password'] })])
  // A Secret that is made with a hash in its name is another one than is written.
  const made = 'secretGenerator: [{name: db, namespace: shop, literals: [a=b]}]'
  const [generated] = await told(files(made))
  expect(generated?.is).toBe('unknown')
})
