import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parsePolicy } from '../../src/policy/parse-policy.ts'
import { describeWithServer, type RunningServer, startOpenBao } from '../openbao/server.ts'
import { askedSince, expectSuccess, tokenWith } from '../openbao/stage.ts'
import { APPS, askAbout, example, FILES, ROLE, ROLE_PATH, said, seed, setUpLaw } from './drift-stage.ts'
import { type Checkout, checkout, PLAN_POLICY, planOf, runSetup, wipe } from './setup-stage.ts'

type Right = readonly [path: string, capability: string]

/** What a policy of `examples/policies` grants, one right each. */
function rightsOf(name: string): Right[] {
  const parsed = parsePolicy(example(name))
  if (!parsed.ok) throw new Error(parsed.error)
  return parsed.policy.rules.flatMap(({ label, capabilities }) => capabilities.map((one): Right => [label, one]))
}

function policyOf(rights: readonly Right[]): string {
  return rights.map(([path, capability]) => `path "${path}" { capabilities = ["${capability}"] }`).join('\n')
}

const [CHECK, DRIFT, APPLY] = ['eso-check.hcl', 'eso-drift.hcl', 'eso-apply.hcl'].map(rightsOf) as [
  Right[],
  Right[],
  Right[],
]
/** With the folder below a `*`, as a message names it. */
const folderOf = (path: string) => path.replace(/\/\*$/, '')

