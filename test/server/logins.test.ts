import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Token } from '../../src/chain/follow.ts'
import { createJudge } from '../../src/chain/judge.ts'
import type { PolicyFact } from '../../src/model/vault-state.ts'
import type { EntityFacts } from '../../src/policy/template.ts'
import { type Account, type ApiServer, startApiServer } from '../kubernetes/token-review.ts'
import { describeWithServer, type RunningServer, startOpenBao } from '../openbao/server.ts'
import { expectSuccess, mountKv } from '../openbao/stage.ts'

const ESO: Account = { namespace: 'payments', name: 'external-secrets' }
const BOUND = { bound_service_account_names: ESO.name, bound_service_account_namespaces: ESO.namespace }

/** What the rules say of roles, logins and templates, asked of the server itself. */
describeWithServer('roles and logins, as the server takes them', () => {
  let server: RunningServer
  let cluster: ApiServer
  let accessor: string

  beforeAll(async () => {
    cluster = await startApiServer()
    cluster.delegate(ESO)
    server = await startOpenBao()
    await mountKv(server, 'kv', 2)
    for (const team of ['payments', 'other']) await put(`kv/data/${team}/api`, { data: { token: 'x' } })
    await put('sys/auth/kubernetes', { type: 'kubernetes' })
    await put('auth/kubernetes/config', {
      kubernetes_host: cluster.host,
      kubernetes_ca_cert: cluster.ca,
      disable_local_ca_jwt: true,
    })
    accessor = (await expectSuccess(server, 'GET', 'sys/auth')).body.data['kubernetes/'].accessor
    await put('sys/policies/acl/reader', { policy: 'path "kv/data/payments/*" { capabilities = ["read"] }' })
  })
  afterAll(async () => {
    await server?.stop()
    await cluster?.stop()
  })

  const put = (path: string, body: object) => expectSuccess(server, 'POST', path, body)
  const login = (role: string, audiences?: readonly string[]) =>
    server.request(
      'POST',
      'auth/kubernetes/login',
      { role, jwt: cluster.token(ESO, audiences === undefined ? {} : { audiences }) },
      '',
    )
  const tokenOf = async (role: string): Promise<string> => {
    const answer = await login(role)
    if (answer.status !== 200) throw new Error(`${answer.status} ${JSON.stringify(answer.body)}`)
    return answer.body.auth.client_token
  }
  const written = async (role: string, fields: object) => {
    await put(`auth/kubernetes/role/${role}`, { ...BOUND, ...fields })
    return (await expectSuccess(server, 'GET', `auth/kubernetes/role/${role}`)).body.data
  }

  test('parameters that the role type does not have are dropped without a word', async () => {
    const fields = await written('dropped', { policy: 'reader', audiences: 'vault', bound_audiences: 'vault' })
    expect(fields).toMatchObject({ token_policies: [] })
    expect(fields.audience ?? '').toBe('')
    expect((await login('dropped')).body.auth.policies).toEqual(['default'])
  })

  test('of policies and token_policies only token_policies counts', async () => {
    await written('both', { policies: 'reader', token_policies: 'other' })
    expect((await login('both')).body.auth.policies).toEqual(['default', 'other'])
  })

  test('a client that reviews itself cannot do so with a token for another audience', async () => {
    await written('client', { token_policies: 'reader', audience: 'vault' })
    expect((await login('client', ['vault'])).status).toBe(403)
  })

  test('without the default policy a token may look itself up only if its own policies say so', async () => {
    await written('no-default', { token_policies: 'reader', token_no_default_policy: true })
    const lookUp = async () =>
      (await server.request('GET', 'auth/token/lookup-self', undefined, await tokenOf('no-default'))).status
    expect(await lookUp()).toBe(403)
    await put('sys/policies/acl/session', { policy: 'path "auth/token/lookup-self" { capabilities = ["read"] }' })
    await written('no-default', { token_policies: 'reader,session', token_no_default_policy: true })
    expect(await lookUp()).toBe(200)
  })

  test('templates: what we fill in for a login is what the server fills in', async () => {
    const directives = [
      `identity.entity.aliases.${accessor}.metadata.service_account_namespace`,
      `identity.entity.aliases.${accessor}.metadata.service_account_name`,
      'identity.entity.aliases.auth_kubernetes_00000000.metadata.service_account_namespace',
      'identity.entity.metadata.team',
      'auth.kubernetes.token_meta_service_account_namespace',
      'identity.entity.namespace',
    ]
    const entity: EntityFacts = {
      metadata: {},
      aliases: [
        {
          mount: 'kubernetes',
          mountAccessor: accessor,
          metadata: { service_account_name: ESO.name, service_account_namespace: ESO.namespace },
        },
      ],
      whole: false,
    }
    const judge = createJudge()
    const verdicts: string[] = []
    for (const [index, directive] of directives.entries()) {
      const name = `templated-${index}`
      const text = `path "kv/data/{{${directive}}}/*" { capabilities = ["read"] }`
      await put(`sys/policies/acl/${name}`, { policy: text })
      await written(name, { token_policies: name })
      const token = await tokenOf(name)
      const fact: PolicyFact = { name, text, unknown: [], provenance: { from: 'vault' } }
      for (const path of ['kv/data/payments/api', 'kv/data/other/api', 'kv/data/external-secrets/api']) {
        const answer = await server.request('GET', path, undefined, token)
        const about: Token = { withDefault: true, textless: [], entity }
        const { verdict } = judge.decide([fact], about, { path, capability: 'read', holes: [] })
        verdicts.push(verdict)
        if (verdict !== 'unknown')
          expect(verdict, `${directive} ${path}`).toBe(answer.status === 403 ? 'denied' : 'allowed')
      }
    }
    expect(verdicts.filter((verdict) => verdict === 'allowed')).toHaveLength(2)
    // Whether another mount has an alias of this entity only the server knows.
    expect(verdicts.filter((verdict) => verdict === 'unknown')).toHaveLength(3)
  })

  test('a token of a parent namespace reads the child by policies that name it (vault.md §2.8)', async ({ skip }) => {
    skip(server.product !== 'openbao', 'namespaces are Enterprise in Vault')
    await put('sys/namespaces/admin', {})
    await put('admin/sys/namespaces/garden', {})
    await put('admin/garden/sys/mounts/kv', { type: 'kv', options: { version: '1' } })
    await put('admin/garden/kv/seeds/api', { k: 'x' })
    const judge = createJudge()
    const namespaces = { policies: '', request: 'garden/' }
    for (const [index, path] of ['garden/kv/seeds/*', 'kv/seeds/*', 'admin/garden/kv/seeds/*'].entries()) {
      const text = `path "${path}" { capabilities = ["read"] }`
      await put(`admin/sys/policies/acl/p${index}`, { policy: text })
      const made = await put('admin/auth/token/create', { policies: [`p${index}`] })
      const token: string = made.body.auth.client_token
      const answer = await server.request('GET', 'admin/garden/kv/seeds/api', undefined, token)
      const fact: PolicyFact = { name: `p${index}`, text, unknown: [], provenance: { from: 'vault' } }
      const request = { path: 'kv/seeds/api', capability: 'read', holes: [] } as const
      const { verdict } = judge.decide([fact], { withDefault: true, textless: [], namespaces }, request)
      expect(verdict, path).toBe(answer.status === 200 ? 'allowed' : 'denied')
      // ESO looks itself up in the namespace of the secrets, and the store gets Ready all the same.
      expect((await server.request('GET', 'admin/garden/auth/token/lookup-self', undefined, token)).status).toBe(200)
    }
  })
})
