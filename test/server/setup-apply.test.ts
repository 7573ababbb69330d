import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ApiServer, startApiServer } from '../kubernetes/token-review.ts'
import { describeWithServer, type RunningServer, startOpenBao } from '../openbao/server.ts'
import { tokenWith } from '../openbao/stage.ts'
import {
  APPLY_RIGHTS,
  APPS,
  actionsOf,
  type Checkout,
  checkout,
  everyStep,
  NEEDED,
  PLAN_POLICY,
  planOf,
  policyOf,
  runSetup,
  SOYO_STEPS,
  stateOf,
} from './setup-stage.ts'

const ESO = { namespace: 'external-secrets', name: 'external-secrets' }
/** Neighbours, parents, children and other routes of the mount. */
const NOT_NEEDED = [
  'kv/',
  'kv/config',
  'kv/data/',
  'kv/metadata/',
  `kv/data/${APPS}`,
  `kv/data/${APPS}/backstage`,
  `kv/data/${APPS}/backstage/`,
  `kv/data/${APPS}/backstage/app/deeper`,
  `kv/data/${APPS}/backstage/application`,
  `kv/data/${APPS}/backstage/dbx`,
  `kv/data/webgrip/staging/clusters/soyo/apps/backstage/app`,
  `kv/metadata/${APPS}/backstage/app`,
  `kv/metadata/${APPS}/backstage/`,
  `kv/metadata/${APPS}/example/app`,
  `kv/delete/${APPS}/backstage/db`,
  `kv/destroy/${APPS}/backstage/db`,
  `kv/undelete/${APPS}/backstage/db`,
  `kv/subkeys/${APPS}/backstage/app`,
  'kv/data/anything/else',
  'sys/mounts',
  'sys/policies/acl/external-secrets',
  'auth/kubernetes/role/external-secrets',
]

