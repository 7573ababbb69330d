import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { selfSigned } from '../../scripts/openbao/self-signed.ts'
import { describeWithServer, type RunningServer, startOpenBao } from '../openbao/server.ts'
import { expectSuccess, tokenWith } from '../openbao/stage.ts'
import {
  APPS,
  askAbout,
  CONFIG,
  CONFIG_PATH,
  ESO_POLICY,
  example,
  FILES,
  POLICY_PATH,
  rulesOf,
  said,
  seed,
  setUpLaw,
} from './drift-stage.ts'
import { type Checkout, checkout } from './setup-stage.ts'

const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 19)

describeWithServer('what works today, and is worth a word', () => {
  let server: RunningServer
  let files: Checkout
  /** The same repository, whose Git says nothing of policy, role and config. */
  let bare: Checkout
  let token: string
  const put = (path: string, body: unknown) => expectSuccess(server, 'POST', path, body)

  beforeAll(async () => {
    server = await startOpenBao()
    files = await checkout('soyo/as-fixed', FILES)
    bare = await checkout('soyo/as-fixed', { ...FILES, 'docs/vault.md': '# Set up by hand\n' })
    await seed(server)
    token = await tokenWith(server, example('eso-drift.hcl'))
  }, 120_000)
  beforeEach(() => setUpLaw(server))
  afterAll(async () => {
    await files?.remove()
    await bare?.remove()
    await server?.stop()
  })
  const drift = (config = '', cwd = files.folder) =>
    askAbout({ mode: 'drift', cwd, address: server.address, token, config })
  const of = async (rule: string, config?: string, cwd?: string) =>
    rulesOf(await drift(config, cwd)).filter((one) => one.startsWith(`${rule}: `))

  describe('secrets that nothing references', () => {
    const OWNED = 'drift: { owned: ["kv/webgrip/prod/**"] }'
    beforeAll(async () => {
      await put(`kv/data/${APPS}/forgotten/one`, { data: { a: 'v' } })
      await put('kv/data/elsewhere/two', { data: { a: 'v' } })
    })
    afterAll(async () => {
      await server.request('DELETE', `kv/metadata/${APPS}/forgotten/one`)
      await server.request('DELETE', 'kv/metadata/elsewhere/two')
    })

    it('are named below an owned path, and nowhere else', async () => {
      const report = await drift(OWNED)
      expect(report.findings.map(({ rule, vaultPaths }) => [rule, vaultPaths])).toEqual([
        ['secret-unused', [`kv/${APPS}/forgotten/one`]],
      ])
      expect(report.findings[0]?.span).toMatchObject({ file: 'eso-vault.yml', line: 2 })
      expect(report.outcome).toBe('clean')
    })

    it('are not looked for without that', async () => {
      expect(said(await drift())).toBe('')
    })

    it('that may not be listed make the run incomplete', async () => {
      const blind = await tokenWith(server, example('eso-drift.hcl').replace('["read", "list"]', '["read"]'))
      const report = await askAbout({
        mode: 'drift',
        cwd: files.folder,
        address: server.address,
        token: blind,
        config: OWNED,
      })
      expect(report.findings.map(({ rule }) => rule)).not.toContain('secret-unused')
      expect(report.outcome).toBe('incomplete')
      expect(said(report)).toContain('list on kv/metadata/webgrip/prod/')
    })
  })

  describe('grants that nothing needs', () => {
    it("are named in the server's policy where Git says nothing of it", async () => {
      await put(POLICY_PATH, { policy: `${ESO_POLICY}path "kv/data/other/*" { capabilities = ["read", "delete"] }\n` })
      const found = await of('policy-excess', '', bare.folder)
      expect(found).toEqual([
        expect.stringMatching(
          /^policy-excess: No reference needs rule `kv\/data\/other\/\*` of policy `external-secrets`\. The rule allows `read` and `delete` \(on the server\)\./,
        ),
      ])
    })

    it("are judged by Git's policy where it has one: what the server has beyond it is drift", async () => {
      await put(POLICY_PATH, { policy: ESO_POLICY.replace('["read"]', '["read", "delete"]') })
      expect(await of('policy-excess')).toEqual([])
      expect(await of('state-drift')).toHaveLength(1)
    })
  })

  describe('what ends by itself', () => {
    const DB = `kv/data/${APPS}/backstage/db`
    const expiring = (expiration: string) =>
      ESO_POLICY.replace('["update", "read"]', `["update", "read"]\n expiration = "${expiration}"\n`)

    it('a rule of a policy', async () => {
      if (server.product !== 'openbao') return
      await put(POLICY_PATH, { policy: expiring(`${inDays(5)}Z`) })
      expect(await of('expires-soon')).toEqual([
        expect.stringMatching(
          new RegExp(
            `^expires-soon: Rule \`${DB}\` of policy \`external-secrets\` .* It expires at ${inDays(5).slice(0, 10)}T`,
          ),
        ),
      ])
      await put(POLICY_PATH, { policy: expiring(`${inDays(5)}+02:00`) })
      expect(await of('expires-soon')).toHaveLength(1)
      await put(POLICY_PATH, { policy: expiring(`${inDays(90)}Z`) })
      expect(await of('expires-soon')).toEqual([])
    })

    it('a whole policy', async () => {
      if (server.product !== 'openbao') return
      await put(POLICY_PATH, { policy: ESO_POLICY, ttl: '48h' })
      expect(await of('expires-soon')).toEqual([
        expect.stringMatching(
          new RegExp(
            `^expires-soon: Policy \`external-secrets\` on the server .* It expires at ${inDays(2).slice(0, 10)}T`,
          ),
        ),
      ])
      await server.request('DELETE', POLICY_PATH)
      await put(POLICY_PATH, { policy: ESO_POLICY, ttl: '2000h' })
      expect(await of('expires-soon')).toEqual([])
    })

    it.each([
      ['near its end', 5, 'warning', 'expires on'],
      ['past its end', -0.5, 'error', 'expired on'],
    ])('a CA certificate %s', async (_, days, severity, says) => {
      await put(CONFIG_PATH, { ...CONFIG, kubernetes_ca_cert: selfSigned('old CA', days).certificate })
      const report = await drift()
      expect(report.findings).toMatchObject([{ rule: 'expires-soon', severity }])
      expect(report.findings[0]?.message).toContain(
        `The CA certificate \`CN=old CA\` in \`auth/kubernetes/config\` ${says}`,
      )
    })

    it('of two certificates, the one that does', async () => {
      const both = `${CONFIG.kubernetes_ca_cert}${selfSigned('old CA', 5).certificate}`
      await put(CONFIG_PATH, { ...CONFIG, kubernetes_ca_cert: both })
      expect(await of('expires-soon')).toEqual([expect.stringContaining('`CN=old CA`')])
    })
  })

  it('a reviewer token that was pasted', async () => {
    await put(CONFIG_PATH, { ...CONFIG, token_reviewer_jwt: 'a-reviewer-token' })
    const found = await of('reviewer-token-static', '', bare.folder)
    expect(found).toEqual([expect.stringContaining('reviews logins with a pasted token')])
    expect(found.join()).not.toContain('a-reviewer-token')
  })
})
