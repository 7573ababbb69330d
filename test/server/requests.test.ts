import { afterAll, beforeAll, expect, test } from 'vitest'
import { run } from '../../src/modes/run.ts'
import { EMPTY_CONFIG } from '../../src/settings/config-file.ts'
import { readEnvironment } from '../../src/settings/environment.ts'
import type { InputName } from '../../src/settings/input-table.ts'
import { resolveSettings } from '../../src/settings/resolve-settings.ts'
import { stage, startRecordedServer } from '../faults/recorded-server.ts'
import { writeRepository } from '../faults/repository.ts'
import { describeWithServer, type RunningServer, startOpenBao } from '../openbao/server.ts'

describeWithServer('what a run asks a server', () => {
  let real: RunningServer
  let token: string
  let server: Awaited<ReturnType<typeof startRecordedServer>>
  let repository: Awaited<ReturnType<typeof writeRepository>>
  beforeAll(async () => {
    real = await startOpenBao()
    token = await stage(real)
    server = await startRecordedServer(real)
    repository = await writeRepository()
  })
  afterAll(async () => {
    await server?.stop()
    await real?.stop()
    await repository?.remove()
  })

  async function asked(
    command: 'check' | 'drift' | 'plan' | 'apply' | 'snapshot',
    values: Partial<Record<InputName, string>> = {},
  ) {
    server.failing(() => undefined)
    const settings = resolveSettings({
      given: {
        from: 'terminal',
        command,
        subject: undefined,
        values: { 'vault-addr': server.address, 'vault-token': token, 'fail-on': 'never', ...values },
        format: 'json',
        color: false,
      },
      config: EMPTY_CONFIG,
      environment: readEnvironment({}),
      folder: 'faults',
    })
    const deps = { cwd: repository.cwd, env: {}, now: () => new Date('2026-06-01T00:00:00Z') }
    const { report, plan } = await run(settings, { ...deps, mask: () => {}, warn: () => {} })
    expect(report.incomplete).toEqual([])
    return { plan, questions: server.asked().map((one) => one.replace(/\?standbyok.*/, '')) }
  }

  // Every run begins with these.
  const PREFLIGHT = ['GET sys/health', 'GET sys/seal-status', 'GET auth/token/lookup-self']
  const LOGINS = ['GET auth/kubernetes/role/eso', 'GET sys/auth', 'GET sys/mounts', 'GET sys/policies/acl/eso']
  const SECRETS = [
    'GET kv/metadata/shop/more',
    'GET kv/metadata/shop/more/below?list=1',
    'GET kv/metadata/shop/more?list=1',
    'GET kv/subkeys/shop/app',
    'GET kv/subkeys/shop/db',
    'GET kv/subkeys/shop/db?version=1',
    'GET kv/subkeys/shop/pushed',
    'POST sys/capabilities-self',
  ]
  const CONFIG = 'GET auth/kubernetes/config'

  test.each([
    ['check', [...LOGINS, ...SECRETS]],
    ['drift', [...LOGINS, CONFIG, ...SECRETS]],
    ['plan', [...LOGINS, CONFIG, ...SECRETS]],
  ] as const)('%s: each thing once, and nothing that it does not need', async (mode, wanted) => {
    const { questions } = await asked(mode)
    expect(questions.slice(0, 3)).toEqual(PREFLIGHT)
    expect(questions.slice(3).sort()).toEqual([...wanted].sort())
  })

  test('snapshot: each thing once; of rights those on folders, and then on what lies in them', async () => {
    const { questions } = await asked('snapshot')
    const repeated = questions.filter((one, index) => questions.indexOf(one) !== index)
    expect(repeated).toEqual(['POST sys/capabilities-self'])
  })

  test('apply asks again for what it will write, and for no secret', async () => {
    const { plan } = await asked('plan')
    const { questions } = await asked('apply', { 'plan-digest': plan?.digest ?? '' })
    const repeated = questions.filter((one, index) => questions.indexOf(one) !== index)
    expect(repeated.sort()).toEqual([...LOGINS, CONFIG].sort())
  })
})
