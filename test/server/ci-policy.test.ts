import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type CiPolicyDocument, type CiRule, ciPolicyCommand } from '../../src/commands/ci-policy.ts'
import { ciPolicyText } from '../../src/commands/ci-policy-text.ts'
import { runCommand } from '../../src/commands/run-command.ts'
import { check } from '../../src/modes/check.ts'
import { gather } from '../../src/modes/gather.ts'
import { withVault } from '../../src/modes/with-vault.ts'
import { readConfig } from '../../src/settings/config-file.ts'
import { readEnvironment } from '../../src/settings/environment.ts'
import { resolveSettings } from '../../src/settings/resolve-settings.ts'
import type { Settings } from '../../src/settings/settings.ts'
import { describeWithServer, type RunningServer, startOpenBao } from '../openbao/server.ts'
import { expectSuccess, mountKv } from '../openbao/stage.ts'
import { type Checkout, checkout } from './setup-stage.ts'

const VALUE = 'a-value-that-nobody-may-see'

/** Beside the example: a search, a pinned version, KV version 1, metadata, AppRole, a Vault namespace. */
const MORE = `
apiVersion: external-secrets.io/v1
kind: ClusterSecretStore
metadata: { name: old }
spec:
  provider:
    vault:
      server: https://vault.example.com
      path: old
      version: v1
      auth: { kubernetes: { mountPath: kubernetes, role: External-Secrets, serviceAccountRef: { name: eso, namespace: eso } } }
---
apiVersion: external-secrets.io/v1
kind: ClusterSecretStore
metadata: { name: by-approle }
spec:
  provider:
    vault:
      server: https://vault.example.com
      path: kv
      auth: { appRole: { path: machines, roleId: an-id, secretRef: { name: s, key: k, namespace: eso } } }
---
apiVersion: external-secrets.io/v1
kind: ClusterSecretStore
metadata: { name: unused }
spec:
  provider:
    vault:
      server: https://vault.example.com
      path: nobody
      auth: { kubernetes: { mountPath: kubernetes, role: undeclared, serviceAccountRef: { name: eso, namespace: eso } } }
---
apiVersion: external-secrets.io/v1
kind: ClusterSecretStore
metadata: { name: inside }
spec:
  provider:
    vault:
      server: https://vault.example.com
      namespace: team
      path: kv
      auth: { tokenSecretRef: { name: t, key: k, namespace: eso } }
---
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: { name: search, namespace: apps }
spec:
  secretStoreRef: { kind: ClusterSecretStore, name: vault }
  dataFrom:
    - find: { path: searched/here, name: { regexp: . } }
  data:
    - { secretKey: a, remoteRef: { key: pinned, property: user, version: '1' } }
    - { secretKey: b, remoteRef: { key: whole } }
    - { secretKey: c, remoteRef: { key: marked, metadataPolicy: Fetch } }
    - { secretKey: d, remoteRef: { key: searched/here/one, property: user } }
---
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: { name: old, namespace: apps }
spec:
  secretStoreRef: { kind: ClusterSecretStore, name: old }
  data:
    - { secretKey: a, remoteRef: { key: top } }
    - { secretKey: b, remoteRef: { key: folder/deep/below } }
---
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: { name: by-approle, namespace: apps }
spec:
  secretStoreRef: { kind: ClusterSecretStore, name: by-approle }
  data:
    - { secretKey: a, remoteRef: { key: machine, property: user } }
---
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: { name: inside, namespace: apps }
spec:
  secretStoreRef: { kind: ClusterSecretStore, name: inside }
  data:
    - { secretKey: a, remoteRef: { key: theirs, property: user } }
`

const APPS = 'webgrip/prod/clusters/soyo/apps'

