import type { WantedAccess } from '../policy/generate.ts'
import type { ReviewerKind } from '../state/desired/reviewer-facts.ts'
import { sayAnswer, strings } from '../state/live/answer.ts'
import { openClient, type VaultClient } from '../state/live/client.ts'

export interface LoginProbe {
  /** Whose server and Vault namespace are meant; its own token is not used. */
  readonly client: VaultClient
  readonly authMount: string
  readonly role: string
  /** A token of the ServiceAccount that ESO logs in with. */
  readonly jwt: string
  /** Whose token the API server is asked with. */
  readonly reviewer: ReviewerKind
  /** What the token must then be able to do. */
  readonly accesses: readonly WantedAccess[]
}

/**
 * Logs in as ESO does, asks what the token may do, and ends it. Gives what is wrong, a sentence or two; `undefined`: all is well.
 * The token never leaves this function.
 */
export async function probeLogin({
  client,
  authMount,
  role,
  jwt,
  reviewer,
  accesses,
}: LoginProbe): Promise<string | undefined> {
  const { transport, namespace } = client
  const path = `auth/${authMount}/login`
  const nobody = await openClient({ transport, namespace, readOnly: true })
  const answer = await nobody.write(path, { role, jwt })
  const token = answer.auth?.client_token
  if (answer.status !== 200 || typeof token !== 'string') {
    const advice = answer.status === 403 || answer.status === 500 ? ` ${whyRefused(answer.errors, jwt, reviewer)}` : ''
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

/** vault.md §4.6: which of the checks gave that text; what the token says of itself tells the rest. */
function whyRefused(errors: readonly string[], jwt: string, reviewer: ReviewerKind): string {
  const said = errors.join(' ')
  const claims = claimsOf(jwt)
  const who = claims.account ?? 'this ServiceAccount'
  if (/service account name not authorized/.test(said)) return `The role is not bound to the name of ${who}.`
  if (/namespace not authorized/.test(said)) return `The role is not bound to the namespace of ${who}.`
  if (/audience/.test(said)) {
    return `The token is for the audience ${claims.audiences}, and the role checks another one: make \`serviceAccountRef.audiences\` of the store and \`audience\` of the role the same.`
  }
  // Others review with the audience of the token; a token that reviews itself must open the API server (vault.md §7.3).
  const audience =
    reviewer === 'client' ? ` It is for the audience ${claims.audiences}, which the API server must accept.` : ''
  if (claims.expired !== undefined) return `The token expired at ${claims.expired}: make a new one.`
  return `The API server did not confirm the token. ${REVIEWERS[reviewer]}${audience} And \`kubernetes_host\` must be reachable from Vault, with the CA of the config.`
}

const RIGHT = 'may create TokenReviews (ClusterRole system:auth-delegator)'

const REVIEWERS: Readonly<Record<ReviewerKind, string>> = {
  pod: `See whether the ServiceAccount of Vault's own pod ${RIGHT}.`,
  client: `See whether the ServiceAccount that logs in ${RIGHT}: it reviews its own token.`,
  token: `See whether the reviewer token of the config is still valid, and its ServiceAccount ${RIGHT}.`,
  unknown: `See whether the reviewer ${RIGHT}, and whether its token is still valid.`,
}

interface Claims {
  /** `external-secrets/external-secrets`. */
  readonly account: string | undefined
  /** As a sentence takes it. */
  readonly audiences: string
  readonly expired: string | undefined
}

/** What a ServiceAccount token says of itself; nothing of it is checked here, and its signature is left alone. */
function claimsOf(jwt: string): Claims {
  let claims: { sub?: unknown; aud?: unknown; exp?: unknown } = {}
  try {
    claims = JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString()) ?? {}
  } catch {
    // No JWT: Vault says so itself.
  }
  const { sub, aud, exp } = claims
  const account = /^system:serviceaccount:([^:]+):(.+)$/.exec(String(sub))
  const expired = typeof exp === 'number' && exp * 1000 < Date.now()
  const audiences = [aud].flat().filter((one) => typeof one === 'string')
  return {
    account: account === null ? undefined : `${account[1]}/${account[2]}`,
    audiences: audiences.length === 0 ? '(none)' : audiences.join(', '),
    expired: expired ? new Date(exp * 1000).toISOString() : undefined,
  }
}
