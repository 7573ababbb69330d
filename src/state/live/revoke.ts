import { sayAnswer } from './answer.ts'
import type { VaultClient } from './client.ts'
import { VaultUnavailable } from './errors.ts'
import type { Login } from './login.ts'

/** How the token's end went; `warning` is a sentence to show, and never a reason to fail. */
export interface Revoked {
  readonly revoked: boolean
  readonly warning?: string
}

/**
 * Ends the token that our login made (design §1, promise 9). A token that the user gave is theirs, unless `also` asks for it;
 * a batch token cannot be revoked and dies with its TTL.
 */
export async function revokeToken(
  client: VaultClient,
  login: Pick<Login, 'ours' | 'type'>,
  also: { readonly usersToken: boolean } = { usersToken: false },
): Promise<Revoked> {
  if (login.type === 'batch' || !(login.ours || also.usersToken)) return { revoked: false }
  const path = 'auth/token/revoke-self'
  try {
    const answer = await client.write(path, {})
    if (answer.status === 204 || answer.status === 200) return { revoked: true }
    const advice = answer.status === 403 ? ' Grant update on auth/token/revoke-self (the default policy does).' : ''
    const warning = `The token was not revoked and lives until its TTL ends: ${sayAnswer('POST', path, answer)}.${advice}`
    return { revoked: false, warning }
  } catch (error) {
    const why = error instanceof VaultUnavailable ? error.message : 'the request failed.'
    return { revoked: false, warning: `The token was not revoked and lives until its TTL ends: ${why}` }
  }
}
