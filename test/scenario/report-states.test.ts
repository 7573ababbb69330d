import { cp } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { checkedOut, type Files, history, pullRequest } from '../changes/git-history.ts'
import { clusterSecretStore } from '../cluster-secret-store.ts'
import { describeWithServer, type RunningServer, startOpenBao } from '../openbao/server.ts'
import { expectSuccess, mountKv, tokenWith } from '../openbao/stage.ts'
import { startGitHubApi } from '../report/github-api.ts'
import { CONFIG } from '../server/drift-stage.ts'
import { bundle } from './bundle.ts'
import { startGitHub } from './fake-github.ts'
import { annotationsIn, createRunner, runTerminal, type Step, shown } from './run-program.ts'

/**
 * Each state that a report can be in (reports.md §3), reached by a run of the built program, as people see it: in the terminal, in the job
 * summary, in the comment or the issue, and as annotations. `npm run render-reports` renders the Markdown of these.
 */

const STORE = clusterSecretStore({ account: 'external-secrets' })

const SETUP = `#!/bin/sh
vault policy write eso vault/policies/eso.hcl
vault write auth/kubernetes/role/eso \\
  bound_service_account_names=external-secrets \\
  bound_service_account_namespaces=external-secrets \\
  token_policies=eso token_ttl=1h
`
const POLICY = `path "kv/data/shop/*" {
  capabilities = ["read"]
}

path "kv/data/platform/*" {
  capabilities = ["read"]
}
`

function externalSecret(
  name: string,
  namespace: string,
  ...refs: readonly (readonly [key: string, property: string])[]
) {
  const items = refs.map(
    ([key, property]) =>
      `    - secretKey: ${property}\n      remoteRef:\n        key: ${key}\n        property: ${property}\n`,
  )
  return `apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata:
  name: ${name}
  namespace: ${namespace}
spec:
  secretStoreRef:
    kind: ClusterSecretStore
    name: vault
  data:
${items.join('')}`
}

const CART = 'kubernetes/apps/cart/externalsecret.yaml'
const LOKI = 'kubernetes/apps/loki/externalsecret.yaml'
/** Six references, all of them allowed. */
const FILES: Readonly<Record<string, string>> = {
  'kubernetes/stores/vault.yaml': STORE,
  [CART]: externalSecret(
    'cart',
    'cart',
    ['shop/cart', 'password'],
    ['shop/cart', 'smtp_password'],
    ['shop/stripe', 'api_key'],
    ['shop/stripe', 'webhook_secret'],
  ),
  'kubernetes/apps/grafana/externalsecret.yaml': externalSecret('grafana', 'grafana', [
    'platform/grafana',
    'admin-password',
  ]),
  [LOKI]: externalSecret('loki', 'loki', ['platform/loki', 's3_key']),
  'vault/setup.sh': SETUP,
  'vault/policies/eso.hcl': POLICY,
}
const BILLING = externalSecret('billing', 'billing', ['billing/invoices', 'token'])
/** Broken in three ways that one edit each would fix. */
const BROKEN: Files = {
  ...FILES,
  'kubernetes/apps/billing/externalsecret.yaml': BILLING,
  'kubernetes/apps/report/externalsecret.yaml': BILLING.replaceAll('billing', 'report').replace(
    'key: report/',
    'key: billing/',
  ),
  [CART]: FILES[CART]?.replace('name: vault', 'name: vualt'),
  [LOKI]: FILES[LOKI]?.replace(/ {2}data:[\s\S]*/, '  dataFrom:\n    - extract:\n      key: platform/loki\n'),
}
const wide = (count: number) =>
  Object.fromEntries(
    Array.from({ length: count }, (_, i) => [
      `kubernetes/apps/app-${i}/externalsecret.yaml`,
      externalSecret(`app-${i}`, `app-${i}`, [`app-${i}/db`, 'password']).replace(
        / {2}data:[\s\S]*/,
        `  dataFrom:\n    - extract:\n      key: app-${i}/db\n`,
      ),
    ]),
  )

const runners: Awaited<ReturnType<typeof createRunner>>[] = []
beforeAll(bundle)
afterAll(() => Promise.all(runners.map((runner) => runner.remove())))

async function checkout(files: Files): Promise<(typeof runners)[number]> {
  const runner = await createRunner('empty')
  runners.push(runner)
  history(runner.workspace, null).write(files)
  return runner
}

