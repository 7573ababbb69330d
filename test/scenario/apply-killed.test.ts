import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type ApiServer, startApiServer } from '../kubernetes/token-review.ts'
import { describeWithServer, type RunningServer, startOpenBao } from '../openbao/server.ts'
import { expectSuccess, tokenWith } from '../openbao/stage.ts'
import { APPLY_RIGHTS, actionsOf, everyStep, policyOf, stateOf, wipe } from '../server/setup-stage.ts'
import { type Reach, startCuttingProxy } from './cutting-proxy.ts'
import { createRunner, killTerminal, type Ran, runTerminal } from './run-program.ts'

const ESO = { namespace: 'external-secrets', name: 'external-secrets' }
const REVIEWER = { namespace: 'vault', name: 'reviewer' }

/** Paths of the writes, in the safe order (vault.md §7.2). */
const ALL_WRITES = [
  'sys/mounts/kv',
  'sys/policies/acl/external-secrets',
  'sys/auth/kubernetes',
  'auth/kubernetes/config',
  'auth/kubernetes/role/external-secrets',
]

/** What somebody set up by hand, and what is left to write beside it: its config has what is wanted. */
const LEFT_BESIDE = ['sys/mounts/kv', 'sys/policies/acl/external-secrets', 'auth/kubernetes/role/external-secrets']

/** Before the first write, after each, and with each done and its answer lost. */
function everyKill(writes: readonly string[]): (readonly [reach: Reach, write: number, path: string])[] {
  return [
    ['sent', 1, writes[0] ?? ''],
    ...writes.flatMap((path, index) => [['done', index + 1, path] as const, ['answered', index + 1, path] as const]),
  ]
}

