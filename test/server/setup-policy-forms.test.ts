import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { selfSigned } from '../../scripts/openbao/self-signed.ts'
import { describeWithServer, type RunningServer, startOpenBao } from '../openbao/server.ts'
import { expectSuccess, tokenWith } from '../openbao/stage.ts'
import {
  APPLY_RIGHTS,
  APPS,
  actionsOf,
  type Checkout,
  checkout,
  everyStep,
  NEEDED,
  planOf,
  policyOf,
  runSetup,
  wipe,
} from './setup-stage.ts'

const POLICY = 'policy external-secrets'
const KUBERNETES = 'kubernetes: { host: "https://127.0.0.1:1", reviewer: client, ca: ca.pem }'
const FOLDER = `setup: { ${KUBERNETES}, policy: { generate: folder } }`
const FILE = `setup: { ${KUBERNETES}, policy: { generate: { file: vault/eso.hcl } } }`

/** Everything that is needed, as a person writes it: other order, comments, wider in one place. */
const WRITTEN = `# What ESO may do
path "kv/metadata/${APPS}/backstage/db" { capabilities = ["create", "update", "read"] }

path "kv/data/${APPS}/*"
{
  capabilities = [ "read" ]
}
path "kv/data/${APPS}/backstage/db" {
  capabilities = ["update",
    "read"]
}
`

