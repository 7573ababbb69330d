import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { SecretFact } from '../../src/model/vault-state.ts'
import { plan } from '../../src/modes/plan.ts'
import { EMPTY_CONFIG } from '../../src/settings/config-file.ts'
import { readEnvironment } from '../../src/settings/environment.ts'
import { resolveSettings } from '../../src/settings/resolve-settings.ts'
import { fakeLive } from '../rules/fake-live.ts'
import { asYaml, externalSecret, pushes, reads, store } from './seeding-repository.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'eso-vault-seeding-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** The seeds of a plan against a server that holds these secrets. */
async function seeds(objects: readonly object[], secrets: Readonly<Record<string, SecretFact>> = {}) {
  await writeFile(join(folder, 'all.yaml'), asYaml(objects))
  const settings = resolveSettings({
    given: { from: 'terminal', command: 'plan', subject: undefined, values: {}, format: undefined, color: false },
    config: EMPTY_CONFIG,
    environment: readEnvironment({}),
    folder: 'test',
  })
  const live = fakeLive({ mounts: [{ path: 'kv', type: 'kv', version: 2 }], secrets })
  const { document } = await plan(settings, { cwd: folder, live, incomplete: [] })
  return document.seeds
}

async function commands(...given: Parameters<typeof seeds>): Promise<string[]> {
  return (await seeds(...given)).map(({ command }) => command)
}

describe('what is seeded', () => {
  test('one command for each path, with every key that any manifest reads and every reader named', async () => {
    const objects = [
      store(),
      reads('b', [{ key: 'team/db', property: 'password' }]),
      reads('a', [
        { key: 'team/db', property: 'username' },
        { key: 'team/db', property: 'password' },
      ]),
    ]
    expect(await seeds(objects)).toEqual([
      {
        path: 'kv/team/db',
        keys: ['password', 'username'],
        usedBy: ['ExternalSecret apps/a', 'ExternalSecret apps/b'],
        command:
          '# ExternalSecret apps/a, ExternalSecret apps/b\n' +
          'vault kv put -mount=kv -cas=0 team/db \\\n  password=@password.txt \\\n  username=@username.txt',
      },
    ])
  })

  test('a single key comes from standard input', async () => {
    expect(await commands([store(), reads('a', [{ key: 'one', property: 'token' }])])).toEqual([
      '# ExternalSecret apps/a\nvault kv put -mount=kv -cas=0 one token=-',
    ])
  })

  test('a secret that is there and lacks a key is patched, with just that key', async () => {
    const objects = [
      store(),
      reads('a', [
        { key: 'one', property: 'there' },
        { key: 'one', property: 'new' },
      ]),
    ]
    expect(await commands(objects, { 'kv/one': { presence: 'present', keys: { there: null } } })).toEqual([
      '# ExternalSecret apps/a\nvault kv patch -mount=kv one new=-',
    ])
  })

  test('below a text ESO finds nothing, so that the property becomes a key of its own name', async () => {
    const objects = [store(), reads('a', [{ key: 'one', property: 'json.user' }])]
    expect(await commands(objects, { 'kv/one': { presence: 'present', keys: { json: null } } })).toEqual([
      '# ExternalSecret apps/a\nvault kv patch -mount=kv one json.user=-',
    ])
  })

  test('a deleted one is written over the version that was deleted, and no other', async () => {
    const [command] = await commands([store(), reads('a', [{ key: 'one', property: 'x' }])], {
      'kv/one': { presence: 'deleted', currentVersion: 3 },
    })
    expect(command).toContain('kv put -mount=kv -cas=3 one x=-')
  })

  test('an extract asks for the keys that its templates read; without any the key is left open', async () => {
    const dataFrom = [{ extract: { key: 'one' } }]
    const template = { data: { url: '{{ .user }}:{{ .pass }}' } }
    expect(await commands([store(), externalSecret('a', { dataFrom, target: { name: 'a', template } })])).toEqual([
      '# ExternalSecret apps/a\nvault kv put -mount=kv -cas=0 one \\\n  pass=@pass.txt \\\n  user=@user.txt',
    ])
    expect(await commands([store(), externalSecret('a', { dataFrom })])).toEqual([
      '# ExternalSecret apps/a\nvault kv put -mount=kv -cas=0 one KEY=-',
    ])
  })

  test.each<[string, object[], Record<string, SecretFact>]>([
    [
      'a secret with all its keys',
      [reads('a', [{ key: 'one', property: 'x' }])],
      { 'kv/one': { presence: 'present', keys: { x: null } } },
    ],
    [
      'one whose keys cannot be seen',
      [reads('a', [{ key: 'one', property: 'x' }])],
      { 'kv/one': { presence: 'present' } },
    ],
    [
      'one that is hidden',
      [reads('a', [{ key: 'one', property: 'x' }])],
      { 'kv/one': { presence: 'hidden', because: '403' } },
    ],
    [
      'a nested property that is there',
      [reads('a', [{ key: 'one', property: 'a.b' }])],
      { 'kv/one': { presence: 'present', keys: { a: { b: null } } } },
    ],
    [
      'a property that a value decides',
      [reads('a', [{ key: 'one', property: 'hosts.0' }])],
      { 'kv/one': { presence: 'present', keys: { hosts: null } } },
    ],
    ['a pinned version', [reads('a', [{ key: 'one', property: 'x', version: '2' }])], {}],
    ['a push target', [pushes('p', [{ key: 'one', property: 'x' }])], {}],
    [
      'a secret that is read and pushed',
      [
        pushes('p', [{ key: 'one', property: 'x' }]),
        reads('a', [
          { key: 'one', property: 'x' },
          { key: 'one', property: 'y' },
        ]),
      ],
      {},
    ],
    [
      'a key that is pushed, of a secret that is there',
      [pushes('p', [{ key: 'one', property: 'y' }]), reads('a', [{ key: 'one', property: 'y' }])],
      { 'kv/one': { presence: 'present', keys: { x: null } } },
    ],
    [
      'a secret to which a whole Secret is pushed',
      [pushes('p', [{ key: 'one' }]), reads('a', [{ key: 'one', property: 'y' }])],
      { 'kv/one': { presence: 'present', keys: { x: null } } },
    ],
  ])('nothing for %s', async (_, objects, secrets) => {
    expect(await seeds([store(), ...objects], secrets)).toEqual([])
  })

  test('KV version 1: no check-and-set, and never a put over what is there', async () => {
    const objects = [store('v1'), reads('a', [{ key: 'one', property: 'x' }])]
    expect(await commands(objects)).toEqual(['# ExternalSecret apps/a\nvault kv put -mount=kv one x=-'])
    expect(await commands(objects, { 'kv/one': { presence: 'present', keys: { y: null } } })).toEqual([])
  })

  test('a nested property that is missing becomes a key that ESO finds first', async () => {
    const objects = [
      store(),
      reads('a', [
        { key: 'one', property: 'a.c' },
        { key: 'one', property: 'tls\\.crt' },
      ]),
    ]
    const [seed] = await seeds(objects, { 'kv/one': { presence: 'present', keys: { a: { b: null } } } })
    expect(seed?.keys).toEqual(['a.c', 'tls.crt'])
  })

  test('the Vault namespace of the store', async () => {
    const [command] = await commands([store('v2', { namespace: 'team1' }), reads('a', [{ key: 'one', property: 'x' }])])
    expect(command).toContain('vault kv put -namespace=team1 -mount=kv')
  })
})

