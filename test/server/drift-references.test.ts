import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { describeWithServer, type RunningServer, startOpenBao } from '../openbao/server.ts'
import { expectSuccess, tokenWith } from '../openbao/stage.ts'
import { APPS, askAbout, example, FILES, MORE_FILE, said, seed, setUpLaw } from './drift-stage.ts'
import { type Checkout, checkout } from './setup-stage.ts'

/** One secret by property, one by a pinned version, both read by nothing else. */
const READERS = `
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: { name: reader, namespace: app }
spec:
  secretStoreRef: { kind: ClusterSecretStore, name: vault }
  data:
    - { secretKey: password, remoteRef: { key: ${APPS}/reader/db, property: password } }
    - { secretKey: old, remoteRef: { key: ${APPS}/reader/pinned, property: password, version: "1" } }
`
const DB = `${APPS}/reader/db`
const PINNED = `${APPS}/reader/pinned`

describeWithServer('what a reference reads, and is not as it was (platform.md §4.2, class 1)', () => {
  let server: RunningServer
  let files: Checkout
  let token: string
  const send = (method: string, path: string, body?: unknown) => server.request(method, path, body)

  beforeAll(async () => {
    server = await startOpenBao()
    files = await checkout('soyo/as-fixed', { ...FILES, [MORE_FILE]: `${FILES[MORE_FILE]}---${READERS}` })
    await seed(server)
    await setUpLaw(server)
    token = await tokenWith(server, example('eso-drift.hcl'))
  }, 120_000)
  beforeEach(async () => {
    for (const key of [DB, PINNED]) {
      await send('DELETE', `kv/metadata/${key}`)
      for (const password of ['a', 'b']) {
        await expectSuccess(server, 'POST', `kv/data/${key}`, { data: { username: 'u', password } })
      }
    }
  })
  afterAll(async () => {
    await files?.remove()
    await server?.stop()
  })
  const drift = async () => {
    const report = await askAbout({ mode: 'drift', cwd: files.folder, address: server.address, token })
    return { report, found: report.findings.map(({ rule, message, severity }) => ({ rule, message, severity })) }
  }

  it('nothing, when every secret, property and version is there', async () => {
    const { report } = await drift()
    expect(said(report)).toBe('')
    expect(report.outcome).toBe('clean')
  })

  it.each([
    ['gone', () => send('DELETE', `kv/metadata/${DB}`), 'secret-absent', `Secret \`kv/${DB}\` does not exist`],
    [
      'deleted, to be taken back',
      () => send('DELETE', `kv/data/${DB}`),
      'secret-deleted',
      'Version 2 is the current one',
    ],
    ['destroyed', () => send('POST', `kv/destroy/${DB}`, { versions: [2] }), 'secret-deleted', 'destroyed'],
    [
      'written again without the property',
      () => send('POST', `kv/data/${DB}`, { data: { username: 'u', Password: 'c' } }),
      'property-absent',
      '`password`',
    ],
    [
      'the pinned version destroyed',
      () => send('POST', `kv/destroy/${PINNED}`, { versions: [1] }),
      'version-absent',
      'destroyed',
    ],
    [
      'the pinned version deleted',
      () => send('POST', `kv/delete/${PINNED}`, { versions: [1] }),
      'version-absent',
      'deleted',
    ],
    [
      'the pinned version fallen off the end',
      async () => {
        await send('POST', `kv/metadata/${PINNED}`, { max_versions: 1 })
        await send('POST', `kv/data/${PINNED}`, { data: { password: 'c' } })
      },
      'version-absent',
      '1',
    ],
  ])('%s', async (_, change, rule, says) => {
    await change()
    const { report, found } = await drift()
    expect(found, said(report)).toMatchObject([{ rule, severity: 'error', message: expect.stringContaining(says) }])
    expect(report.findings[0]?.span.file).toBe(MORE_FILE)
    expect(report.outcome).toBe('findings')
  })

  it('a version that the engine will delete by itself is named with its day', async () => {
    await send('POST', `kv/metadata/${DB}`, { delete_version_after: '72h' })
    await send('POST', `kv/data/${DB}`, { data: { username: 'u', password: 'c' } })
    const { report, found } = await drift()
    expect(found, said(report)).toMatchObject([{ rule: 'expires-soon', severity: 'warning' }])
    const day = new Date(Date.now() + 3 * 86_400_000).toISOString().slice(0, 10)
    expect(found[0]?.message).toContain(`The current version of \`kv/${DB}\``)
    expect(found[0]?.message).toContain(`It expires at ${day}T`)
    // It works today.
    expect(report.outcome).toBe('clean')
  })

  it('one that ends in half a year is not', async () => {
    await send('POST', `kv/metadata/${DB}`, { delete_version_after: '4400h' })
    await send('POST', `kv/data/${DB}`, { data: { username: 'u', password: 'c' } })
    expect((await drift()).found).toEqual([])
  })

  it('`report-scope: changed` narrows a check of a pull request, and never drift', async () => {
    await send('DELETE', `kv/metadata/${DB}`)
    const report = await askAbout({
      mode: 'drift',
      cwd: files.folder,
      address: server.address,
      token,
      inputs: { 'report-scope': 'changed' },
    })
    expect(report.findings.map(({ rule }) => rule)).toEqual(['secret-absent'])
    expect(report.outcome).toBe('findings')
  })
})
