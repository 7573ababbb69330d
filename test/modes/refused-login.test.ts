import { describe, expect, test } from 'vitest'
import type { RoleFact } from '../../src/model/vault-state.ts'
import { refusedBecause } from '../../src/modes/refused-login.ts'

const role = (parts: Partial<RoleFact> = {}): RoleFact => ({
  authMount: 'jwt',
  type: 'jwt',
  name: 'ci',
  policies: ['ci'],
  noDefaultPolicy: false,
  audiences: ['vault'],
  boundClaims: { repository_id: ['7'], ref: ['refs/heads/main'] },
  fields: {},
  unknown: [],
  provenance: { from: 'git', form: 'shell', span: { file: 'jwt.sh', line: 3, column: 1, endLine: 3, endColumn: 9 } },
  ...parts,
})
const refused = (claims: Record<string, string>, name: string | undefined = 'ci') => ({
  mount: 'jwt',
  role: name,
  claims,
})
const TOKEN = { aud: 'vault', sub: 'repo:a/b', repository_id: '7', ref: 'refs/heads/main' }

describe('why a login was refused, as far as Git tells', () => {
  test('names each claim that differs, with what is bound and what the token says', () => {
    expect(refusedBecause(refused({ ...TOKEN, ref: 'refs/heads/x' }), [role()])).toBe(
      'Role `ci` of auth/jwt/ in jwt.sh:3 binds ref to "refs/heads/main", and the token says "refs/heads/x".',
    )
    expect(
      refusedBecause(refused({ aud: 'other', sub: 's', ref: TOKEN.ref }), [role({ boundSubject: 'repo:a/b' })]),
    ).toBe(
      'Role `ci` of auth/jwt/ in jwt.sh:3 binds aud to "vault", and the token says "other"; sub to "repo:a/b", and the token says "s"; repository_id to "7", and the token does not say it.',
    )
  })

  test('says so when what Git binds fits: then the server has it otherwise', () => {
    expect(refusedBecause(refused(TOKEN), [role()])).toMatch(
      /fits the token: what the server holds may differ from Git\.$/,
    )
  })

  test('globs count only where the role says glob', () => {
    const bound = { boundClaims: { ref: ['refs/heads/*'] } }
    expect(refusedBecause(refused(TOKEN), [role(bound)])).toContain('binds ref to "refs/heads/*"')
    expect(refusedBecause(refused(TOKEN), [role({ ...bound, fields: { bound_claims_type: 'glob' } })])).toContain(
      'fits',
    )
  })

  test('is silent about roles that Git does not declare, or not in full', () => {
    expect(refusedBecause(refused(TOKEN, 'other'), [role()])).toBeUndefined()
    expect(refusedBecause({ ...refused(TOKEN), role: undefined }, [role()])).toBeUndefined()
    expect(refusedBecause(refused({ ...TOKEN, ref: 'x' }), [role({ unknown: ['$REF'] })])).toBeUndefined()
  })
})