/** What differs from run to run: addresses, commits, digests, times, our own version. */
function stable(text: string, server?: RunningServer): string {
  const address = server?.address ?? 'http://127.0.0.1:9'
  const host = address.replace(/^https?:\/\//, '')
  return text
    .replaceAll(address, 'https://vault.example.com')
    .replaceAll(host, 'vault.example.com')
    .replaceAll(encodeURIComponent(host), 'vault.example.com')
    .replace(/\b[0-9a-f]{40}\b/g, '0123456789abcdef0123456789abcdef01234567')
    .replace(/checked commit [0-9a-f]{7}/g, 'checked commit 0123456')
    .replace(/sha256:[0-9a-f]{64}/g, `sha256:${'0'.repeat(64)}`)
    .replace(/\b20\d\d-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z| UTC)?/g, '2026-01-01 00:00 UTC')
    .replace(/expires on \d+ [A-Z][a-z]+/g, 'expires on 1 January')
    .replace(/OpenBao \d+\.\d+\.\d+/g, 'OpenBao 2.7.1')
    .replace(/eso-vault \d+\.\d+\.\d+(?:-[\w.]+)?/g, 'eso-vault 0.1.0')
    .replace(/\/v\d+\.\d+\.\d+(?:-[\w.]+)?\/docs/g, '/v0.1.0/docs')
}

/** Holds what one state looks like everywhere, and its headline. */
async function held(
  state: string,
  runner: (typeof runners)[number],
  step: Step,
  args: readonly string[] = ['check', '.'],
  env: Readonly<Record<string, string>> = {},
  server?: RunningServer,
): Promise<{ headline: string; digest: string }> {
  const github = await startGitHub()
  const issues = await startGitHubApi()
  const isDrift = step.inputs?.mode === 'drift'
  const inputs = { ...step.inputs, 'github-token': 'a-token-of-the-job', ...(isDrift ? {} : { comment: 'always' }) }
  const ran = await runner.main({
    ...step,
    inputs,
    env: { ...step.env, GITHUB_API_URL: isDrift ? issues.url : github.url },
  })
  const terminal = args.length === 0 ? undefined : await runTerminal([...args, '--no-color'], runner.workspace, env)
  await Promise.all([github.stop(), issues.stop()])
  const annotations = annotationsIn(shown(ran.stdout)).map(({ kind, title, place, message }) =>
    [`${kind} ${place}`.trim(), ...(title === '' ? [] : [unescape(title)]), message, ''].join('\n'),
  )
  const file = (name: string) => `states/${state}.${name}`
  const write = (name: string, text: string | undefined) =>
    text === undefined || text === '' ? Promise.resolve() : expect(stable(text, server)).toMatchFileSnapshot(file(name))
  await write('annotations.txt', annotations.join('\n'))
  await write('terminal.txt', terminal === undefined ? undefined : `${terminal.stdout}${terminal.stderr}`)
  await write('summary.md', ran.summary)
  await write('comment.md', github.comments[0]?.body)
  await write(
    'issue.md',
    issues.issues[0] === undefined ? undefined : `# ${issues.issues[0].title}\n\n${issues.issues[0].body}`,
  )
  const headline = /^## \S+ (.*)$/m.exec(ran.summary)?.[1] ?? ''
  return { headline: stable(headline, server), digest: ran.outputs['plan-digest'] ?? '' }
}

const PUSH = { eventName: 'push', event: {} } as const

