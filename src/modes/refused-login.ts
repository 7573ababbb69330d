import { nameProvenance } from '../chain/provenance.ts'
import type { RefusedLogin } from '../model/id-claims.ts'
import type { RoleFact } from '../model/vault-state.ts'
import { boundTo } from '../policy/bound-names.ts'

/**
 * What the role binds, as Git declares it, beside what our token says: the one sentence that tells why a login was refused. Nothing where
 * Git declares no such role.
 */
export function refusedBecause(
  { mount, role: name, claims }: RefusedLogin,
  roles: readonly RoleFact[],
): string | undefined {
  const role = roles.find((one) => one.authMount === mount && one.name === name?.toLowerCase())
  if (role === undefined) return undefined
  const where = `Role \`${role.name}\` of auth/${mount}/ ${nameProvenance(role.provenance)}`
  const bound: [claim: string, values: readonly string[] | undefined][] = [
    ['aud', role.audiences],
    ['sub', role.boundSubject === undefined ? undefined : [role.boundSubject]],
    ...Object.entries(role.boundClaims ?? {}),
  ]
  // With `glob`, `*` in a bound claim stands for anything; audiences and the subject are compared whole (vault.md §4.6).
  const glob = role.fields.bound_claims_type === 'glob'
  const broken = bound.flatMap(([claim, values]) => {
    const said = Object.hasOwn(claims, claim) ? claims[claim] : undefined
    if (
      values === undefined ||
      values.length === 0 ||
      (said !== undefined &&
        (glob && claim !== 'aud' && claim !== 'sub' ? boundTo(values, said) : values.includes(said)))
    )
      return []
    const says = said === undefined ? 'does not say it' : `says ${JSON.stringify(said)}`
    return [`${claim} to ${values.map((one) => JSON.stringify(one)).join(' or ')}, and the token ${says}`]
  })
  if (role.unknown.length > 0 && broken.length > 0) return undefined
  return broken.length === 0
    ? `${where} fits the token: what the server holds may differ from Git.`
    : `${where} binds ${broken.join('; ')}.`
}