describeWithServer('how the text of a policy comes about', () => {
  let server: RunningServer
  let repository: Checkout
  let token: string

  beforeAll(async () => {
    server = await startOpenBao()
    repository = await checkout('soyo/as-fixed', { 'ca.pem': selfSigned('test').certificate })
    await mkdir(join(repository.folder, 'vault'))
    token = await tokenWith(server, policyOf(APPLY_RIGHTS))
  })
  beforeEach(() => wipe(server))
  afterAll(async () => {
    await server?.stop()
    await repository?.remove()
  })

  const write = (text: string) => writeFile(join(repository.folder, 'vault', 'eso.hcl'), text)
  const run = (mode: 'plan' | 'apply', config: string, inputs = {}) =>
    runSetup(server, { mode, token, cwd: repository.folder, config, inputs })
  const plan = async (config: string) => planOf(await run('plan', config))
  const apply = async (config: string) => run('apply', config, { 'plan-digest': (await plan(config)).digest })
  const policyStep = async (config: string) => (await plan(config)).steps.find(({ id }) => id === POLICY)
  /** What a token with the policy, and nothing else, may do at these paths, as the server says. */
  const rights = async (paths: readonly string[]): Promise<Record<string, string[]>> => {
    const answer = await expectSuccess(server, 'POST', 'auth/token/create', {
      policies: ['external-secrets'],
      ttl: '5m',
    })
    const asked = { token: answer.body.auth.client_token, paths }
    return (await expectSuccess(server, 'POST', 'sys/capabilities', asked)).body.data
  }
  const expectCovered = async () => {
    const has = await rights(Object.keys(NEEDED))
    for (const [path, wanted] of Object.entries(NEEDED))
      expect(has[path], path).toEqual(expect.arrayContaining([...wanted]))
  }

  describe('folder', () => {
    test('covers every access, and is no wider than its rules say', async () => {
      const step = await policyStep(FOLDER)
      const said = new Map(step?.rules.map(({ path, after }) => [path, after]))
      expect([...said.keys()]).toEqual([
        `kv/data/${APPS}/backstage/*`,
        `kv/data/${APPS}/example/*`,
        `kv/metadata/${APPS}/backstage/*`,
      ])
      expect((await apply(FOLDER)).report.problems).toBeUndefined()
      await expectCovered()
      for (const [path, after] of said) {
        const folder = path.slice(0, -1)
        const [inside, deeper, beside, above] = [
          `${folder}new`,
          `${folder}a/b/c`,
          `${folder.slice(0, -1)}x`,
          `${folder}../x`.replace(/[^/]+\/\.\.\//, ''),
        ]
        const has = await rights([inside, deeper, beside, above])
        expect(has[inside], inside).toEqual(after)
        expect(has[deeper], deeper).toEqual(after)
        expect(has[beside], beside).toEqual(['deny'])
        expect(has[above], above).toEqual(['deny'])
      }
      const outside = [
        'kv/data/other',
        `kv/data/${APPS}`,
        'kv/metadata/',
        `kv/metadata/${APPS}/example/app`,
        'kv/config',
        `kv/destroy/${APPS}/backstage/db`,
      ]
      const has = await rights(outside)
      for (const path of outside) expect(has[path], path).toEqual(['deny'])
      expect(actionsOf(await plan(FOLDER))).toEqual(everyStep('no-change'))
    })

    test('exact after folder, and folder after exact, take nothing away and come to rest', async () => {
      const EXACT = FOLDER.replace('folder', 'exact')
      await apply(EXACT)
      await apply(FOLDER)
      await expectCovered()
      expect(await plan(FOLDER)).toMatchObject({ hasChanges: false })
      expect(await plan(EXACT)).toMatchObject({ hasChanges: false })
    })
  })

  describe('a file of the repository', () => {
    test('is written as it stands, byte for byte, and covers every access', async () => {
      await write(WRITTEN)
      const made = await plan(FILE)
      expect(made.coverage).toMatchObject({ covered: 5, open: [] })
      expect((await apply(FILE)).report).toMatchObject({ outcome: 'clean' })
      expect((await server.request('GET', 'sys/policies/acl/external-secrets')).body.data.policy).toBe(WRITTEN)
      await expectCovered()
      expect(actionsOf(await plan(FILE))).toEqual(everyStep('no-change'))
    })

    test.each([
      ['white space and comments', WRITTEN.replaceAll('\n', '\n\n').replace('# What', '// That')],
      ['no line feed at its end', WRITTEN.trimEnd()],
      ['indented, as a here-document leaves it', WRITTEN.replace(/^/gm, '    ')],
      [
        'the order of rules and capabilities',
        WRITTEN.split(/\n(?=path)/)
          .reverse()
          .join('\n')
          .replace('"create", "update"', '"update", "create"'),
      ],
      ['CRLF', WRITTEN.replaceAll('\n', '\r\n')],
    ])('another way to write it is no change: %s', async (_, text) => {
      await write(WRITTEN)
      await apply(FILE)
      await write(text)
      const step = await policyStep(FILE)
      expect(step).toMatchObject({ action: 'no-change', notes: ['Equal apart from formatting.'], rules: [] })
    })

    test('one that misses an access is told before apply and after, and changes nothing else', async () => {
      await write(WRITTEN.replace('["update",\n    "read"]', '["read"]'))
      const before = await run('plan', FILE)
      const open = planOf(before).coverage.open
      expect(open.map(({ reference }) => reference)).toEqual([
        'PushSecret backstage/backstage-db-to-vault, spec.data[0]',
        'PushSecret backstage/backstage-db-to-vault, spec.data[1]',
      ])
      for (const { because } of open) expect(because).toContain(`kv/data/${APPS}/backstage/db`)
      const after = await apply(FILE)
      expect(after.exitCode).toBe(1)
      expect(planOf(after).coverage.open).toEqual(open)
      expect(after.report.findings.map(({ rule }) => rule)).toContain('policy-denies')
      expect((await rights([`kv/data/${APPS}/backstage/db`]))[`kv/data/${APPS}/backstage/db`]).toEqual(['read'])
    })

    test('rules that only the server has are shown as going', async () => {
      await write(WRITTEN)
      await expectSuccess(server, 'POST', 'sys/policies/acl/external-secrets', {
        policy: `${WRITTEN}\npath "kv/data/old/*" {\n  capabilities = ["read", "list"]\n}\n`,
      })
      expect(await policyStep(FILE)).toMatchObject({
        action: 'update',
        rules: [{ path: 'kv/data/old/*', before: ['read', 'list'], after: null }],
      })
      await apply(FILE)
      expect((await server.request('GET', 'sys/policies/acl/external-secrets')).body.data.policy).toBe(WRITTEN)
    })

    test.each([
      [
        'does not parse',
        'path "kv/data/a" { capabilities = ["rea"] }',
        /refused by the server: .*invalid capability "?rea/,
      ],
      ['is empty', ' \n', /vault\/eso\.hcl is empty/],
    ])('one that %s blocks, and nothing is written', async (_, text, because) => {
      await write(text)
      const result = await run('plan', FILE)
      expect(result.exitCode).toBe(1)
      expect(result.report.problems?.map(({ message }) => message).join('\n')).toMatch(because)
    })

    test('one that is not there blocks', async () => {
      const result = await run('plan', FILE.replace('eso.hcl', 'gone.hcl'))
      expect(result.report.problems?.[0]?.message).toMatch(/vault\/gone\.hcl is not in the files/)
    })
  })
})