describe('with Git alone', () => {
  test.each([
    ['clean', FILES, 'All 6 references are allowed by the policies in Git'],
    ['nothing', { 'README.md': 'hello' }, 'No references to Vault found'],
    ['problems', BROKEN, '3 problems break 7 of 8 references'],
    [
      'one-problem',
      { ...FILES, 'kubernetes/apps/billing/externalsecret.yaml': BILLING },
      'Policy `eso` does not let ESO read `kv/billing/invoices`',
    ],
    ['unchecked', { ...FILES, 'vault/setup.sh': '' }, '0 of 6 references checked: role `eso` is not in Git'],
    [
      'some-unchecked',
      {
        ...FILES,
        'kubernetes/stores/x.yaml': STORE.replace('name: vault', 'name: vault-x').replace('role: eso', 'role: eso-x'),
        [LOKI]: FILES[LOKI]?.replace('name: vault', 'name: vault-x'),
      },
      '5 of 6 references are allowed, 1 not checked: role `eso-x` is not in Git; 1 warning',
    ],
    ['twelve-problems', { ...FILES, ...wide(12) }, '13 problems break 12 of 18 references'],
    ['forty-problems', { ...FILES, ...wide(40) }, '41 problems break 40 of 46 references'],
    [
      'broken-accepted',
      {
        ...FILES,
        'kubernetes/apps/billing/externalsecret.yaml': BILLING,
        '.github/eso-vault.yml':
          'version: 1\nignore: [{ rule: policy-denies, path: kv/billing/invoices, reason: the policy comes on Monday }]\n',
      },
      '6 of 7 references are allowed, 1 broken and accepted',
    ],
  ] as const)('%s', async (state, files, expected) => {
    const { headline } = await held(state, await checkout(files), PUSH)
    expect(headline).toBe(expected)
  })

  test('problems, not failing', async () => {
    const { headline } = await held(
      'not-failing',
      await checkout(BROKEN),
      { ...PUSH, inputs: { 'fail-on': 'never' } },
      ['check', '.', '--fail-on', 'never'],
    )
    expect(headline).toBe('3 problems break 7 of 8 references (not failing)')
  })

  test('a server that is not to be had', async () => {
    const inputs = { 'vault-addr': 'http://127.0.0.1:9', 'vault-token': 'a-token-of-no-server' }
    const env = { VAULT_ADDR: 'http://127.0.0.1:9', VAULT_TOKEN: 'a-token-of-no-server' }
    const { headline } = await held('unreachable', await checkout(FILES), { ...PUSH, inputs }, ['check', '.'], env)
    expect(headline).toBe('Not finished: Vault could not be reached; 0 of 6 references checked')
  })

  test('a wrong input', async () => {
    const files = { ...FILES, '.github/eso-vault.yml': 'version: 1\npolices: {}\n' }
    const { headline } = await held('invalid', await checkout(files), PUSH)
    expect(headline).toMatch(/^Not started: .*\.github\/eso-vault\.yml:2: /)
  })
})

describe('a pull request', () => {
  async function opened(before: Files, change: Files, depth = 2) {
    const { origin, base, head } = pullRequest(before as Record<string, string>, { ...before, ...change })
    const { folder } = checkedOut(origin, 'refs/pull/7/merge', depth)
    const runner = await createRunner('empty')
    runners.push(runner)
    await cp(folder, runner.workspace, { recursive: true })
    const event = {
      action: 'synchronize',
      pull_request: { number: 7, base: { sha: base }, head: { sha: head, repo: { full_name: 'acme/gitops' } } },
    }
    return { runner, step: { event, env: { GITHUB_BASE_REF: 'main', GITHUB_HEAD_REF: 'topic' } } as Step }
  }

  test.each([
    [
      'pull-request-clean',
      FILES,
      {
        'kubernetes/apps/wishlist/externalsecret.yaml': externalSecret('wishlist', 'shop', ['shop/wishlist', 'token']),
      },
      2,
      'No new problems: the 1 changed reference is allowed',
    ],
    ['pull-request-nothing', FILES, { 'README.md': 'hello' }, 2, 'This change affects no references to Vault'],
    [
      'pull-request-one',
      BROKEN,
      { 'kubernetes/apps/billing/new.yaml': BILLING.replace('name: billing', 'name: new').replace('invoices', 'new') },
      2,
      'Policy `eso` does not let ESO read `kv/billing/new`',
    ],
    [
      'pull-request-six',
      FILES,
      { 'vault/policies/eso.hcl': 'path "kv/data/other/*" {\n  capabilities = ["read"]\n}\n' },
      2,
      '2 new problems break all 6 affected references',
    ],
    ['scope-unknown', BROKEN, { 'README.md': 'hello' }, 1, '3 problems break 7 of 8 references'],
  ] as const)('%s', async (state, before, change, depth, expected) => {
    const { runner, step } = await opened(before, change, depth)
    const { headline } = await held(state, runner, step, [])
    expect(headline).toBe(expected)
  })
})

