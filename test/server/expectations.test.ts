import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { check } from '../../src/modes/check.ts'
import { RULE_IDS } from '../../src/rules/rule-ids.ts'
import { readConfig } from '../../src/settings/config-file.ts'
import { readEnvironment } from '../../src/settings/environment.ts'
import { resolveSettings } from '../../src/settings/resolve-settings.ts'
import { type Random, randomFrom } from '../differential/random.ts'
import { describeWithServer, type RunningServer, startOpenBao } from '../openbao/server.ts'
import { expectSuccess, mountKv, tokenWith } from '../openbao/stage.ts'

const POLICIES = 40
const KEYS = ['a', 'a/b', 'a/b/c', 'x/b', 'ab']
const ACTIONS = ['read', 'list', 'write', 'delete'] as const
type Action = (typeof ACTIONS)[number]

/** Rules out of few parts, so that many meet on one path; also such as people write by mistake (without `data/`). */
function randomPolicy(random: Random): string {
  return random
    .some(1, 5, () => {
      const side = random.pick(['data/', 'metadata/', 'data/', 'metadata/', ''])
      const key = random.pick([...KEYS, '+', 'a/+', '+/b', ''])
      // `+*` is refused.
      const end = key.endsWith('+') ? '' : random.chance(0.5) ? '*' : random.chance(0.3) ? '/' : ''
      const chosen = ['create', 'read', 'update', 'delete', 'list'].filter(() => random.chance(0.6))
      const capabilities = random.chance(0.15) ? ['deny'] : chosen
      return `path "kv/${side}${key}${end}" { capabilities = ${JSON.stringify(capabilities)} }`
    })
    .join('\n')
}

/**
 * Each line of a contract against what the server itself does: for random policies, whether a token of them can read, list, write
 * (a new secret and an old one) and delete.
 */
describeWithServer('expectations hold where the server allows, and nowhere else', () => {
  let server: RunningServer
  const folder = mkdtempSync(join(tmpdir(), 'eso-vault-expect-'))
  const random = randomFrom(12)
  const policies = Array.from({ length: POLICIES }, () => randomPolicy(random))

  beforeAll(async () => {
    server = await startOpenBao()
    await mountKv(server, 'kv', 2)
  })
  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true })
    await server.stop()
  })

  /** `store`, action and path of every line that is broken, of a contract in which everything may be done. */
  async function broken(may: boolean): Promise<Set<string>> {
    const config = [
      'version: 1',
      'vault: { product: openbao@2.7 }',
      'stores:',
      ...policies.map((_, i) => `  s${i}: { path: kv, policies: [p${i}], auth: { method: tokenSecretRef } }`),
      'policies:',
      ...policies.map((_, i) => `  p${i}: policies/p${i}.hcl`),
      'expect:',
      ...policies.flatMap((_, i) =>
        KEYS.flatMap((key) =>
          ACTIONS.map((action) => `  - { store: s${i}, ${may ? 'may' : 'mayNot'}: [${action}], path: kv/${key} }`),
        ),
      ),
    ].join('\n')
    const settings = resolveSettings({
      given: { from: 'terminal', command: 'check', subject: undefined, values: {}, format: 'json', color: false },
      config: readConfig('eso-vault.yml', config, { rules: RULE_IDS }),
      environment: readEnvironment({}),
      folder: 'repository',
    })
    const { report } = await check(settings, { cwd: folder, today: '2026-06-01', live: undefined, incomplete: [] })
    expect(report.notChecked.filter(({ file }) => file === 'eso-vault.yml')).toEqual([])
    const lines = config.split('\n')
    const said = /store: (s\d+), \w+: \[(\w+)\], path: (\S+)/
    return new Set(
      report.findings
        .filter(({ rule }) => rule === 'expectation-broken')
        .map(
          ({ span }) =>
            said
              .exec(lines[span.line - 1] ?? '')
              ?.slice(1)
              .join(' ') ?? '',
        ),
    )
  }

  /** Whether the server lets the token do it, by doing it. */
  async function can(token: string, action: Action, key: string): Promise<boolean> {
    const as = async (method: string, path: string, body?: unknown) =>
      (await server.request(method, path, body, token)).status !== 403
    const write = () => as('POST', `kv/data/${key}`, { data: { a: 'b' } })
    switch (action) {
      case 'read':
        return as('GET', `kv/data/${key}`)
      case 'list':
        return as('LIST', `kv/metadata/${key}/`)
      case 'delete':
        return as('DELETE', `kv/metadata/${key}`)
      case 'write': {
        await server.request('DELETE', `kv/metadata/${key}`)
        const created = await write()
        await expectSuccess(server, 'POST', `kv/data/${key}`, { data: { a: 'b' } })
        return created && (await write())
      }
    }
  }

  test('of 800 lines', async () => {
    for (const [i, text] of policies.entries()) {
      const file = join(folder, `policies/p${i}.hcl`)
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, `${text}\n`)
    }
    const mayBroken = await broken(true)
    const mayNotBroken = await broken(false)
    const wrong: string[] = []
    let allowed = 0
    for (const [i, text] of policies.entries()) {
      const token = await tokenWith(server, text)
      for (const key of KEYS)
        for (const action of ACTIONS) {
          const line = `s${i} ${action} kv/${key}`
          const does = await can(token, action, key)
          if (does) allowed++
          if (mayBroken.has(line) === does)
            wrong.push(`may ${line}: the server ${does ? 'allows' : 'refuses'} it\n${text}`)
          // What may not be written or deleted is refused in every way, and the server was asked for one.
          if (does && !mayNotBroken.has(line)) wrong.push(`may not ${line}: the server allows it\n${text}`)
          if (!does && mayNotBroken.has(line) && (action === 'read' || action === 'list'))
            wrong.push(`may not ${line}: the server refuses it\n${text}`)
        }
    }
    expect(wrong).toEqual([])
    expect(allowed).toBeGreaterThan(POLICIES)
    expect(allowed).toBeLessThan((POLICIES * KEYS.length * ACTIONS.length * 9) / 10)
  }, 120_000)
})
