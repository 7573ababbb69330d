import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RunResult, run } from '../../src/modes/run.ts'
import { reasonText } from '../../src/report/reasons/not-checked.ts'
import { readConfig } from '../../src/settings/config-file.ts'
import { readEnvironment } from '../../src/settings/environment.ts'
import type { Given } from '../../src/settings/given.ts'
import { resolveSettings } from '../../src/settings/resolve-settings.ts'
import type { Mode } from '../../src/settings/settings.ts'
import { readLive } from '../../src/state/live/read-live.ts'
import type { SnapshotFile } from '../../src/state/snapshot/snapshot-file.ts'
import { ask, settingsFor } from '../modes/questions/ask.ts'
import { describeWithServer, type RunningServer, startOpenBao } from '../openbao/server.ts'
import { askedSince, connectWith, expectSuccess, mountKv, tokenWith } from '../openbao/stage.ts'
import { sameBySnapshot } from './by-snapshot.ts'
import { CA } from './drift-stage.ts'

const VALUE = 'hvs.CanaryOfAValue0123456789'
const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
const JWT = `${part({ alg: 'RS256', typ: 'JWT' })}.${part({ sub: 'system:serviceaccount:vault:CanaryReviewer' })}.${part({ signed: 'no' })}`
const store = (name: string, path: string, version: string, more = '') => `---
apiVersion: external-secrets.io/v1
kind: ClusterSecretStore
metadata: { name: ${name} }
spec: { provider: { vault: { server: "https://vault.test", path: ${path}, version: ${version}, ${more} auth: { kubernetes: { mountPath: kubernetes, role: eso, serviceAccountRef: { name: eso, namespace: eso } } } } } }
`
const secret = (name: string, of: string, spec: string) => `---
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: { name: ${name}, namespace: shop }
spec: { secretStoreRef: { kind: ClusterSecretStore, name: ${of} }, ${spec} }
`
const data = (key: string, property: string, more = '') =>
  `data: [{ secretKey: a, remoteRef: { key: ${key}, property: ${property}${more} } }]`

/** Everything that a live check can say of secrets: there, absent, deleted, without the property, an old version, a find, KV v1. */
const MANIFESTS = [
  store('vault', 'kv', 'v2'),
  store('old', 'old', 'v1'),
  store('team', 'kv', 'v2', 'namespace: team,'),
  secret('works', 'vault', data('shop/db', 'user')),
  secret('nested', 'vault', data('shop/db', 'nested.deep')),
  secret('absent', 'vault', data('shop/none', 'user')),
  secret('deleted', 'vault', data('shop/deleted', 'user')),
  secret('property', 'vault', data('shop/db', 'pasword')),
  secret('pinned', 'vault', `data: [{ secretKey: a, remoteRef: { key: shop/versions, version: "1" } }]`),
  secret('find', 'vault', 'dataFrom: [{ find: { path: many, name: { regexp: "nothing-like-it" } } }]'),
  secret('one', 'old', 'dataFrom: [{ extract: { key: app } }]'),
  secret('gone', 'old', 'dataFrom: [{ extract: { key: none } }]'),
  secret('theirs', 'team', data('app', 'none')),
  secret('hidden', 'vault', data('closed/x', 'user')),
].join('')

const ESO = 'path "kv/*" { capabilities = ["read", "list"] }\npath "old/*" { capabilities = ["read"] }'