describeWithServer('with a server', () => {
  let server: RunningServer
  beforeAll(async () => {
    server = await startOpenBao()
    await mountKv(server, 'kv', 2)
    await expectSuccess(server, 'POST', 'sys/auth/kubernetes', { type: 'kubernetes' })
    await expectSuccess(server, 'POST', 'auth/kubernetes/config', {
      ...CONFIG,
    })
    for (const [path, data] of Object.entries(SECRETS)) await expectSuccess(server, 'POST', `kv/data/${path}`, { data })
    await law()
  }, 120_000)
  afterAll(() => server?.stop())

  const SECRETS = {
    'shop/cart': { password: 'x', smtp_password: 'x' },
    'shop/stripe': { api_key: 'x', webhook_secret: 'x' },
    'platform/grafana': { 'admin-password': 'x' },
    'platform/loki': { s3_key: 'x' },
  }
  const ROLE = {
    bound_service_account_names: ['external-secrets'],
    bound_service_account_namespaces: ['external-secrets'],
    token_policies: ['eso'],
    token_ttl: 3600,
  }
  async function law(policy = POLICY, role: object = ROLE) {
    await expectSuccess(server, 'POST', 'sys/policies/acl/eso', { policy })
    await expectSuccess(server, 'POST', 'auth/kubernetes/role/eso', role)
  }
  const READER = [
    'sys/policies/acl/*',
    'sys/mounts',
    'sys/auth',
    'sys/mounts/*',
    'auth/kubernetes/*',
    'auth/kubernetes/role/*',
    'kv/metadata/*',
    'kv/subkeys/*',
    'sys/internal/ui/mounts/*',
    'sys/internal/ui/mounts',
  ]
  const reader = (hidden: string[] = []) =>
    tokenWith(
      server,
      READER.filter((path) => !hidden.includes(path))
        .map((path) => `path "${path}" { capabilities = ["read", "list"] }`)
        .join('\n'),
    )

  async function live(state: string, files: Files, mode: string, token: string, more: Record<string, string> = {}) {
    const runner = await checkout(files)
    const inputs = { mode, target: 'prod', 'vault-addr': server.address, 'vault-token': token, ...more }
    const event =
      mode === 'check' ? PUSH : { eventName: mode === 'drift' ? 'schedule' : 'workflow_dispatch', event: {} }
    const options = Object.entries(more).flatMap(([name, value]) => [`--${name}`, value])
    const args = mode === 'apply' ? [] : [mode, '.', '--target', 'prod', ...options]
    return held(
      state,
      runner,
      { ...event, env: { GITHUB_REF: 'refs/heads/main' }, inputs },
      args,
      { VAULT_ADDR: server.address, VAULT_TOKEN: token },
      server,
    )
  }

  test('all works, some is missing, some is hidden', async () => {
    expect((await live('live-clean', FILES, 'check', await reader())).headline).toBe('All 6 references work')
    await expectSuccess(server, 'DELETE', 'kv/metadata/shop/stripe')
    await expectSuccess(server, 'POST', 'kv/data/shop/cart', { data: { password: 'x' } })
    expect((await live('live-problems', FILES, 'check', await reader())).headline).toBe(
      '2 problems break 3 of 6 references',
    )
    const files = {
      ...FILES,
      'kubernetes/stores/x.yaml': STORE.replace('name: vault', 'name: vault-x').replace('role: eso', 'role: eso-x'),
      [LOKI]: FILES[LOKI]?.replace('name: vault', 'name: vault-x'),
    }
    const blind = await reader(['auth/kubernetes/role/*', 'auth/kubernetes/*'])
    expect((await live('live-unchecked', files, 'check', blind)).headline).toMatch(
      /^2 problems break 3 of 6 references; 1 reference not checked$/,
    )
    for (const [path, data] of Object.entries(SECRETS)) await expectSuccess(server, 'POST', `kv/data/${path}`, { data })
  })

  test('a plan, and what was applied', async () => {
    await expectSuccess(server, 'DELETE', 'sys/policies/acl/eso')
    await expectSuccess(server, 'DELETE', 'auth/kubernetes/role/eso')
    const all = 'path "*" { capabilities = ["create", "read", "update", "list", "sudo"] }'
    const writer = await tokenWith(server, all)
    const planned = await live('plan', FILES, 'plan', writer)
    expect(planned.headline).toBe('Plan: 2 changes to Vault, nothing deleted')
    const applied = await live('apply', FILES, 'apply', writer, { 'plan-digest': planned.digest })
    expect(applied.headline).toBe('Applied: 2 changes, 6 of 6 references allowed')
    await law()
  })

  test('drift', async () => {
    await law(POLICY.replace(/path "kv\/data\/platform[\s\S]*/, ''), { ...ROLE, token_ttl: 86_400 })
    expect((await live('drift', FILES, 'drift', await reader())).headline).toBe(
      'Vault differs from Git: 2 of 6 references are broken',
    )
    await law()
    expect((await live('drift-clean', FILES, 'drift', await reader())).headline).toMatch(/^All 6 references work/)
  })

  test('sealed', async () => {
    await server.request('PUT', 'sys/seal')
    try {
      expect((await live('sealed', FILES, 'check', 'a-token')).headline).toBe(
        'Not finished: Vault is sealed; 0 of 6 references checked',
      )
    } finally {
      await server.request('PUT', 'sys/unseal', { key: server.unsealKey })
    }
  })
})
