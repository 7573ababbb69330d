import { describe, expect, test } from 'vitest'
import type { RotateDocument } from '../../../src/report/answer.ts'
import { tree } from '../../gitops/tree.ts'
import { ask } from './ask.ts'

const STORE = `apiVersion: external-secrets.io/v1
kind: ClusterSecretStore
metadata: {name: vault}
spec:
  provider: {vault: {server: "https://vault.example.com", path: kv, version: v2, auth: {kubernetes: {mountPath: kubernetes, role: eso, serviceAccountRef: {name: eso, namespace: eso}}}}}
`
const secret = (name: string, keys: readonly string[], spec = '') => `---
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: ${name}, namespace: shop}
spec:
${spec}  secretStoreRef: {name: vault, kind: ClusterSecretStore}
  data:
${keys.map((key) => `    - {secretKey: ${key}, remoteRef: {key: shop/db, property: ${key}}}`).join('\n')}
`
const workload = (kind: string, name: string, pod: string, annotations = '{}') => `---
apiVersion: apps/v1
kind: ${kind}
metadata: {name: ${name}, namespace: shop, annotations: ${annotations}}
spec:
  template:
    spec:
${pod}`
const env = (key: string) => `      containers:
        - name: main
          env:
            - {name: VALUE, valueFrom: {secretKeyRef: {name: db, key: ${key}}}}
`
const FILES = {
  'store.yaml': STORE,
  'db.yaml': secret('db', ['user', 'password']) + secret('once', ['password'], '  refreshInterval: "0"\n'),
  'apps.yaml': [
    workload('Deployment', 'api', env('password')),
    workload('Deployment', 'watched', env('password'), '{reloader.stakater.com/auto: "true"}'),
    workload('Deployment', 'listed', env('password'), '{secret.reloader.stakater.com/reload: "other, db"}'),
    workload('Deployment', 'searched', env('password'), '{reloader.stakater.com/search: "true"}'),
    workload('StatefulSet', 'files', '      volumes: [{name: v, secret: {secretName: db}}]\n'),
    workload(
      'DaemonSet',
      'sub',
      '      containers: [{name: c, volumeMounts: [{name: v, mountPath: /p, subPath: password}]}]\n      volumes: [{name: v, secret: {secretName: db}}]\n',
    ),
    workload('Deployment', 'user-only', env('user')),
    `---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: chart, namespace: shop}
spec:
  valuesFrom: [{kind: Secret, name: db, valuesKey: password}]
  values: {envFrom: [{secretRef: {name: db}}]}
`,
  ].join(''),
}

describe('rotate PATH', () => {
  test('says of every user what it takes until it has the new value', async () => {
    const { text, exitCode } = await ask({
      command: 'rotate',
      cwd: tree(FILES),
      subject: '/kv/shop/db',
      format: 'json',
    })
    expect(exitCode).toBe(0)
    const { secrets } = JSON.parse(text) as RotateDocument
    expect(
      secrets.map(({ secret: name, refresh, users }) => [
        name,
        refresh,
        users.map((one) => `${one.name} ${one.use} ${one.restart}`),
      ]),
    ).toEqual([
      [
        'db',
        '1h',
        expect.arrayContaining([
          'api env restart',
          'watched env reloader',
          'listed env reloader',
          'searched env restart',
          'files volume files',
          'sub sub-path restart',
          'user-only env restart',
          'chart values-from release',
          'chart env-from restart',
        ]),
      ],
      ['once', 'interval', []],
    ])
  })

  test('prints the commands that do it', async () => {
    const { text } = await ask({ command: 'rotate', cwd: tree(FILES), subject: 'kv/shop/db' })
    expect(text).toContain('  kubectl rollout restart deployment api --namespace shop\n')
    expect(text).toContain('  kubectl rollout restart daemonset sub --namespace shop\n')
    expect(text).toContain('  # the Pods of HelmRelease shop/chart\n')
    expect(text).toContain('  kubectl delete secret once --namespace shop\n')
    expect(text).toContain(
      '  kubectl annotate externalsecret db --namespace shop force-sync="$(date +%s)" --overwrite\n',
    )
    expect(text).not.toContain('rollout restart deployment watched')
    expect(text).not.toContain('rollout restart statefulset files')
  })

  test('a path that nothing reads is an input error, with what is near', async () => {
    const { exitCode, text } = await ask({ command: 'rotate', cwd: tree(FILES), subject: 'kv/shop/bd' })
    expect(exitCode).toBe(2)
    expect(text).toContain('kv/shop/db')
  })
})

describe('references and explain go on to the workloads', () => {
  test('by the key that a reference fills', async () => {
    const { text } = await ask({ command: 'references', cwd: tree(FILES), format: 'json' })
    const [path] = JSON.parse(text).paths
    const users = path.readers.map((one: { property: string; workloads: { manifest: string }[] }) => [
      one.property,
      one.workloads.map(({ manifest }) => manifest),
    ])
    expect(users[0]).toEqual([
      'user',
      // Those that take the whole Secret have it too.
      ['DaemonSet shop/sub', 'Deployment shop/user-only', 'HelmRelease shop/chart', 'StatefulSet shop/files'],
    ])
  })

  test('explain names the Secret, its keys and its users', async () => {
    const { text } = await ask({ command: 'explain', cwd: tree(FILES), subject: 'ExternalSecret/shop/db' })
    expect(text).toContain('makes Secret shop/db')
    expect(text).toContain('keys: password, user')
    expect(text).toMatch(
      /used by Deployment shop\/api {2}variable VALUE of container main, key password {2}apps\.yaml:\d+/,
    )
  })
})
