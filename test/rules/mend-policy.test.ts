import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runFixture } from './fixture.ts'

const fixOf = async (fixture: string) => {
  const { findings } = await runFixture(join(import.meta.dirname, fixture))
  return findings.find(({ rule }) => rule === 'policy-denies')?.fix
}

test('the policy to mend is the one with the nearest rule, and who shares it is said', async () => {
  expect(await fixOf('policy-denies/bad/policy-of-several-clusters')).toBe(
    'Add to policy `shared`:\npath "kv/data/payments/api" {\n  capabilities = ["read"]\n}\n' +
      'Policy `shared` is in roles `eso` (auth mount `cluster-b`) and `backup` as well, which then may do the same; ' +
      'a policy of this role alone keeps it apart.',
  )
})

test('rules that are written for the parent namespace are mended at the login', async () => {
  expect(await fixOf('policy-denies/bad/namespace-in-front')).toContain('Log in there, with `auth.namespace: team`')
})
