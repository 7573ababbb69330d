import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { clusterSecretStore } from '../cluster-secret-store.ts'
import { snapshot } from '../state/snapshot/sample.ts'
import { bundle } from './bundle.ts'
import { startForgejo } from './fake-forgejo.ts'
import { annotationsIn, createRunner } from './run-program.ts'

const FILES = {
  'apps/kustomization.yaml': 'resources: [store.yaml, cart.yaml]\n',
  'apps/store.yaml': clusterSecretStore(),
  'apps/cart.yaml': `apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: { name: cart, namespace: shop }
spec:
  secretStoreRef: { kind: ClusterSecretStore, name: vault }
  data: [{ secretKey: password, remoteRef: { key: shop/cart, property: password } }]
`,
  'vault/eso.hcl': 'path "kv/data/shop/*" { capabilities = ["read"] }\n',
  'vault/setup.sh': `vault policy write eso vault/eso.hcl
vault write auth/kubernetes/role/eso bound_service_account_names=eso bound_service_account_namespaces=eso token_policies=eso
`,
}

/** What the server showed a moment ago: as Git says, but for the policy. */
const shown = (policy: string) =>
  JSON.stringify(
    snapshot({
      made: `${new Date().toISOString().slice(0, 19)}Z`,
      target: 'acme/gitops',
      policies: { '': { complete: true, of: { eso: { text: policy } } } },
      secrets: {
        '': {
          kv: { shop: { complete: true, folders: [], secrets: { cart: { keys: { password: null }, version: 1 } } } },
        },
      },
    }),
  )

describe.each([
  ['Forgejo', 'FORGEJO_ACTIONS', 'forgejo-actions'],
  ['Gitea', 'GITEA_ACTIONS', 'gitea-actions'],
])('the built program on %s', (name, variable, bot) => {
  let forge: Awaited<ReturnType<typeof startForgejo>>
  let runner: Awaited<ReturnType<typeof createRunner>>
  beforeAll(bundle)
  beforeEach(async () => {
    forge = await startForgejo(bot)
    runner = await createRunner('empty')
    await write(FILES)
  })
  afterEach(async () => {
    await forge.stop()
    await runner.remove()
  })
  afterAll(() => runner?.remove())

  const write = async (files: Readonly<Record<string, string>>) => {
    for (const [file, text] of Object.entries(files)) {
      await mkdir(dirname(join(runner.workspace, file)), { recursive: true })
      await writeFile(join(runner.workspace, file), text)
    }
  }
  const run = (inputs: Readonly<Record<string, string>>, eventName = 'pull_request') =>
    runner.main({
      inputs: { 'github-token': 'a-token-of-the-job', ...inputs },
      env: {
        [variable]: 'true',
        GITHUB_API_URL: forge.url,
        GITHUB_SERVER_URL: 'https://forge.example.com',
        GITHUB_RUN_NUMBER: '12',
      },
      eventName,
      ...(eventName === 'schedule' ? { event: {} } : {}),
    })
  const drift = async (policy: string) => {
    await write({ 'vault-snapshot.json': shown(policy) })
    return run({ mode: 'drift', 'vault-snapshot': 'vault-snapshot.json' }, 'schedule')
  }

  test('keeps one comment, found without asking who it is, with links that this forge has', async () => {
    forge.comments.push({ id: 1, issue: 7, body: '<!-- eso-vault check acme%2Fgitops -->', user: { login: 'mallory' } })
    await run({ comment: 'always' })
    expect(forge.comments.slice(1).map(({ body }) => body)).toEqual([
      expect.stringContaining('## ✅ The 1 reference is allowed'),
    ])
    await write({ 'vault/eso.hcl': 'path "kv/data/other/*" { capabilities = ["read"] }\n' })
    expect((await run({ comment: 'on-failure' })).exitCode).toBe(1)
    expect(forge.comments).toHaveLength(2)
    const body = forge.comments[1]?.body ?? ''
    expect(body).toContain('## ❌ Policy `eso` does not let ESO read `kv/shop/cart`')
    expect(body).toContain('https://forge.example.com/acme/gitops/src/commit/0123456789abcdef0123456789abcdef01234567/')
    expect(body).toContain('https://forge.example.com/acme/gitops/actions/runs/12')
    expect(body).not.toContain('/blob/')
    expect(forge.requests.filter((request) => /graphql|\/user$/.test(request) && !request.endsWith('/user'))).toEqual(
      [],
    )
  })

  test('opens, closes and reopens one issue, with the id of its label', async () => {
    expect(await drift('path "kv/data/shop/cart" { capabilities = ["read", "list"] }')).toMatchObject({
      exitCode: 1,
      outputs: { 'issue-number': '1' },
    })
    expect(forge.labels).toHaveLength(1)
    expect(forge.issues).toMatchObject([{ number: 1, state: 'open', labels: forge.labels }])
    expect(forge.issues[0]?.title).toContain('Vault differs from Git')
    const clean = await drift(FILES['vault/eso.hcl'])
    expect(clean.exitCode, clean.stdout).toBe(0)
    expect([forge.issues[0]?.state, forge.comments.length]).toEqual(['closed', 1])
    expect((await drift('path "kv/data/shop/*" { capabilities = ["read", "delete"] }')).exitCode).toBe(1)
    expect([forge.issues.length, forge.issues[0]?.state, forge.labels.length]).toEqual([1, 'open', 1])
  })

  test('a token that may not write is told in the words of this forge', async () => {
    forge.refuseWrites()
    const { exitCode, stdout } = await run({ comment: 'always' })
    expect(exitCode).toBe(0)
    expect(annotationsIn(stdout).map(({ message }) => message)).toEqual([
      expect.stringContaining(`The pull-request comment was not written: ${name} answered 403. Give \`github-token\``),
    ])
  })
})
