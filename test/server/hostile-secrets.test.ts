import { afterAll, beforeAll, expect, test } from 'vitest'
import { reasonText } from '../../src/report/reasons/not-checked.ts'
import { cpuTime } from '../cpu-time.ts'
import { tree } from '../gitops/tree.ts'
import { describeWithServer, type RunningServer, startOpenBao } from '../openbao/server.ts'
import { expectSuccess, mountKv, tokenWith } from '../openbao/stage.ts'
import { askAbout } from './drift-stage.ts'

const STORE = `apiVersion: external-secrets.io/v1
kind: ClusterSecretStore
metadata: { name: vault }
spec: { provider: { vault: { server: "https://vault.example.com", path: kv, version: v2, auth: { kubernetes: { mountPath: kubernetes, role: eso, serviceAccountRef: { name: e, namespace: e } } } } } }
`
const reads = (key: string, property: string) => `---
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: { name: ${key}, namespace: b }
spec:
  secretStoreRef: { name: vault, kind: ClusterSecretStore }
  data: [{ secretKey: a, remoteRef: { key: ${key}, property: ${JSON.stringify(property)} } }]
`

/** Keys, too, are written by strangers: whoever may write a secret decides what a check of it has to go through. */
describeWithServer('secrets that are made to take long', () => {
  let server: RunningServer
  let token: string
  beforeAll(async () => {
    server = await startOpenBao()
    await mountKv(server, 'kv', 2)
    // The rest of the chain holds, so that only the property is left.
    await expectSuccess(server, 'POST', 'sys/auth/kubernetes', { type: 'kubernetes' })
    await expectSuccess(server, 'POST', 'sys/policies/acl/eso', {
      policy: 'path "kv/data/*" { capabilities = ["read"] }',
    })
    await expectSuccess(server, 'POST', 'auth/kubernetes/role/eso', {
      bound_service_account_names: ['e'],
      bound_service_account_namespaces: ['e'],
      token_policies: ['eso'],
    })
    const deep = (levels: number) => JSON.parse(`${'{"a":'.repeat(levels)}"x"${'}'.repeat(levels)}`)
    const put = (key: string, data: unknown) => expectSuccess(server, 'POST', `kv/data/${key}`, { data })
    await put('stars', { ['a'.repeat(60)]: 'x' })
    await put('deep', deep(400))
    // OpenBao takes no more in one secret.
    await put('wide', Object.fromEntries(Array.from({ length: 400 }, (_, index) => [`key-${index}`, 'x'])))
    await put('healthy', { user: 'x' })
    token = await tokenWith(server, 'path "*" { capabilities = ["read", "list"] }')
  })
  afterAll(() => server?.stop())

  test.each([
    ['stars', `${'*a'.repeat(12)}*b`, /^property-absent$/],
    ['stars', `${'*a'.repeat(5_000)}*b`, /^property-absent$/],
    ['deep', `${'a.'.repeat(400)}b`, /depends on a value, which is not read/],
    ['deep', `${'*.'.repeat(400)}b`, /depends on a value, which is not read/],
    ['wide', 'key-*1*1*1*1*1*b', /^property-absent$/],
  ])('%s, read with %.20s', async (key, property, said) => {
    const spent = cpuTime()
    const { findings, notChecked, outcome } = await askAbout({
      mode: 'check',
      cwd: tree({ 'st.yaml': STORE, 'a.yaml': reads(key, property), 'healthy.yaml': reads('healthy', 'nope') }),
      address: server.address,
      token,
    })
    expect(spent()).toBeLessThan(5_000)
    expect(outcome).toBe('findings')
    const about = (file: string) => [
      ...findings.filter(({ span }) => span.file === file).map(({ rule }) => rule),
      ...notChecked.filter((one) => one.file === file).map(({ reason }) => reasonText(reason)),
    ]
    expect(about('healthy.yaml')).toContain('property-absent')
    expect(about('a.yaml').join('\n')).toMatch(said)
  })
})