describeWithServer('from an empty server to a login that can do what the manifests need', () => {
  let server: RunningServer
  let cluster: ApiServer
  let repository: Checkout
  let config: string
  let planToken: string
  let applyToken: string

  beforeAll(async () => {
    server = await startOpenBao({ audit: true })
    cluster = await startApiServer()
    // The reviewer is the client itself: its own ServiceAccount may create TokenReviews (vault.md §7.3).
    cluster.delegate(ESO)
    repository = await checkout('soyo/as-fixed', { 'ca.pem': cluster.ca })
    await writeFile(join(repository.folder, 'eso.jwt'), cluster.token(ESO))
    config = `setup: { kubernetes: { host: "${cluster.host}", reviewer: client, ca: ca.pem } }`
    planToken = await tokenWith(server, PLAN_POLICY)
    applyToken = await tokenWith(server, policyOf(APPLY_RIGHTS))
  })
  afterAll(async () => {
    await server?.stop()
    await cluster?.stop()
    await repository?.remove()
  })

  const plan = (token = planToken) => runSetup(server, { mode: 'plan', token, cwd: repository.folder, config })
  const apply = (digest: string, inputs = {}, token = applyToken) =>
    runSetup(server, {
      mode: 'apply',
      token,
      cwd: repository.folder,
      config,
      inputs: { 'plan-digest': digest, ...inputs },
    })

  describe('in order', () => {
    let digest = ''

    test('the plan names the five parts, with a token that may only read, and nothing is written', async () => {
      const before = await stateOf(server)
      const from = (await server.auditLog()).length
      const result = await plan()
      const asked = (await server.auditLog()).slice(from).filter((entry) => entry.type === 'request')
      const made = planOf(result)
      expect(actionsOf(made)).toEqual(everyStep('create'))
      expect(made.steps.map((step) => step.id)).toEqual(SOYO_STEPS)
      expect(result).toMatchObject({ exitCode: 0, report: { outcome: 'clean', incomplete: [] } })
      expect(made).toMatchObject({ hasChanges: true, server: expect.stringContaining(server.address) })
      expect(made.coverage.becomes).toHaveLength(5)
      expect(made.coverage.open).toEqual([])
      digest = made.digest
      expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/)
      const written = asked
        .filter(({ request }) => ['create', 'update', 'delete', 'patch'].includes(request.operation))
        .map(({ request }) => request.path)
        .filter((path) => path !== 'sys/capabilities-self')
      expect(written).toEqual([])
      expect(await stateOf(server)).toEqual(before)
    })

    test('two plans of one state have one digest', async () => {
      expect(planOf(await plan()).digest).toBe(digest)
      expect(planOf(await plan(applyToken)).digest).toBe(digest)
    })

    test('apply refuses a root token, a missing digest and another one, and writes nothing', async () => {
      const before = await stateOf(server)
      const refusals: [string, Promise<Awaited<ReturnType<typeof runSetup>>>][] = [
        ['root token', apply(digest, {}, server.rootToken)],
        ['approved plan', runSetup(server, { mode: 'apply', token: applyToken, cwd: repository.folder, config })],
        ['no longer the approved one', apply(`sha256:${'0'.repeat(64)}`)],
      ]
      for (const [why, refused] of refusals) {
        const { report, exitCode } = await refused
        expect(report.outcome, why).toBe('invalid')
        expect(exitCode).toBe(2)
        expect(report.problems?.[0]?.message).toContain(why)
      }
      expect(await stateOf(server)).toEqual(before)
    })

    test('apply writes the five parts, logs in as ESO does, and every reference is covered', async () => {
      const result = await apply(digest, { 'login-token-file': 'eso.jwt' })
      expect(result.report.problems).toBeUndefined()
      expect(result).toMatchObject({ exitCode: 0, report: { outcome: 'clean' } })
      // The test's config lets clients review themselves, and the repository binds Vault alone: that is worth a warning.
      expect(result.report.findings.map(({ rule }) => rule)).toEqual(['reviewer-rbac-absent'])
      expect(actionsOf(planOf(result))).toEqual(everyStep('written'))
      expect(planOf(result).coverage).toMatchObject({ covered: 5, open: [] })
      expect(cluster.reviews.at(-1)).toMatchObject({
        reviewer: 'system:serviceaccount:external-secrets:external-secrets',
        authenticated: true,
      })
    })

    test('the second plan is empty, and a second apply leaves the server byte for byte', async () => {
      const second = await plan()
      expect(actionsOf(planOf(second))).toEqual(everyStep('no-change'))
      expect(planOf(second)).toMatchObject({ hasChanges: false, commands: [], coverage: { becomes: [] } })
      const before = await stateOf(server)
      const again = await apply(planOf(second).digest)
      expect(again.exitCode).toBe(0)
      expect(JSON.stringify(await stateOf(server))).toBe(JSON.stringify(before))
    })

    test('the old digest is refused now', async () => {
      expect((await apply(digest)).report.problems?.[0]?.message).toContain('no longer the approved one')
    })
  })

  describe('a ServiceAccount through the real auth method', () => {
    const login = (jwt: string) =>
      server.request('POST', 'auth/kubernetes/login', { role: 'external-secrets', jwt }, '')

    test('may do every access of the manifests and nothing else under the mount', async () => {
      const { status, body } = await login(cluster.token(ESO))
      expect(status).toBe(200)
      expect(body.auth.token_policies.sort()).toEqual(['default', 'external-secrets'])
      expect(body.auth.lease_duration).toBe(3600)
      const token: string = body.auth.client_token
      // Asked with a slash at its end, `capabilities` answers for the rule without one (vault.md §2.5, C05); ESO never asks like that.
      const neighbours = randomNeighbours(200).filter((path) => !path.endsWith('/'))
      const paths = [...Object.keys(NEEDED), ...NOT_NEEDED, ...neighbours]
      const rights = await server.request('POST', 'sys/capabilities-self', { paths }, token)
      for (const path of new Set(paths)) {
        expect(rights.body.data[path], path).toEqual(NEEDED[path] ?? ['deny'])
      }
    })

    test('does what ESO does: reads, and pushes to a path that was seeded once', async () => {
      const token: string = (await login(cluster.token(ESO))).body.auth.client_token
      const as = (method: string, path: string, body?: unknown) => server.request(method, path, body, token)
      await server.request('POST', `kv/data/${APPS}/backstage/app`, { data: { GITHUB_TOKEN: 'x' } })
      expect((await as('GET', `kv/data/${APPS}/backstage/app`)).status).toBe(200)
      const metadata = { custom_metadata: { 'managed-by': 'external-secrets' } }
      expect((await as('PUT', `kv/metadata/${APPS}/backstage/db`, metadata)).status).toBe(204)
      await server.request('POST', `kv/data/${APPS}/backstage/db`, { data: { username: 'x' } })
      expect((await as('GET', `kv/metadata/${APPS}/backstage/db`)).status).toBe(200)
      expect((await as('PUT', `kv/data/${APPS}/backstage/db`, { data: { username: 'y' } })).status).toBe(200)
      expect((await as('DELETE', `kv/metadata/${APPS}/backstage/db`)).status).toBe(403)
      expect((await as('GET', 'kv/data/anything')).status).toBe(403)
    })

    test.each([
      ['another name', { namespace: 'external-secrets', name: 'default' }, 'service account name not authorized'],
      ['another namespace', { namespace: 'backstage', name: 'external-secrets' }, 'namespace not authorized'],
    ])('refuses %s', async (_, account, error) => {
      cluster.delegate(account)
      const { status, body } = await login(cluster.token(account))
      expect(status).toBe(403)
      expect(body.errors.join()).toContain(error)
    })
  })

  test.each([
    ['an expired token', () => cluster.token(ESO, { seconds: -60 })],
    ['an audience that the API server does not accept', () => cluster.token(ESO, { audiences: ['vault'] })],
    ['an account that may not review', () => cluster.token({ ...ESO, name: 'default' })],
  ])('apply with a login that fails (%s) says so', async (_, jwt) => {
    await writeFile(join(repository.folder, 'bad.jwt'), jwt())
    const { digest } = planOf(await plan())
    const { report, exitCode } = await apply(digest, { 'login-token-file': 'bad.jwt' })
    expect(exitCode).toBe(1)
    expect(report.problems?.[0]?.message).toMatch(
      /^A login with role external-secrets failed: POST auth\/kubernetes\/login/,
    )
    expect(JSON.stringify(report.problems)).not.toContain('eyJ')
  })

  test('apply with a login whose token may too little says what it lacks', async () => {
    await writeFile(join(repository.folder, 'narrow.hcl'), `path "kv/data/${APPS}/*" { capabilities = ["read"] }`)
    const narrow = config.replace(/ }$/, ', policy: { generate: { file: narrow.hcl } } }')
    const run = (mode: 'plan' | 'apply', inputs = {}) =>
      runSetup(server, { mode, token: applyToken, cwd: repository.folder, config: narrow, inputs })
    const { digest } = planOf(await run('plan'))
    const { report, exitCode } = await run('apply', { 'plan-digest': digest, 'login-token-file': 'eso.jwt' })
    expect(exitCode).toBe(1)
    const said = report.problems?.map(({ message }) => message)
    expect(said).toEqual([
      expect.stringMatching(
        /^The login with role external-secrets works, and its token lacks .*update on kv\/data\/.*backstage\/db/,
      ),
    ])
    expect(report.findings.map(({ rule }) => rule)).toContain('policy-denies')
  })
})

/** Paths under the mount that differ from a needed one a little, the same in every run. */
function randomNeighbours(count: number): string[] {
  let seed = 42
  const random = (below: number) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31
    return seed % below
  }
  const needed = Object.keys(NEEDED)
  const paths = Array.from({ length: count }, () => {
    const path = needed[random(needed.length)] ?? ''
    const at = 3 + random(path.length - 3)
    const character = 'abz/+*-'[random(7)] ?? ''
    return (
      [path.slice(0, at), `${path.slice(0, at)}${character}${path.slice(at)}`, `${path}${character}x`][random(3)] ?? ''
    )
  })
  return paths.filter((path) => !(path in NEEDED) && !/\/\//.test(path))
}
