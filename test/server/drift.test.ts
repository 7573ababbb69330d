import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { describeWithServer, type RunningServer, startOpenBao } from '../openbao/server.ts'
import { askedSince, expectSuccess, tokenWith } from '../openbao/stage.ts'
import { reportsCompared } from './by-snapshot.ts'
import {
  askAbout,
  CONFIG,
  CONFIG_PATH,
  example,
  FILES,
  ROLE,
  ROLE_PATH,
  rulesOf,
  said,
  seed,
  setUpLaw,
} from './drift-stage.ts'
import { type Checkout, checkout } from './setup-stage.ts'

describeWithServer('drift as a mode: what it asks, what fails it, and what it cannot tell', () => {
  let server: RunningServer
  let files: Checkout
  let token: string

  beforeAll(async () => {
    server = await startOpenBao({ audit: true })
    files = await checkout('soyo/as-fixed', FILES)
    await seed(server)
    token = await tokenWith(server, example('eso-drift.hcl'))
  }, 120_000)
  beforeEach(() => setUpLaw(server))
  afterAll(async () => {
    await files?.remove()
    await server?.stop()
  })

  const ask = (mode: 'check' | 'drift', as: string | undefined = token, config = '', address = server.address) =>
    askAbout({ mode, cwd: files.folder, address, token: as, config })
  const longer = () => expectSuccess(server, 'POST', ROLE_PATH, { ...ROLE, token_ttl: '24h' })

  it('finds nothing, and asks for nothing that writes or shows a value', async () => {
    const from = (await server.auditLog()).length
    const report = await ask('drift')
    expect(said(report)).toBe('')
    expect(report.outcome).toBe('clean')
    const asked = await askedSince(server, from)
    expect(asked.length).toBeGreaterThan(8)
    // `sys/capabilities-self` is the one question that is asked by POST.
    expect(asked.filter((line) => !/^(read|list) |capabilities-self$/.test(line))).toEqual([])
    expect(asked.filter((line) => line.includes('/data/'))).toEqual([])
  })

  it('fails by drift whatever `fail-on` says, and not in a check', async () => {
    await longer()
    expect((await ask('check')).outcome).toBe('clean')
    expect((await ask('drift')).outcome).toBe('findings')
    expect((await ask('drift', token, 'rules: { state-drift: note }')).outcome).toBe('clean')
    expect((await ask('drift', token, 'rules: { state-drift: off }')).findings).toEqual([])
  })

  it.each([
    ['its path', 'path: auth/kubernetes/role/external-secrets'],
    ['a glob over paths', 'path: "auth/*/role/*"'],
    ['the file that declares it', 'file: docs/vault.md'],
  ])('what the config accepts by %s is no drift any more, and another part still is', async (_, by) => {
    const ignore = `ignore: [{ rule: state-drift, ${by}, reason: an incident }]`
    await longer()
    const accepted = await ask('drift', token, ignore)
    expect([accepted.outcome, rulesOf(accepted)]).toEqual(['clean', []])
    expect(accepted.ignored).toHaveLength(1)
    if (by.startsWith('file')) return
    await expectSuccess(server, 'POST', CONFIG_PATH, { ...CONFIG, issuer: 'https://i.example' })
    expect((await ask('drift', token, ignore)).outcome).toBe('findings')
  })

  it('without a server is a wrong input', async () => {
    await expect(
      askAbout({ mode: 'drift', cwd: files.folder, address: server.address, token: undefined }),
    ).rejects.toThrow('`drift` asks a server')
  })

  it('with a server that cannot be reached is incomplete, and says that nothing was compared', async () => {
    await longer()
    const report = await ask('drift', token, '', 'http://127.0.0.1:9')
    expect(report).toMatchObject({ outcome: 'incomplete', findings: [], live: { silent: true } })
  })

  it('with a token that the server does not know is incomplete, and no drift', async () => {
    await longer()
    const report = await ask('drift', 'no-such-token')
    expect([report.outcome, rulesOf(report)]).toEqual(['incomplete', []])
  })

  it('with a sealed server is incomplete, and no drift', async () => {
    await longer()
    await server.request('PUT', 'sys/seal')
    try {
      const report = await ask('drift')
      expect([report.outcome, rulesOf(report)]).toEqual(['incomplete', []])
      expect(said(report)).toContain('sealed')
    } finally {
      await server.request('PUT', 'sys/unseal', { key: server.unsealKey })
    }
  })

  it('of which a part is hidden says what it saw, and what it lacked for the rest', async () => {
    await longer()
    const blind = await tokenWith(server, example('eso-drift.hcl').replace(/^path "sys\/policies.*$/m, ''))
    const report = await ask('drift', blind)
    expect(rulesOf(report)).toEqual([expect.stringContaining('`token_ttl` is `24h`, in Git `1h`')])
    expect(said(report)).toContain('read on `sys/policies/acl/external-secrets`')
    expect(report.outcome).toBe('findings')
  })

  it('all of this was judged by a snapshot of the same server as well', () => {
    expect(reportsCompared()).toBeGreaterThan(8)
  })
})
