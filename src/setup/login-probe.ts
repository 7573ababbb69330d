import type { WantedAccess } from '../policy/generate.ts'
import { sayAnswer, strings } from '../state/live/answer.ts'
import { openClient, type VaultClient } from '../state/live/client.ts'

export interface LoginProbe {
  /** Whose server and Vault namespace are meant; its own token is not used. */
  readonly client: VaultClient
  readonly authMount: string
  readonly role: string
  /** A token of the ServiceAccount that ESO logs in with. */
  readonly jwt: string
  /** What the token must then be able to do. */
  readonly accesses: readonly WantedAccess[]
}

/**
 * Logs in as ESO does, asks what the token may do, and ends it. Gives what is wrong, a sentence or two; `undefined`: all is well.
 * The token never leaves this function.
 */
export async function probeLogin({ client, authMount, role, jwt, accesses }: LoginProbe): Promise<string | undefined> {
  const { transport, namespace } = client
  const path = `auth/${authMount}/login`
  const nobody = await openClient({ transport, namespace, readOnly: true })
  const answer = await nobody.write(path, { role, jwt })
  const token = answer.auth?.client_token
  if (answer.status !== 200 || typeof token !== 'string') {
    const advice = answer.status === 403 ? ` ${whyForbidden(answer.errors)}` : ''
    return `A login with role ${role} failed: ${sayAnswer('POST', path, answer)}.${advice}`
  }
  const holder = await openClient({ transport, namespace, token, readOnly: true })
  try {
    return await lacking(holder, role, accesses)
  } finally {
    // A batch token cannot be revoked and dies with its TTL; what the answer says is of no consequence.
    await holder.write('auth/token/revoke-self', {}).catch(() => undefined)
  }
}

async function lacking(
  holder: VaultClient,
  role: string,
  accesses: readonly WantedAccess[],
): Promise<string | undefined> {
  const asked = accesses.map((access) => ({ ...access, path: access.below ? `${access.path}probe` : access.path }))
  if (asked.length === 0) return undefined
  const path = 'sys/capabilities-self'
  const answer = await holder.write(path, { paths: [...new Set(asked.map((access) => access.path))] })
  // Without the policy `default` the token may not ask; the login itself is proven.
  if (answer.status === 403) return undefined
  if (answer.status !== 200)
    return `The login with role ${role} works, and its rights could not be seen: ${sayAnswer('POST', path, answer)}.`
  const missing = asked.filter((access) => {
    const has = strings(answer.data?.[access.path])
    return !has.includes('root') && !has.includes(access.capability)
  })
  if (missing.length === 0) return undefined
  const list = missing.slice(0, 5).map((access) => `${access.capability} on ${access.path}`)
  const more = missing.length > 5 ? ` and ${missing.length - 5} more` : ''
  return `The login with role ${role} works, and its token lacks ${list.join(', ')}${more}.`
}

/** vault.md §4.6: which of the checks gave that text. */
function whyForbidden(errors: readonly string[]): string {
  const said = errors.join(' ')
  if (/service account name not authorized/.test(said))
    return 'The role is not bound to the name of this ServiceAccount.'
  if (/namespace not authorized/.test(said)) return 'The role is not bound to the namespace of this ServiceAccount.'
  if (/audience/.test(said)) return "The token's audience is not the one that the role checks."
  return 'The API server did not confirm the token: see whether the reviewer may create TokenReviews (ClusterRole system:auth-delegator), whether its token is still valid, and whether `kubernetes_host` is reachable from Vault.'
}