describe('names are data', () => {
  test('paths and keys are quoted, and a path is never a flag', async () => {
    const items = ["it's `id`", '-address=x', 'a b'].map((key) => ({ key, property: "k'$(id)" }))
    expect((await commands([store(), reads('a', items)])).map((command) => command.split('\n')[1])).toEqual([
      `vault kv put -mount=kv -cas=0 -- -address=x 'k'\\''$(id)=-'`,
      `vault kv put -mount=kv -cas=0 'a b' 'k'\\''$(id)=-'`,
      `vault kv put -mount=kv -cas=0 'it'\\''s \`id\`' 'k'\\''$(id)=-'`,
    ])
  })

  test('keys that the command line cannot take as pairs come as JSON on standard input', async () => {
    const items = ['a=b', 'plain'].map((property) => ({ key: 'one', property }))
    expect(await commands([store(), reads('a', items)])).toEqual([
      '# ExternalSecret apps/a\n# standard input: {"a=b": "…", "plain": "…"}\nvault kv put -mount=kv -cas=0 one -',
    ])
  })

  test('a file is named after its key, and after its path too where two would be one', async () => {
    const files = async (items: readonly [key: string, property: string][]) => {
      const objects = [
        store(),
        reads(
          'a',
          items.map(([key, property]) => ({ key, property })),
        ),
      ]
      return (await commands(objects)).flatMap((command) => [...command.matchAll(/=@(\S+)/g)].map(([, file]) => file))
    }
    expect(
      await files([
        ['x/db', 'user'],
        ['x/db', 'pass'],
        ['y/api', 'id'],
        ['y/api', 'key'],
      ]),
    ).toEqual(['pass.txt', 'user.txt', 'id.txt', 'key.txt'])
    expect(
      await files([
        ['x/db', 'user'],
        ['x/db', 'pass'],
        ['y/db', 'user'],
        ['y/db', 'pass'],
      ]),
    ).toEqual(['x.db.pass.txt', 'x.db.user.txt', 'y.db.pass.txt', 'y.db.user.txt'])
    const clash = await files([
      ['x', 'a/b'],
      ['x', 'a_b'],
      ['x', '../../etc/passwd'],
    ])
    expect(new Set(clash).size).toBe(3)
    for (const file of clash) expect(file).toMatch(/^[A-Za-z0-9_][A-Za-z0-9._-]*\.txt$/)
  })
})
