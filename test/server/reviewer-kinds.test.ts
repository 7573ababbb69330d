import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createPod, describeInPod, type Pod } from '../kubernetes/pod.ts'
import { type Account, type ApiServer, startApiServer } from '../kubernetes/token-review.ts'
import { describeWithServer, type RunningServer, startOpenBao } from '../openbao/server.ts'
import { tokenWith } from '../openbao/stage.ts'
import {
  APPLY_RIGHTS,
  actionsOf,
  type Checkout,
  checkout,
  everyStep,
  PLAN_POLICY,
  planOf,
  policyOf,
  runSetup,
  wipe,
} from './setup-stage.ts'

const ESO: Account = { namespace: 'external-secrets', name: 'external-secrets' }
/** The ServiceAccount that `examples/soyo` binds: Vault's own. */
const VAULT: Account = { namespace: 'vault', name: 'vault' }
const STORE = 'kubernetes/apps/external-secrets/stores/app/vault-clustersecretstore.yaml'

interface Kind {
  readonly kind: 'pod' | 'client' | 'token'
  /** Whose right to review counts. */
  readonly reviewer: Account
  readonly config: (cluster: ApiServer) => string
  readonly inputs: Readonly<Record<string, string>>
  /** `auth/kubernetes/config` afterwards. */
  readonly live: object
  /** What the plan says of the RBAC that it needs. */
  readonly needs: RegExp
  /** What somebody is told who is refused. */
  readonly refused: RegExp
}

const KINDS: readonly Kind[] = [
  {
    kind: 'client',
    reviewer: ESO,
    config: ({ host }) => `{ host: "${host}", reviewer: client, ca: ca.pem }`,
    inputs: {},
    live: { disable_local_ca_jwt: true, token_reviewer_jwt_set: false },
    needs:
      /^ServiceAccount external-secrets\/external-secrets reviews its own login and needs .*Git does not bind it: kubectl create clusterrolebinding external-secrets-token-review --clusterrole=system:auth-delegator --serviceaccount=external-secrets:external-secrets$/,
    refused: /the ServiceAccount that logs in may create TokenReviews .*reviews its own token/,
  },
  {
    kind: 'token',
    reviewer: VAULT,
    config: ({ host }) => `{ host: "${host}", reviewer: token, ca: ca.pem }`,
    inputs: { 'reviewer-token-file': 'reviewer.jwt' },
    live: { disable_local_ca_jwt: true, token_reviewer_jwt_set: true },
    needs:
      /^Logins are reviewed with a reviewer token, .*Git binds it to vault\/vault \(.*token-review-rbac\.yaml:3\)\.$/,
    refused: /the reviewer token of the config is still valid, and its ServiceAccount may create TokenReviews/,
  },
  {
    kind: 'pod',
    reviewer: VAULT,
    config: ({ host }) => `{ host: "${host}", reviewer: pod }`,
    inputs: {},
    live: { disable_local_ca_jwt: false, token_reviewer_jwt_set: false, kubernetes_ca_cert: '' },
    needs:
      /^Logins are reviewed with the token of Vault's own pod, .*Git binds it to vault\/vault \(.*token-review-rbac\.yaml:3\)\.$/,
    refused: /the ServiceAccount of Vault's own pod may create TokenReviews/,
  },
]

