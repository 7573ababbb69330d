import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runFixture } from './fixture.ts'

const fixOf = async (fixture: string) => {
  const { findings } = await runFixture(join(import.meta.dirname, fixture))
  return findings.find(({ rule }) => rule === 'policy-denies')?.fix
}

test('the policy to mend is the one with the nearest rule, and who shares it is said', async () => {
  expect(await fixOf('policy-denies/bad/policy-of-several-clusters')).toEqual({
    lead: 'add to policy `shared`',
    kind: 'insert',
    language: 'hcl',
    text: 'path "kv/data/payments/api" {\n  capabilities = ["read"]\n}',
    at: { file: 'vault/setup.sh', line: 6 },
    note: 'Roles `eso` (auth mount `cluster-b`) and `backup` have policy `shared` too, and may then do the same.',
  })
})

test('rules that are written for the parent namespace are mended at the login', async () => {
  expect(await fixOf('policy-denies/bad/namespace-in-front')).toMatchObject({
    lead: 'log in there, if that is where role and policy are; else write the paths without `payments/`',
    text: 'auth:\n  namespace: team',
  })
})
