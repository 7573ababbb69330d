import { expect, test } from 'vitest'
import type { InputName } from '../../src/settings/input-table.ts'
import { recordedRuns } from '../faults/recorded-runs.ts'
import { describeWithServer } from '../openbao/server.ts'

describeWithServer('what a run asks a server', () => {
  const runs = recordedRuns()

  async function asked(
    command: 'check' | 'drift' | 'plan' | 'apply' | 'snapshot',
    values: Partial<Record<InputName, string>> = {},
  ) {
    runs.failing(() => undefined)
    const { report, plan } = await runs.run(command, values)
    expect(report.incomplete).toEqual([])
    return { plan, questions: runs.asked().map((one) => one.replace(/\?standbyok.*/, '')) }
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