/** The same for every kind: its own server, whose logins it reviews through the real auth method. */
function suiteOf({ kind, reviewer, config, inputs, live, needs, refused }: Kind): void {
  let server: RunningServer
  let cluster: ApiServer
  let pod: Pod | undefined
  let repository: Checkout
  let planToken: string
  let applyToken: string
  let store: string

  beforeAll(async () => {
    cluster = await startApiServer()
    if (kind === 'pod') pod = await createPod({ token: cluster.token(VAULT), ca: cluster.ca })
    server = await startOpenBao(pod === undefined ? {} : { within: pod.within })
    repository = await checkout('soyo/as-fixed', {
      'ca.pem': cluster.ca,
      'reviewer.jwt': `${cluster.token(VAULT)}\n`,
      'eso.jwt': cluster.token(ESO),
    })
    store = await readFile(join(repository.folder, STORE), 'utf8')
    planToken = await tokenWith(server, PLAN_POLICY)
    applyToken = await tokenWith(server, policyOf(APPLY_RIGHTS))
  })
  afterAll(async () => {
    await server?.stop()
    await cluster?.stop()
    await pod?.remove()
    await repository?.remove()
  })

  const run = (mode: 'plan' | 'apply', more = {}) =>
    runSetup(server, {
      mode,
      token: mode === 'plan' ? planToken : applyToken,
      cwd: repository.folder,
      config: `setup: { kubernetes: ${config(cluster)} }`,
      inputs: more,
    })
  const plan = async () => planOf(await run('plan'))
  const apply = async (loginToken: string) => {
    await writeFile(join(repository.folder, 'eso.jwt'), loginToken)
    return run('apply', { ...inputs, 'plan-digest': (await plan()).digest, 'login-token-file': 'eso.jwt' })
  }
  const told = ({ report }: Awaited<ReturnType<typeof run>>) => (report.problems ?? []).map(({ message }) => message)

  test('the plan says what the reviewer needs, and whether Git binds it', async () => {
    const step = (await plan()).steps.find((one) => one.kind === 'auth-config')
    expect(step?.action).toBe('create')
    expect(
      step?.notes.find((note) => needs.test(note)),
      JSON.stringify(step?.notes),
    ).toBeDefined()
  })

  test('apply sets it up; while the API server lets the reviewer not review, the failed login says who lacks what', async () => {
    const result = await apply(cluster.token(ESO))
    expect(actionsOf(planOf(result))).toEqual(everyStep('written'))
    expect(result.exitCode).toBe(1)
    expect(told(result)).toEqual([expect.stringMatching(refused)])
    expect(cluster.reviews.at(-1)).toMatchObject({
      status: 403,
      reviewer: `system:serviceaccount:${reviewer.namespace}:${reviewer.name}`,
    })
  })

  test('with the right, a ServiceAccount logs in through it, and the second plan is empty', async () => {
    cluster.delegate(reviewer)
    const result = await apply(cluster.token(ESO))
    expect({ told: told(result), exitCode: result.exitCode }).toEqual({ told: [], exitCode: 0 })
    expect(actionsOf(planOf(result))).toEqual(everyStep('no-change'))
    expect(cluster.reviews.at(-1)).toMatchObject({
      authenticated: true,
      reviewer: `system:serviceaccount:${reviewer.namespace}:${reviewer.name}`,
    })
    expect((await server.request('GET', 'auth/kubernetes/config')).body.data).toMatchObject(live)
    expect(await plan()).toMatchObject({ hasChanges: false })
  })

  test.each([
    [
      'an expired token',
      () => cluster.token(ESO, { seconds: -60 }),
      /The token expired at 20\d\d-.*Z: make a new one\./,
    ],
    [
      'another ServiceAccount',
      () => cluster.token({ namespace: 'external-secrets', name: 'other' }),
      /not bound to the name of external-secrets\/other\./,
    ],
    [
      'another namespace',
      () => cluster.token({ namespace: 'apps', name: 'external-secrets' }),
      /not bound to the namespace of apps\/external-secrets\./,
    ],
  ])('a login with %s fails with what to do', async (_, jwt, message) => {
    const token = jwt()
    const result = await apply(token)
    expect(result.exitCode).toBe(1)
    expect(told(result)).toEqual([expect.stringMatching(message)])
    for (const part of token.split('.')) expect(JSON.stringify(result.report.problems)).not.toContain(part)
  })

  test('a token that is not for the API server can be reviewed, and cannot review', async () => {
    const result = await apply(cluster.token(ESO, { audiences: ['somewhere-else'] }))
    const message =
      /did not confirm the token\..* It is for the audience somewhere-else, which the API server must accept/
    expect(told(result)).toEqual(kind === 'client' ? [expect.stringMatching(message)] : [])
  })

  test('a deleted ServiceAccount is refused at once, for its token is reviewed', async () => {
    const account = { namespace: 'external-secrets', name: 'external-secrets' }
    const token = cluster.token(account)
    cluster.remove(account)
    expect(told(await apply(token))).toEqual([expect.stringMatching(/did not confirm the token/)])
    cluster.restore(account)
  })

  // A client's own token for another audience opens no API server: such a client cannot review itself.
  if (kind === 'client') return
  test('the audience of the store becomes that of the role, and a token without it is told', async () => {
    await wipe(server)
    const audiences = store.replace(/^( +)(name: external-secrets\n)( +namespace)/m, '$1$2$1audiences: [vault]\n$3')
    await writeFile(join(repository.folder, STORE), audiences)
    const right = await apply(cluster.token(ESO, { audiences: ['vault'] }))
    expect(told(right)).toEqual([])
    expect((await server.request('GET', 'auth/kubernetes/role/external-secrets')).body.data.audience).toBe('vault')
    expect(cluster.reviews.at(-1)).toMatchObject({ audiences: ['vault'], authenticated: true })
    expect(await plan()).toMatchObject({ hasChanges: false })
    const wrong = await apply(cluster.token(ESO))
    expect(told(wrong)).toEqual([
      expect.stringMatching(
        /for the audience https:\/\/kubernetes\.default\.svc\.cluster\.local, and the role checks another one/,
      ),
    ])
    await writeFile(join(repository.folder, STORE), store)
  })
}

describeWithServer('reviewer kinds, each through the real auth method', () => {
  for (const one of KINDS) {
    const group = one.kind === 'pod' ? describeInPod : describe
    group(one.kind, () => suiteOf(one))
  }
})
