import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeWithServer, type RunningServer, startOpenBao } from '../openbao/server.ts'
import { inShell } from '../openbao/shell.ts'
import { expectSuccess, mountKv } from '../openbao/stage.ts'
import { asYaml, externalSecret, pushes, reads, store } from '../setup/seeding-repository.ts'
import { planOf, runSetup } from './setup-stage.ts'

// `$(…)` in a key would be a placeholder, which nothing is planned for.
const HOSTILE = 'it\'s "x" `touch pwned` & ; #'

const OBJECTS = [
  store(),
  reads('db', [
    { key: 'team/db', property: 'username' },
    { key: 'team/db', property: 'password' },
    { key: 'other/db', property: 'username' },
    { key: 'other/db', property: 'password' },
  ]),
  reads('one', [{ key: 'team/token', property: 'token' }]),
  reads('grown', [
    { key: 'team/grown', property: 'old' },
    { key: 'team/grown', property: 'new' },
  ]),
  reads('gone', [{ key: 'team/gone', property: 'key' }]),
  reads('strange', [
    { key: HOSTILE, property: 'tls\\.crt' },
    { key: HOSTILE, property: `it's $(touch pwned)` },
    { key: '-address=x', property: 'key' },
    { key: 'team/json', property: 'a=b' },
    { key: 'team/json', property: '@at' },
    { key: 'team/clash', property: 'a/b' },
    { key: 'team/clash', property: 'a_b' },
  ]),
  externalSecret('template', {
    dataFrom: [{ extract: { key: 'team/template' } }],
    target: { name: 'template', template: { data: { url: '{{ .user }}:{{ .pass }}' } } },
  }),
  pushes('pushed', [{ key: 'team/pushed', property: 'x' }]),
  reads('of-pushed', [{ key: 'team/there', property: 'y' }]),
]

describeWithServer('the commands to seed, typed into a shell', () => {
  let server: RunningServer
  let folder: string
  beforeAll(async () => {
    server = await startOpenBao()
    folder = await mkdtemp(join(tmpdir(), 'eso-vault-seeding-'))
    await writeFile(join(folder, 'all.yaml'), asYaml(OBJECTS))
    await mountKv(server, 'kv', 2)
    const put = (path: string, data: object) => expectSuccess(server, 'POST', `kv/data/${path}`, { data })
    await put('team/grown', { old: 'kept' })
    await put('team/there', { y: 'kept' })
    await put('team/gone', { key: 'first' })
    await put('team/gone', { key: 'second' })
    await expectSuccess(server, 'DELETE', 'kv/data/team/gone')
  })
  afterAll(async () => {
    await server?.stop()
    await rm(folder, { recursive: true, force: true })
  })

  const run = (mode: 'plan' | 'check') => runSetup(server, { mode, token: server.rootToken, cwd: folder })
  const secretFindings = async () => {
    const { report } = await run('check')
    return report.findings.filter(({ rule }) => ['secret-absent', 'secret-deleted', 'property-absent'].includes(rule))
  }
  const read = async (path: string) => {
    const escaped = path.split('/').map(encodeURIComponent).join('/')
    return (await server.request('GET', `kv/data/${escaped}`)).body.data
  }

  test('every key lands where it is read, nothing else is touched, and the live check is clean', async () => {
    expect((await secretFindings()).length).toBeGreaterThan(8)
    const { seeds } = planOf(await run('plan'))
    expect(seeds.map(({ path }) => path)).toEqual(
      [
        `-address=x`,
        HOSTILE,
        'other/db',
        'team/clash',
        'team/db',
        'team/gone',
        'team/grown',
        'team/json',
        'team/template',
        'team/token',
      ].map((path) => `kv/${path}`),
    )
    // What a person does: fill the files, and give the rest by standard input.
    for (const { command } of seeds) {
      for (const [, file = ''] of command.matchAll(/=@([A-Za-z0-9._-]+)/g)) {
        await writeFile(join(folder, file), `value of ${file}`)
      }
    }
    const lines = seeds.map(({ command }) => {
      const json = /^# standard input: (.*)$/m.exec(command)?.[1]?.replaceAll('"…"', '"typed as JSON"')
      return `printf '%s' '${json ?? 'typed value'}' | {\n${command}\n}`
    })
    const said = await inShell(server, lines.join('\n\n'), folder)
    expect(said).toMatchObject({ code: 0 })

    expect(await secretFindings()).toEqual([])
    expect(planOf(await run('plan')).seeds).toEqual([])
    const values = async (path: string) => (await read(path)).data
    expect(await values('team/db')).toEqual({
      password: 'value of team.db.password.txt',
      username: 'value of team.db.username.txt',
    })
    expect(await values('other/db')).toEqual({
      password: 'value of other.db.password.txt',
      username: 'value of other.db.username.txt',
    })
    expect(await values('team/token')).toEqual({ token: 'typed value' })
    expect(await values('team/grown')).toEqual({ old: 'kept', new: 'typed value' })
    expect(await values('team/json')).toEqual({ 'a=b': 'typed as JSON', '@at': 'typed as JSON' })
    expect(await values('-address=x')).toEqual({ key: 'typed value' })
    const clash = await values('team/clash')
    expect(clash['a/b']).not.toBe(clash.a_b)
    expect((await read('team/gone')).metadata.version).toBe(3)
    expect(await read('team/there')).toMatchObject({ data: { y: 'kept' }, metadata: { version: 1 } })
    expect((await server.request('GET', 'kv/data/team/pushed')).status).toBe(404)
  })

  test('typed again, a put changes nothing: somebody else has seeded it', async () => {
    const said = await inShell(server, 'printf x | bao kv put -mount=kv -cas=0 team/token token=-', folder)
    expect(said.code).not.toBe(0)
    expect(said.stderr).toContain('check-and-set')
  })
})