describeWithServer('mode snapshot, and a run by what it wrote', () => {
  let server: RunningServer
  let folder = ''
  let token = ''

  beforeAll(async () => {
    server = await startOpenBao({ audit: true })
    folder = await mkdtemp(join(tmpdir(), 'eso-vault-snapshot-test-'))
    await writeFile(join(folder, 'manifests.yaml'), MANIFESTS)
    const put = (path: string, body: unknown) => expectSuccess(server, 'POST', path, body)
    await mountKv(server, 'kv', 2)
    await mountKv(server, 'old', 1)
    await put('sys/auth/kubernetes', { type: 'kubernetes' })
    await put('auth/kubernetes/config', {
      kubernetes_host: 'https://10.0.0.1:6443',
      kubernetes_ca_cert: CA,
      token_reviewer_jwt: JWT,
      disable_local_ca_jwt: true,
    })
    for (const name of ['eso', 'other']) {
      await put(`sys/policies/acl/${name}`, { policy: `${ESO}\n# ${VALUE}` })
      await put(`auth/kubernetes/role/${name}`, {
        bound_service_account_names: [name],
        bound_service_account_namespaces: ['eso'],
        token_policies: [name],
      })
    }
    const value = { data: { user: VALUE, nested: { deep: VALUE } } }
    for (const key of [
      'shop/db',
      'shop/versions',
      'shop/versions',
      'shop/deleted',
      'shop/beside',
      'many/x',
      'closed/x',
      'elsewhere/y',
    ])
      await put(`kv/data/${key}`, value)
    await put('kv/metadata/shop/db', { custom_metadata: { 'managed-by': 'external-secrets', note: VALUE } })
    await put('kv/destroy/shop/versions', { versions: [1] })
    await server.request('DELETE', 'kv/data/shop/deleted')
    await put('old/app', { user: VALUE })
    await put('sys/namespaces/team', {})
    await put('team/sys/mounts/kv', { type: 'kv', options: { version: '2' } })
    for (let tries = 0; (await server.request('GET', 'team/kv/config')).status !== 200 && tries < 100; tries += 1)
      await new Promise((resolve) => setTimeout(resolve, 50))
    await put('team/kv/data/app', value)
    token = await tokenWith(server, READER)
  }, 120_000)
  afterAll(async () => {
    await server?.stop()
    if (folder !== '') await rm(folder, { recursive: true, force: true })
  })

  const READER = `
    path "sys/mounts" { capabilities = ["read"] }
    path "sys/auth" { capabilities = ["read"] }
    path "sys/policies/acl/*" { capabilities = ["read", "list"] }
    path "auth/kubernetes/*" { capabilities = ["read", "list"] }
    path "kv/metadata/*" { capabilities = ["read", "list"] }
    path "kv/subkeys/*" { capabilities = ["read"] }
    path "kv/metadata/closed/*" { capabilities = ["deny"] }
    path "kv/subkeys/closed/*" { capabilities = ["deny"] }
    path "old/*" { capabilities = ["list"] }
    path "team/sys/mounts" { capabilities = ["read"] }
    path "team/sys/auth" { capabilities = ["read"] }
    path "team/sys/capabilities-self" { capabilities = ["update"] }
    path "team/kv/metadata/*" { capabilities = ["read", "list"] }
    path "team/kv/subkeys/*" { capabilities = ["read"] }
    path "team/auth/kubernetes/*" { capabilities = ["read", "list"] }
    path "team/sys/policies/acl/*" { capabilities = ["read", "list"] }
  `

  interface More {
    readonly config?: string
    readonly now?: Date
    readonly as?: string
  }
  async function ran(
    command: Mode,
    values: Given['values'],
    { config = '', now = new Date() }: More = {},
  ): Promise<RunResult> {
    const settings = resolveSettings({
      given: { from: 'terminal', command, subject: undefined, values, format: undefined, color: false },
      config: readConfig('eso-vault.yml', `version: 1\n${config}`, { rules: ['secret-unused'] }),
      environment: readEnvironment({}),
      folder: 'test',
    })
    return run(settings, { cwd: folder, env: {}, now: () => now, mask: () => undefined, warn: () => undefined })
  }
  const asServer = (more: More = {}) => ({ 'vault-addr': server.address, 'vault-token': more.as ?? token })
  async function written(more: More = {}): Promise<string> {
    const { snapshot, report } = await ran('snapshot', asServer(more), more)
    if (snapshot === undefined) throw new Error(JSON.stringify([report.incomplete, report.problems]))
    await writeFile(join(folder, 'vault-snapshot.json'), snapshot)
    return snapshot
  }
  const check = (more: More = {}) => ran('check', { 'vault-snapshot': 'vault-snapshot.json' }, more)
  const found = ({ report }: RunResult) =>
    report.findings.map(({ rule, message, severity }) => `${severity} ${rule}: ${message}`)
  const standing = ({ report }: RunResult) =>
    Object.fromEntries(report.references.map(({ reference, standing: { is } }) => [reference.manifest.name, is]))

  it('asks for no value, and none is in the file, nor a reviewer’s token, nor other metadata', async () => {
    const from = (await server.auditLog()).length
    const text = await written()
    const asked = await askedSince(server, from)
    expect(asked.length).toBeGreaterThan(20)
    expect(
      asked.filter((line) =>
        /\/data\/|^(?!read|list|update sys\/capabilities-self|update team\/sys\/capabilities-self)/.test(line),
      ),
    ).toEqual([])
    expect(asked.filter((line) => /^(read|list) old\/(?!$)./.test(line))).toEqual([])
    for (const canary of ['Canary', JWT]) expect(text).not.toContain(canary)
    expect(text).not.toContain('note')
    const file = JSON.parse(text) as SnapshotFile
    expect(file.policies['']?.of.eso?.text).toContain('***')
    expect(file.secrets['']?.kv?.shop?.secrets).toMatchObject({
      db: { version: 1, keys: { user: null, nested: { deep: null } }, managedBy: 'external-secrets' },
      deleted: { state: 'deleted', version: 1 },
      beside: { version: 1 },
    })
    expect(file.secrets.team?.kv?.['']?.secrets.app).toMatchObject({ version: 1 })
  })

  it('is byte-equal for an unchanged server but for its time', async () => {
    const [one, two] = [
      await written({ now: new Date('2026-11-27T03:10:00Z') }),
      await written({ now: new Date('2026-11-28T04:20:00Z') }),
    ]
    expect(one).not.toBe(two)
    expect(one.replaceAll('2026-11-27T03:10:00Z', '2026-11-28T04:20:00Z')).toBe(two)
  })

  it('gives every verdict that the server gives', async () => {
    await written()
    const [live, then] = [await ran('check', asServer()), await check()]
    expect(found(live).length).toBeGreaterThan(5)
    expect(found(then)).toEqual(found(live))
    expect(standing(then)).toEqual(standing(live))
    // What the token may not see is no pass in either.
    expect([standing(then).hidden, then.report.outcome]).toEqual(['not-checked', live.report.outcome])
    expect(then.report.incomplete.join()).toContain('lacked')
  })

  it('with hashed names gives the same, and says where it cannot', async () => {
    const text = await written({ config: 'snapshot: { names: hashed }' })
    const secrets = JSON.stringify((JSON.parse(text) as SnapshotFile).secrets)
    for (const name of ['shop', 'many', 'deleted', 'beside', 'user', 'nested', 'deep'])
      expect(secrets).not.toMatch(new RegExp(`"${name}":|\\["${name}`))
    const [live, then] = [await ran('check', asServer()), await check()]
    const rules = (result: RunResult) =>
      result.report.findings.map(({ rule }) => rule).filter((rule) => rule !== 'find-empty')
    expect(rules(then)).toEqual(rules(live))
    expect(standing(then)).toEqual({ ...standing(live), find: 'not-checked' })
    const absent = then.report.findings.find(({ rule }) => rule === 'property-absent')
    expect(absent?.message).toContain('hashed in the snapshot')
    expect(JSON.stringify(absent?.fix)).not.toContain('property: ')
    // Keys that templates read of a whole secret are not made up to be missing.
    const file = join(folder, 'extract.yaml')
    const template = `target: { template: { data: { x: "{{ .user }}" } } }, dataFrom: [{ extract: { key: shop/db } }]`
    const pattern = data('shop/db', '"us*"')
    await writeFile(file, secret('extract', 'vault', template) + secret('pattern', 'vault', pattern))
    const { plan, report } = await ran('plan', { 'vault-snapshot': 'vault-snapshot.json' })
    await rm(file)
    expect(report.findings.map(({ rule }) => rule)).not.toContain('template-key-absent')
    expect(plan?.seeds.filter(({ usedBy }) => usedBy.some((name) => /extract|pattern/.test(name)))).toEqual([])
  })

  it.each([
    ['referenced', ['db', 'deleted', 'none', 'versions'], false],
    ['folders', ['beside', 'db', 'deleted', 'versions'], false],
    ['all', ['beside', 'db', 'deleted', 'versions'], true],
  ] as const)('scope %s holds %j of the folder', async (scope, names, elsewhere) => {
    const file = JSON.parse(await written({ config: `snapshot: { scope: ${scope} }` })) as SnapshotFile
    expect(Object.keys(file.secrets['']?.kv?.shop?.secrets ?? {})).toEqual(names)
    expect(file.secrets['']?.kv?.shop?.complete).toBe(scope !== 'referenced')
    expect(file.secrets['']?.kv?.elsewhere !== undefined).toBe(elsewhere)
    expect(found(await check())).toEqual(found(await ran('check', asServer())))
  })

  it('without key names says so, and nothing of a property', async () => {
    await written({ config: 'snapshot: { keys: false }' })
    const then = await check()
    expect(standing(then).works).toBe('not-checked')
    expect(then.report.notChecked.map(({ reason }) => reasonText(reason)).join('\n')).toContain('snapshot.keys: false')
    expect(found(then).join()).not.toContain('property-absent')
  })

  it('a new reference beside the others is decided, and one elsewhere is not in the snapshot', async () => {
    await written()
    const file = join(folder, 'new.yaml')
    await writeFile(
      file,
      [
        secret('beside', 'vault', data('shop/beside', 'user')),
        secret('missing', 'vault', data('shop/new', 'user')),
        secret('far', 'vault', data('elsewhere/z', 'user')),
      ].join(''),
    )
    try {
      const then = await check()
      expect(standing(then)).toMatchObject({ beside: 'works', missing: 'broken', far: 'not-checked' })
      const reasons = then.report.notChecked.map(({ reason }) => reasonText(reason))
      expect(reasons.join('\n')).toContain('elsewhere/z is not in the snapshot')
    } finally {
      await rm(file)
    }
  })

  describe('age (snapshot.md §3)', () => {
    const made = new Date('2026-11-20T03:10:00Z')
    const hoursLater = (hours: number) => new Date(made.getTime() + hours * 3_600_000)

    it('is said, in the line and in the headline', async () => {
      await written({ now: made })
      const { headline } = await import('../../src/report/headline.ts')
      const { report } = await check({ now: hoursLater(15) })
      expect(report.live.line).toMatch(
        /^Checked against the snapshot of OpenBao .*: Vault as of 2026-11-20 03:10 UTC \(15 hours old\)\.$/,
      )
      // With its hour it would have more than 90 characters; the line above has it.
      expect(headline(report)).toMatch(/\(Vault as of 2026-11-20\)$/)
    })

    it('above the limit nothing is judged by it, and the run is incomplete', async () => {
      await written({ now: made })
      for (const [hours, values] of [
        [37, {}],
        [49, { 'snapshot-max-age': '2d' }],
      ] as const) {
        const { report } = await ran(
          'check',
          { 'vault-snapshot': 'vault-snapshot.json', ...values },
          { now: hoursLater(hours) },
        )
        expect([report.outcome, report.findings.filter(({ rule }) => rule.startsWith('secret-'))]).toEqual([
          'incomplete',
          [],
        ])
        expect(report.incomplete.join()).toMatch(/^The snapshot is \d+ (hours|days) old \(2026-11-20 03:10 UTC\)/)
        expect(report.references.map(({ standing: { is } }) => is)).not.toContain('works')
      }
      expect(
        (
          await ran(
            'check',
            { 'vault-snapshot': 'vault-snapshot.json', 'snapshot-max-age': '7d' },
            { now: hoursLater(49) },
          )
        ).report.live.asOf,
      ).toBe('2026-11-20T03:10:00Z')
    })

    it('that is yet to come is refused', async () => {
      await written({ now: made })
      const { report } = await check({ now: hoursLater(-1) })
      expect([report.outcome, report.problems?.[0]?.message]).toEqual([
        'invalid',
        expect.stringContaining('yet to come'),
      ])
    })
  })

  it.each([
    ['no file', undefined, 'does not exist'],
    ['no JSON', 'x', 'is no snapshot that mode `snapshot` writes: The file is no JSON.'],
    ['a report', '{"version":1,"outcome":"clean"}', 'The file lacks "made".'],
  ])('%s is invalid, with what is wrong', async (_, text, says) => {
    const file = join(folder, 'wrong.json')
    if (text !== undefined) await writeFile(file, text)
    const { report } = await ran('check', { 'vault-snapshot': 'wrong.json' })
    await rm(file, { force: true })
    expect(report.outcome).toBe('invalid')
    expect(report.problems?.[0]).toMatchObject({ file: 'wrong.json', message: expect.stringContaining(says) })
  })

  it('lies in the checkout, and is never read as Git’s word', async () => {
    await written()
    const { report } = await ran('check', {})
    expect(report.notes.some(({ code, file }) => code === 'own-output' && file === 'vault-snapshot.json')).toBe(true)
  })

  it('a server that fails on the way gives no file, and what the token may not see is told', async () => {
    const none = await ran('snapshot', {
      'vault-addr': 'http://127.0.0.1:1',
      'vault-token': token,
      'vault-timeout': '2s',
    })
    expect([none.snapshot, none.report.outcome]).toEqual([undefined, 'incomplete'])
    const { report, snapshot } = await ran('snapshot', asServer())
    expect(snapshot).toBeDefined()
    // The hidden folder is one that a manifest names.
    expect([report.outcome, report.incomplete.join()]).toEqual([
      'incomplete',
      expect.stringContaining('ci-policy --for snapshot'),
    ])
    expect(report.snapshot).toMatchObject({ roles: 2, policies: 2, file: 'vault-snapshot.json' })
  })

  it('a token that can do more is told of, as in a check', async () => {
    const { report } = await ran('snapshot', asServer({ as: server.rootToken }))
    expect(report.findings.map(({ rule }) => rule)).toEqual(['token-excess'])
    expect((await check()).report.findings.map(({ rule }) => rule)).not.toContain('token-excess')
  })

  it('beside a server it answers what that hides, and the run lacks nothing', async () => {
    await written({ as: server.rootToken })
    const weak = await tokenWith(server, 'path "kv/metadata/shop/*" { capabilities = ["read"] }')
    const alone = await ran('check', asServer({ as: weak }))
    expect(alone.report.incomplete).not.toEqual([])
    const both = await ran('check', { ...asServer({ as: weak }), 'vault-snapshot': 'vault-snapshot.json' })
    expect([both.report.incomplete, both.report.outcome]).toEqual([[], 'findings'])
    const whole = await ran('check', asServer({ as: server.rootToken }))
    expect(found(both)).toEqual(found(whole).filter((line) => !line.includes('token-excess')))
    expect(standing(both)).toEqual(standing(whole))
    // What the server itself tells counts: it is newer.
    await expectSuccess(server, 'POST', 'kv/data/shop/none', { data: { user: VALUE } })
    try {
      const now = await ran('check', { ...asServer({ as: weak }), 'vault-snapshot': 'vault-snapshot.json' })
      expect(found(both).join()).toContain('`kv/shop/none` does not exist')
      expect(found(now).join()).not.toContain('`kv/shop/none` does not exist')
    } finally {
      await server.request('DELETE', 'kv/metadata/shop/none')
    }
  })

  it('tells drift and a plan, which is a preview that nobody can apply', async () => {
    await written({ as: server.rootToken })
    const values = { 'vault-snapshot': 'vault-snapshot.json' }
    const [drift, liveDrift] = [await ran('drift', values), await ran('drift', asServer({ as: server.rootToken }))]
    expect(found(drift)).toEqual(found(liveDrift).filter((line) => !line.includes('token-excess')))
    const [plan, livePlan] = [await ran('plan', values), await ran('plan', asServer({ as: server.rootToken }))]
    expect(plan.plan?.steps).toEqual(livePlan.plan?.steps)
    expect([plan.plan?.preview, livePlan.plan?.preview]).toEqual([true, undefined])
    const digest = plan.plan?.digest ?? ''
    const applied = await ran('apply', {
      ...asServer({ as: server.rootToken }),
      'plan-digest': digest,
      'allow-root-token': 'true',
    })
    expect([applied.exitCode, applied.report.problems?.[0]?.message]).toEqual([2, expect.stringContaining('preview')])
    const file = join(folder, 'plan.json')
    await writeFile(file, JSON.stringify(plan.plan))
    const byFile = await ran('apply', {
      ...asServer({ as: server.rootToken }),
      'plan-file': 'plan.json',
      'allow-root-token': 'true',
    })
    await rm(file)
    expect([byFile.exitCode, byFile.report.problems?.[0]?.message]).toEqual([2, expect.stringContaining('preview')])
  })

  it.each(['referenced', 'folders', 'all'] as const)(
    'the policy of ci-policy --for snapshot is enough, scope %s',
    async (scope) => {
      const config = readConfig('eso-vault.yml', `version: 1\nsnapshot: { scope: ${scope} }`, { rules: [] })
      const { text } = await ask({ command: 'ci-policy', cwd: folder, purpose: 'snapshot', config })
      expect(text).not.toMatch(/(?<!meta)data\//)
      const as = await tokenWith(server, text, { no_default_policy: true })
      const { report, snapshot } = await ran('snapshot', asServer({ as }), { config: `snapshot: { scope: ${scope} }` })
      expect([report.incomplete, report.outcome]).toEqual([[], 'clean'])
      // As much as somebody sees who may see everything.
      const file = JSON.parse(snapshot ?? '') as SnapshotFile
      const { snapshot: whole = '' } = await ran('snapshot', asServer({ as: server.rootToken }), {
        config: `snapshot: { scope: ${scope} }`,
      })
      const all = JSON.parse(whole) as SnapshotFile
      expect(file.roles).toEqual(all.roles)
      expect(file.policies).toEqual(all.policies)
      // Whether there is a secret where a folder is searched only helps to explain, and is worth no right.
      for (const one of [file, all]) Reflect.deleteProperty(one.secrets['']?.kv?.['']?.secrets ?? {}, 'many')
      expect(file.secrets['']).toEqual(
        scope === 'all' ? { ...all.secrets[''], secret: expect.anything() } : all.secrets[''],
      )
      expect(file.secrets.team).toEqual(all.secrets.team)
      expect(settingsFor({ command: 'ci-policy', cwd: folder, purpose: 'snapshot' }).mode).toBe('check')
    },
  )

  it('the same holds for parts that no manifest of ours names', async () => {
    const connection = await connectWith(server, server.rootToken)
    const wanted = {
      mounts: ['kv', 'old', 'nowhere', 'kv/inside'],
      authMounts: ['kubernetes', 'nowhere', 'token'],
      authConfig: true,
      roles: [
        { authMount: 'kubernetes', name: 'other' },
        { authMount: 'kubernetes', name: 'nobody' },
      ],
      policies: ['other', 'nothing'],
      secrets: [{ mount: 'kv', key: 'shop/versions', version: 2, withKeys: true }],
      finds: [{ mount: 'kv', path: '' }],
    }
    try {
      for (const scope of ['referenced', 'folders', 'all'] as const)
        await sameBySnapshot(connection, wanted, await readLive(connection, wanted), { scope })
    } finally {
      await connection.end()
    }
    expect(await readFile(join(folder, 'manifests.yaml'), 'utf8')).toBe(MANIFESTS)
  })
})
