import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describeWithServer, type RunningServer, startOpenBao } from '../openbao/server.ts'
import { expectSuccess, tokenWith } from '../openbao/stage.ts'
import { askAbout, example, FILES, said, seed, setUpLaw } from './drift-stage.ts'
import { type Checkout, checkout } from './setup-stage.ts'

/** The mounts as Git enables them, with all that a command line can say of one. */
const DOCS = FILES['docs/vault.md'].replace(
  'vault secrets enable -path=kv -version=2 kv',
  'vault secrets enable -path=kv -version=2 -description="Secrets of the apps" -max-lease-ttl=1h kv',
)

describeWithServer('each drifted mount is found and named', () => {
  let server: RunningServer
  let files: Checkout
  let token: string

  beforeAll(async () => {
    server = await startOpenBao()
    files = await checkout('soyo/as-fixed', { ...FILES, 'docs/vault.md': DOCS })
    await seed(server)
    await setUpLaw(server)
    token = await tokenWith(server, example('eso-drift.hcl'))
  }, 120_000)
  afterAll(async () => {
    await files?.remove()
    await server?.stop()
  })

  const tune = (fields: object) => expectSuccess(server, 'POST', 'sys/mounts/kv/tune', fields)
  const drift = async () => {
    const report = await askAbout({ mode: 'drift', cwd: files.folder, address: server.address, token })
    return {
      report,
      says: report.findings.filter(({ rule }) => rule === 'state-drift').map(({ message }) => message),
      also: [...new Set(report.findings.map(({ rule }) => rule).filter((rule) => rule !== 'state-drift'))],
    }
  }
  const NAME = 'Mount `kv/`'

  it('nothing, when it is as Git enables it, whatever the server adds of its own', async () => {
    await tune({ description: 'Secrets of the apps', max_lease_ttl: '3600s' })
    const { report } = await drift()
    expect(said(report)).toBe('')
  })

  it.each([
    ['description', { description: 'by hand' }, '`description` is `by hand`, in Git `Secrets of the apps`'],
    ['lease', { max_lease_ttl: '48h' }, '`max_lease_ttl` is `48h`, in Git `1h`'],
  ])('%s', async (_, change, says) => {
    await tune({ description: 'Secrets of the apps', max_lease_ttl: '1h', ...change })
    expect((await drift()).says).toEqual([`${NAME} differs from Git: 1 field. ${says}.`])
  })

  describe('that was made anew', () => {
    const AS_GIT = { description: 'Secrets of the apps', config: { max_lease_ttl: '1h' } }
    it.each([
      ['KV version 1', { type: 'kv', options: { version: '1' }, ...AS_GIT }, '`version` is `1`, in Git `2`'],
      ['another engine', { type: 'transit', ...AS_GIT }, '`type` is `transit`, in Git `kv`'],
    ])('as %s: that is named, and no secret is called missing', async (_, body, says) => {
      await server.request('DELETE', 'sys/mounts/kv')
      await expectSuccess(server, 'POST', 'sys/mounts/kv', body)
      const found = await drift()
      expect(found.says).toEqual([`${NAME} differs from Git: 1 field. ${says}.`])
      expect(found.also).not.toContain('secret-absent')
      expect(found.report.outcome).toBe('findings')
    })

    it('not at all: both mounts are named as gone', async () => {
      await server.request('DELETE', 'sys/mounts/kv')
      await server.request('DELETE', 'sys/auth/kubernetes')
      const found = await drift()
      expect(found.says.sort()).toEqual([
        'Auth mount `kubernetes/` is not in Vault. Git has it here.',
        `${NAME} is not in Vault. Git has it here.`,
      ])
      expect(found.also).not.toContain('secret-absent')
    })

    it('an auth mount of another type', async () => {
      await server.request('DELETE', 'sys/auth/kubernetes')
      await expectSuccess(server, 'POST', 'sys/auth/kubernetes', { type: 'approle' })
      expect((await drift()).says).toContain(
        'Auth mount `kubernetes/` differs from Git: 1 field. `type` is `approle`, in Git `kubernetes`.',
      )
    })
  })
})
