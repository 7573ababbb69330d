import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { run } from '../../src/modes/run.ts'
import { reasonText } from '../../src/report/reasons/not-checked.ts'
import type { Report } from '../../src/report/report.ts'
import { ask, settingsFor } from '../modes/questions/ask.ts'
import { describeWithServer, type RunningServer, startOpenBao } from '../openbao/server.ts'
import { expectSuccess, mountKv, tokenWith } from '../openbao/stage.ts'

/** A property, a whole secret, a find in a folder, KV v1, a push and an AppRole store: every kind of thing that a check looks at. */
const MANIFESTS = `
apiVersion: external-secrets.io/v1
kind: ClusterSecretStore
metadata: { name: vault }
spec: { provider: { vault: { server: "https://vault.test", path: kv, version: v2, auth: { kubernetes: { mountPath: kubernetes, role: eso, serviceAccountRef: { name: eso, namespace: eso } } } } } }
---
apiVersion: external-secrets.io/v1
kind: ClusterSecretStore
metadata: { name: old }
spec: { provider: { vault: { server: "https://vault.test", path: old, version: v1, auth: { kubernetes: { mountPath: kubernetes, role: eso, serviceAccountRef: { name: eso, namespace: eso } } } } } }
---
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: { name: app, namespace: app }
spec:
  secretStoreRef: { kind: ClusterSecretStore, name: vault }
  data:
    - { secretKey: a, remoteRef: { key: app/one, property: a } }
    - { secretKey: old, remoteRef: { key: app/three, property: a, version: "1" } }
  dataFrom:
    - extract: { key: app/two }
    - find: { path: many, name: { regexp: ".*" } }
---
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: { name: old, namespace: app }
spec:
  secretStoreRef: { kind: ClusterSecretStore, name: old }
  dataFrom: [{ extract: { key: team/app } }]
---
apiVersion: external-secrets.io/v1alpha1
kind: PushSecret
metadata: { name: push, namespace: app }
spec:
  secretStoreRefs: [{ kind: ClusterSecretStore, name: vault }]
  selector: { secret: { name: generated } }
  data: [{ match: { secretKey: b, remoteRef: { remoteKey: app/pushed, property: b } } }]
`
const POLICY = ['data', 'metadata']
  .map((side) => `path "kv/${side}/*" { capabilities = ["create", "read", "update", "list"] }`)
  .join('\n')

describeWithServer('the policy that ci-policy prints', () => {
  let server: RunningServer
  const folder = mkdtempSync(join(tmpdir(), 'eso-vault-ci-'))
  let printed = ''
  /** Each rule of the printed policy, without its comments. */
  let rules: string[] = []

  beforeAll(async () => {
    const file = join(folder, 'manifests/all.yaml')
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, MANIFESTS)
    server = await startOpenBao()
    await mountKv(server, 'kv', 2)
    await mountKv(server, 'old', 1)
    await expectSuccess(server, 'POST', 'sys/auth/kubernetes', { type: 'kubernetes' })
    await expectSuccess(server, 'POST', 'sys/policies/acl/eso', {
      policy: `${POLICY}\npath "old/*" { capabilities = ["read"] }`,
    })
    await expectSuccess(server, 'POST', 'auth/kubernetes/role/eso', {
      bound_service_account_names: ['eso'],
      bound_service_account_namespaces: ['eso'],
      token_policies: ['eso'],
    })
    for (const key of ['app/one', 'app/two', 'app/three', 'many/x', 'many/deeper/y'])
      await expectSuccess(server, 'POST', `kv/data/${key}`, { data: { a: 'A' } })
    await expectSuccess(server, 'POST', 'old/team/app', { a: 'A' })
    printed = (await ask({ command: 'ci-policy', cwd: folder })).text
    rules = printed.split('\n').filter((line) => line.startsWith('path '))
  }, 60_000)
  afterAll(async () => {
    await server?.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  /** The live check with a token that has these rules and no default policy. */
  async function checkWith(policy: string) {
    const token = await tokenWith(server, policy, { no_default_policy: true })
    const env = { VAULT_ADDR: server.address, VAULT_TOKEN: token }
    const settings = settingsFor({ command: 'check', cwd: folder, env })
    const deps = { cwd: folder, env, now: () => new Date(), mask: () => undefined, warn: () => undefined }
    return (await run(settings, deps)).report
  }

  const said = (report: Report) =>
    [...report.incomplete, ...report.notChecked.map(({ reason }) => reasonText(reason))].join('\n')

  it('lets the live check see everything', async () => {
    const report = await checkWith(printed)
    expect(report.findings.map(({ rule, message }) => `${rule}: ${message}`)).toEqual([])
    expect(report.incomplete).toEqual([])
    // What KV v1 keeps to itself without values is no right that a policy could grant.
    expect(report.notChecked.map(({ reason }) => reason)).toEqual([])
    expect(report.outcome).toBe('clean')
  })

  it('without any one of its rules, the check names exactly what it misses', async () => {
    expect(rules.length).toBeGreaterThan(8)
    for (const rule of rules) {
      const path = /^path "([^"]+)"/.exec(rule)?.[1] ?? ''
      // The token's own affairs (what it is, its end, its rights in bulk) are no part of what is seen in Vault.
      if (path.startsWith('auth/token/') || path === 'sys/capabilities-self') continue
      const report = await checkWith(rules.filter((other) => other !== rule).join('\n'))
      const capability = /capabilities = \["(\w+)"/.exec(rule)?.[1] ?? ''
      const lacks = [...report.incomplete.join('\n').matchAll(/(\w+) on `([^`]+)`/g)].map(([, right, at = '']) => [
        right,
        at,
      ])
      // Who has no right below a mount does not see it; that a listing of mounts would show it is another way to mend the same.
      const listings = ['sys/mounts', 'sys/auth']
      const named = lacks.filter(([, at]) => !listings.includes(at ?? '') || listings.includes(path))
      const covers = (at: string) =>
        path.endsWith('*')
          ? at.startsWith(path.slice(0, -1).replace(/\/$/, ''))
          : at.replace(/\/$/, '') === path.replace(/\/$/, '')
      expect(
        named.map(([right, at = '']) => [right, covers(at) ? path : at]),
        `without ${rule}: ${said(report)}`,
      ).toEqual([[capability, path]])
      expect(report.outcome, `without ${rule}`).toBe('incomplete')
    }
  }, 60_000)
})
