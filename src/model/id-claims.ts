/** What a JWT of a CI job says of it, by claim: what a role's `bound_claims` are compared with. */
export type IdClaims = Readonly<Record<string, string>>

/** A login that the server refused, with what it was told of us: never the token itself. */
export interface RefusedLogin {
  readonly mount: string
  /** `undefined`: the mount's default role. */
  readonly role: string | undefined
  readonly claims: IdClaims
}