describeWithServer('ci-policy: its policy shows the live check everything, and every line of it is needed', () => {
  let server: RunningServer
  let repository: Checkout
  let document: CiPolicyDocument

  beforeAll(async () => {
    server = await startOpenBao({ audit: true })
    repository = await checkout('soyo/as-fixed')
    const file = join(repository.folder, 'kubernetes/more.yaml')
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, MORE)
    const ok = (method: string, path: string, body?: object) => expectSuccess(server, method, path, body)
    await mountKv(server, 'kv', 2)
    await mountKv(server, 'old', 1)
    await mountKv(server, 'nobody', 2)
    await ok('POST', 'sys/auth/kubernetes', { type: 'kubernetes' })
    await ok('POST', 'sys/auth/machines', { type: 'approle' })
    const role = {
      bound_service_account_names: 'external-secrets',
      bound_service_account_namespaces: 'external-secrets',
    }
    await ok('POST', 'auth/kubernetes/config', { kubernetes_host: 'https://127.0.0.1:1' })
    await ok('POST', 'auth/kubernetes/role/external-secrets', { ...role, token_policies: 'external-secrets' })
    await ok('POST', 'auth/kubernetes/role/undeclared', { ...role, token_policies: 'other' })
    for (const policy of ['external-secrets', 'other']) {
      await ok('POST', `sys/policies/acl/${policy}`, { policy: 'path "kv/data/*" { capabilities = ["read"] }' })
    }
    const data = { data: { user: VALUE, username: VALUE, password: VALUE } }
    const keys = ['pinned', 'whole', 'marked', 'machine', 'searched/here/one', 'searched/here/deep/er/two']
    for (const key of [...keys, `${APPS}/backstage/app`, `${APPS}/backstage/db`, `${APPS}/example/app`]) {
      await ok('POST', `kv/data/${key}`, data)
    }
    await ok('POST', 'old/top', { user: VALUE })
    await ok('POST', 'old/folder/deep/below', { user: VALUE })
    await ok('POST', 'sys/namespaces/team')
    await mountKv(server, 'team/kv', 2).catch(() => ok('POST', 'team/sys/mounts/kv', { type: 'kv-v2' }))
    await ok('POST', 'team/kv/data/theirs', data)
    document = await policyOfRepository()
  })
  afterAll(async () => {
    await server?.stop()
    await repository?.remove()
  })

  function settings(command: Settings['command'], token: string | undefined): Settings {
    return resolveSettings({
      given: {
        from: 'terminal',
        command,
        subject: undefined,
        values: token === undefined ? {} : { 'vault-addr': server.address, 'vault-token': token },
        format: undefined,
        color: false,
      },
      config: readConfig('eso-vault.yml', 'version: 1\n', { rules: [] }),
      environment: readEnvironment({}),
      folder: 'soyo',
    })
  }

  async function policyOfRepository(): Promise<CiPolicyDocument> {
    const gathered = await gather(settings('ci-policy', undefined), { cwd: repository.folder, live: undefined })
    return ciPolicyCommand(gathered, { form: 'exact', allowValueRead: false })
  }

  /** A live check by a token that has this policy and nothing else: not even `default`. */
  async function checkWith(policy: string) {
    const name = `ci-${Math.random().toString(36).slice(2)}`
    await expectSuccess(server, 'POST', `sys/policies/acl/${name}`, { policy })
    const made = await expectSuccess(server, 'POST', 'auth/token/create', {
      policies: [name],
      no_default_policy: true,
      ttl: '1h',
    })
    const token = made.body.auth.client_token as string
    const given = settings('check', token)
    const deps = { cwd: repository.folder, env: {}, mask: () => undefined, warn: () => undefined }
    return withVault(given, deps, async ({ live, incomplete }) => {
      const { report, gathered } = await check(given, { cwd: repository.folder, today: '2026-01-01', live, incomplete })
      const states = [...gathered.live]
      return {
        token,
        report,
        missing: states.flatMap(([namespace, state]) =>
          state.missingRights.map(({ path, capability }) =>
            [capability, namespace === '' ? path : `${namespace}/${path}`].join(' '),
          ),
        ),
        warnings: [...new Set(states.flatMap(([, state]) => state.warnings))],
        gathered,
      }
    })
  }

  test('nothing is hidden, no value is read, and the rest of the report is complete', async () => {
    const before = (await server.auditLog()).length
    const { report, missing, warnings, gathered } = await checkWith(ciPolicyText(document))
    expect(missing).toEqual([])
    expect(warnings).toEqual([])
    expect(report.incomplete).toEqual([])
    expect(report.notChecked.filter(({ reason }) => /grant|hidden|403|not visible/i.test(reason))).toEqual([])
    expect(gathered.chain.links.map((link) => link.secret?.presence).filter((one) => one !== undefined)).toEqual(
      gathered.chain.links.filter((link) => link.secret !== undefined).map(() => 'present'),
    )
    const asked = (await server.auditLog()).slice(before).map(({ request }) => request.path)
    expect(asked.filter((path) => /(^|\/)data\/|^old\/.*[^/]$/.test(path))).toEqual([])
  })

  /** What the check says when a rule is left out: the right by name, or a warning that names it. */
  test('without any one line of it, the check names exactly what it misses', async () => {
    const needed = document.rules.filter((rule) => rule.needed)
    expect(needed.length).toBeGreaterThan(15)
    const wrong: unknown[] = []
    for (const rule of needed) {
      const rules = document.rules.filter((one) => one !== rule)
      const { missing, warnings, token } = await checkWith(ciPolicyText({ ...document, rules }))
      const named = [...missing, ...warnings].sort()
      const expected = [...expectedWithout(rule, named)].sort()
      if (JSON.stringify(named) !== JSON.stringify(expected)) wrong.push({ without: rule.path, named, expected })
      if (rule.path === 'auth/token/revoke-self') {
        const refused = await server.request('POST', 'auth/token/revoke-self', {}, token)
        expect(refused.status).toBe(403)
      }
    }
    expect(wrong).toEqual([])
  })

  function expectedWithout({ path, capabilities }: CiRule, named: readonly string[]): readonly string[] {
    const warning = named.filter((one) => one.includes(`${capabilities[0]} on ${path.replace(/^team\//, '')}`))
    switch (path) {
      // Hides nothing that was asked for: a warning says it.
      case 'auth/token/lookup-self':
      case 'sys/capabilities-self':
      case 'team/sys/capabilities-self':
        return warning.length > 0 ? warning : ['a warning that names it']
      // Only a login of our own is ended, and this run was given its token.
      case 'auth/token/revoke-self':
        return []
      // One rule for two names.
      case 'sys/policies/acl/*':
        return ['read sys/policies/acl/external-secrets', 'read sys/policies/acl/other']
      // The folder where the search begins; those below it are only known when it is listed.
      case 'kv/metadata/searched/here/*':
        return ['list kv/metadata/searched/here/']
      default:
        return capabilities.map((capability) => `${capability} ${path}`)
    }
  }

  test('the command prints it, and a run that cannot reach the server prints it too and says so', async () => {
    const warned: string[] = []
    const deps = {
      cwd: repository.folder,
      env: {},
      now: () => new Date(),
      mask: () => undefined,
      warn: (sentence: string) => void warned.push(sentence),
    }
    const offline = await runCommand(settings('ci-policy', undefined), deps, { color: false })
    expect(offline).toEqual({ text: ciPolicyText(document), exitCode: 0 })
    const online = await runCommand(settings('ci-policy', server.rootToken), deps, { color: false })
    // The server tells which policies the undeclared role has: no need to read them all.
    expect(online.text).toContain('path "sys/policies/acl/other"')
    expect(online.text).not.toContain('sys/policies/acl/*')
    const unreachable = settings('ci-policy', 'some-token')
    const vault = unreachable.vault && { ...unreachable.vault, address: 'http://127.0.0.1:1' }
    const failed = await runCommand({ ...unreachable, vault }, deps, { color: false })
    expect(failed).toEqual({ text: ciPolicyText(document), exitCode: 3 })
    expect(warned.at(-1)).toMatch(/127\.0\.0\.1/)
  })
})