describeWithServer('the program, killed while it applies', () => {
  let server: RunningServer
  let cluster: ApiServer
  let proxy: Awaited<ReturnType<typeof startCuttingProxy>>
  let runner: Awaited<ReturnType<typeof createRunner>>
  let env: Readonly<Record<string, string>>

  beforeAll(async () => {
    server = await startOpenBao()
    cluster = await startApiServer()
    cluster.delegate(ESO)
    cluster.delegate(REVIEWER)
    proxy = await startCuttingProxy(server.address)
    runner = await createRunner('as-fixed')
    await mkdir(join(runner.workspace, '.github'))
    await writeFile(join(runner.workspace, 'ca.pem'), cluster.ca)
    env = { VAULT_ADDR: proxy.address, VAULT_TOKEN: await tokenWith(server, policyOf(APPLY_RIGHTS)) }
  })
  afterAll(async () => {
    await proxy?.stop()
    await server?.stop()
    await cluster?.stop()
    await runner?.remove()
  })
  afterEach(() => proxy.mend())

  const configure = (setup: string) =>
    writeFile(join(runner.workspace, '.github', 'eso-vault.yml'), `version: 1\n${setup}`)
  const run = (...args: string[]) => runTerminal(args, runner.workspace, env)
  const planOf = ({ stdout }: Ran) => JSON.parse(stdout)
  const plan = async () => planOf(await run('plan', '--format', 'json'))
  const apply = (digest: string) => run('apply', '--format', 'json', '--plan-digest', digest)
  const wholeState = async () => JSON.stringify(await stateOf(server, { identities: false }))
  const reviewerOfLogin = async () => {
    const answer = await server.request(
      'POST',
      'auth/kubernetes/login',
      { role: 'external-secrets', jwt: cluster.token(ESO) },
      '',
    )
    expect(answer.status).toBe(200)
    return cluster.reviews.at(-1)?.reviewer
  }

  /** Applies from `stage` without disturbance: the state that every other run must end in. */
  const undisturbed = async (stage: () => Promise<void>, writes: readonly string[]) => {
    await stage()
    const before = await wholeState()
    proxy.mend()
    const file = join(runner.workspace, 'plan.json')
    const { digest } = planOf(await run('plan', '--format', 'json', '--plan-file', file))
    expect(await apply(digest)).toMatchObject({ exitCode: 0, stderr: '' })
    expect(proxy.writes()).toEqual(writes)
    expect(actionsOf(await plan())).toEqual(everyStep('no-change'))
    return { before, after: await wholeState(), digest, file }
  }

  const killAt = async (file: string, reach: Reach, write: number) => {
    const cut = proxy.cutAt(write, reach)
    const killed = await killTerminal(['apply', '--plan-file', file], runner.workspace, env, cut)
    expect(killed).toMatchObject({ killed: true, exitCode: -1, stdout: '' })
    const reached = proxy.writes()
    proxy.mend()
    return reached
  }

  describe('on an empty server', () => {
    let expected: Awaited<ReturnType<typeof undisturbed>>
    beforeAll(async () => {
      await configure(`setup: { kubernetes: { host: "${cluster.host}", reviewer: client, ca: ca.pem } }`)
      expected = await undisturbed(() => wipe(server), ALL_WRITES)
    })

    test.each(everyKill(ALL_WRITES))('%s: write %i (%s); a new plan and its apply finish it', async (reach, write) => {
      await wipe(server)
      const reached = await killAt(expected.file, reach, write)
      expect(reached).toEqual(ALL_WRITES.slice(0, reach === 'sent' ? 0 : write))
      const stopped = await wholeState()
      if (reached.length === ALL_WRITES.length) expect(stopped).toBe(expected.after)
      else expect(stopped).not.toBe(expected.after)
      if (reached.length === 0) expect(stopped).toBe(expected.before)

      const again = await plan()
      const finished = await apply(again.digest)
      expect(finished).toMatchObject({ exitCode: 0, stderr: '' })
      // Nothing is written twice.
      expect(proxy.writes()).toEqual(ALL_WRITES.slice(reached.length))
      expect(await wholeState()).toBe(expected.after)
      expect(await reviewerOfLogin()).toBe('system:serviceaccount:external-secrets:external-secrets')
    })

    test.each(everyKill(ALL_WRITES).filter(([reach]) => reach === 'done'))(
      '%s: write %i (%s); the approved plan file finishes it, the bare digest does not',
      async (reach, write) => {
        await wipe(server)
        await killAt(expected.file, reach, write)
        expect((await apply(expected.digest)).exitCode).toBe(2)
        expect(proxy.writes()).toEqual([])
        const finished = await run('apply', '--format', 'json', '--plan-file', expected.file)
        expect(finished).toMatchObject({ exitCode: 0, stderr: '' })
        expect(proxy.writes()).toEqual(ALL_WRITES.slice(write))
        expect(await wholeState()).toBe(expected.after)
      },
    )
  })

  describe('on a server that somebody set up by hand', () => {
    const stage = async () => {
      await wipe(server)
      await server.request('DELETE', 'sys/mounts/foreign')
      const put = (path: string, body: object) => expectSuccess(server, 'POST', path, body)
      await put('sys/mounts/foreign', { type: 'kv', description: 'of another team', options: { version: '1' } })
      await put('foreign/kept', { key: 'kept' })
      await put('sys/policies/acl/foreign', { policy: 'path "foreign/*" { capabilities = ["read"] }' })
      await put('sys/auth/kubernetes', { type: 'kubernetes', description: 'by hand' })
      await put('auth/kubernetes/config', {
        kubernetes_host: cluster.host,
        kubernetes_ca_cert: cluster.ca,
        token_reviewer_jwt: cluster.token(REVIEWER),
        issuer: 'https://issuer.example.com',
      })
      await put('sys/policies/acl/external-secrets', {
        policy: '# by hand\npath "kv/data/webgrip/*" {\n  capabilities = ["read", "delete"]\n}\n',
      })
      await put('auth/kubernetes/role/other', {
        bound_service_account_names: ['other'],
        bound_service_account_namespaces: ['other'],
      })
      await put('auth/kubernetes/role/external-secrets', {
        bound_service_account_names: ['someone'],
        bound_service_account_namespaces: ['elsewhere'],
        bound_service_account_namespace_selector: '{"matchLabels":{"team":"a"}}',
        token_policies: ['foreign'],
        token_num_uses: 70,
        token_max_ttl: '2h',
        alias_name_source: 'serviceaccount_name',
      })
    }
    let expected: Awaited<ReturnType<typeof undisturbed>>
    beforeAll(async () => {
      await configure('')
      expected = await undisturbed(stage, LEFT_BESIDE)
    })
    afterAll(async () => {
      await server?.request('DELETE', 'sys/mounts/foreign')
    })

    test.each(everyKill(LEFT_BESIDE))(
      '%s: write %i (%s); the next run finishes it, and nothing by hand is lost',
      async (reach, write) => {
        await stage()
        expect(await wholeState()).toBe(expected.before)
        const reached = await killAt(expected.file, reach, write)
        const again = await plan()
        expect(await apply(again.digest)).toMatchObject({ exitCode: 0, stderr: '' })
        expect([...reached, ...proxy.writes()]).toEqual(LEFT_BESIDE)
        const state = await wholeState()
        expect(state).toBe(expected.after)
        for (const kept of [
          'of another team',
          '# by hand',
          'someone',
          'elsewhere',
          '\\"team\\":\\"a\\"',
          '"other"',
          'issuer.example.com',
          '"token_num_uses":70',
          '"token_max_ttl":7200',
          'serviceaccount_name',
        ]) {
          expect(state).toContain(kept)
        }
        expect((await server.request('GET', 'foreign/kept')).body.data).toEqual({ key: 'kept' })
        // The reviewer JWT that no one can read: the API server tells that it is still the same.
        expect(await reviewerOfLogin()).toBe('system:serviceaccount:vault:reviewer')
      },
    )
  })
})