describe('what the policies of examples/policies say', () => {
  it('none of them writes where it should only look, and none of them reads a value or takes anything away', () => {
    for (const [, capability] of [...CHECK, ...DRIFT]) expect(['read', 'list']).toContain(capability)
    for (const [path, capability] of [...CHECK, ...DRIFT, ...APPLY]) {
      expect(path).not.toMatch(/(^|\/)data\//)
      expect(['delete', 'patch', 'deny']).not.toContain(capability)
    }
  })
})

describeWithServer('the policies of examples/policies, each right of them', () => {
  let server: RunningServer
  let files: Checkout

  beforeAll(async () => {
    server = await startOpenBao({ audit: true })
    files = await checkout('soyo/as-fixed', FILES)
    await seed(server)
    await setUpLaw(server)
  }, 120_000)
  afterAll(async () => {
    await files?.remove()
    await server?.stop()
  })

  const as = (rights: readonly Right[]) => tokenWith(server, policyOf(rights))
  const ask = async (mode: 'check' | 'drift', token: string, config = '') =>
    askAbout({ mode, cwd: files.folder, address: server.address, token, config })
  const writesSince = async (from: number) =>
    (await askedSince(server, from)).filter((line) => !/^(read|list) |capabilities-self$/.test(line))
  const logged = async () => (await server.auditLog()).length

  it('eso-check.hcl shows a check everything, and the check writes nothing', async () => {
    const from = await logged()
    const report = await ask('check', await as(CHECK))
    expect([said(report), report.outcome]).toEqual(['', 'clean'])
    expect((await writesSince(from)).filter((line) => !/auth\/token\/create|sys\/policies/.test(line))).toEqual([])
  })

  it('eso-drift.hcl shows drift and plan everything, and neither writes', async () => {
    const token = await as(DRIFT)
    const from = await logged()
    expect(said(await ask('drift', token))).toBe('')
    const plan = await runSetup(server, { mode: 'plan', token, cwd: files.folder })
    expect([plan.report.incomplete, plan.report.problems]).toEqual([[], undefined])
    expect(planOf(plan).steps.map(({ action }) => action)).not.toContain('not-checked')
    expect(await writesSince(from)).toEqual([])
  })

  it.each([
    ['check', CHECK],
    ['drift', DRIFT],
  ] as const)(
    '%s without any one right says which it lacks, calls nothing missing, and is incomplete',
    async (mode, all) => {
      for (const [path, capability] of all) {
        // Where a mount is, other rights below it show it too; what only these two can tell is tested below.
        if (path === 'sys/mounts' || path === 'sys/auth') continue
        // Key names tell that a secret exists as well; without both, below.
        if (path === 'kv/metadata/*' && capability === 'read') continue
        const rest = all.filter(([other, right]) => other !== path || right !== capability)
        const report = await ask(mode, await as(rest))
        const why = `without ${capability} on ${path}: ${said(report)}`
        expect(report.outcome, why).toBe('incomplete')
        expect(report.incomplete.join('\n'), why).toMatch(new RegExp(`${capability} on \`${folderOf(path)}`))
        expect(report.findings, why).toEqual([])
      }
    },
    120_000,
  )

  it('either metadata or key names tell that a secret exists; without both it is hidden, not missing', async () => {
    const without = (paths: readonly string[]) =>
      as(CHECK.filter(([path, right]) => right !== 'read' || !paths.includes(path)))
    expect((await ask('check', await without(['kv/metadata/*']))).outcome).toBe('clean')
    const blind = await ask('check', await without(['kv/metadata/*', 'kv/subkeys/*']))
    expect([blind.outcome, blind.findings]).toEqual(['incomplete', []])
    expect(blind.incomplete.join('\n')).toContain('read on `kv/subkeys/')
  })

  it('plan needs just its own part of eso-drift.hcl, and names each right of it that is lacking', async () => {
    const parsed = parsePolicy(PLAN_POLICY)
    const needed = parsed.ok ? parsed.policy.rules.map(({ label }) => label) : []
    expect(DRIFT.map(([path]) => path)).toEqual(expect.arrayContaining(needed))
    for (const path of needed) {
      // Both are still seen by the rights below them.
      if (path === 'sys/mounts' || path === 'sys/auth') continue
      const token = await as(DRIFT.filter(([other]) => other !== path))
      const { report } = await runSetup(server, { mode: 'plan', token, cwd: files.folder })
      expect(report.outcome, `without ${path}`).toBe('incomplete')
      expect(report.incomplete.join('\n')).toContain(`read on ${path}`)
    }
  })

  it('only sys/mounts and sys/auth tell that a mount is gone; without them it is not said, in drift and plan', async () => {
    const other = await startOpenBao()
    try {
      const asThere = (rights: readonly Right[]) => tokenWith(other, policyOf(rights))
      const askThere = async (rights: readonly Right[]) =>
        askAbout({ mode: 'drift', cwd: files.folder, address: other.address, token: await asThere(rights) })
      const full = await askThere(DRIFT)
      expect(said(full)).toMatch(/mount `kv\/`.* is not in Vault/i)
      expect(said(full)).toMatch(/auth mount `kubernetes\/`.* is not in Vault/i)
      for (const [path, mount] of [
        ['sys/mounts', /^state-drift: Mount `kv\/`/m],
        ['sys/auth', /^state-drift: Auth mount `kubernetes\/`/m],
      ] as const) {
        const rest = DRIFT.filter(([one]) => one !== path)
        const report = await askThere(rest)
        expect(report.incomplete.join('\n'), `without ${path}`).toContain(`read on \`${path}\``)
        expect(said(report)).not.toMatch(mount)
        const plan = await runSetup(other, { mode: 'plan', token: await asThere(rest), cwd: files.folder })
        expect(plan.report.incomplete.join('\n')).toContain(path)
        expect(plan.report.outcome).toBe('incomplete')
      }
    } finally {
      await other.stop()
    }
  }, 120_000)

  it('eso-apply.hcl, as it is, sets an empty server up; eso-drift.hcl cannot write one part of it', async () => {
    await wipe(server)
    const config = 'setup: { kubernetes: { host: "https://127.0.0.1:1", reviewer: client, ca: ca.pem } }'
    const { CA } = await import('./drift-stage.ts')
    const { writeFile } = await import('node:fs/promises')
    await writeFile(`${files.folder}/ca.pem`, CA)
    const run = async (mode: 'plan' | 'apply', token: string, inputs = {}) =>
      runSetup(server, { mode, token, cwd: files.folder, config, inputs })
    const { digest } = planOf(await run('plan', await as(DRIFT)))
    const weak = await run('apply', await as(DRIFT), { 'plan-digest': digest })
    expect(weak.exitCode).not.toBe(0)
    expect(JSON.stringify(weak.report.problems)).toContain('update')
    expect((await server.request('GET', 'sys/mounts')).body.data['kv/']).toBeUndefined()
    const done = await run('apply', await tokenWith(server, example('eso-apply.hcl')), { 'plan-digest': digest })
    expect([done.report.problems, done.exitCode]).toEqual([undefined, 0])
    // The next night's run with the drift policy has nothing to say of what was set up; only the secrets are not there yet.
    await expectSuccess(server, 'POST', ROLE_PATH, ROLE)
    expect((await server.request('GET', `kv/metadata/${APPS}/backstage/app`)).status).toBe(404)
    expect(planOf(await run('plan', await as(DRIFT))).hasChanges).toBe(false)
  })
})
