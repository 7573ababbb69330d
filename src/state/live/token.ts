import { type Answer, listed, sayAnswer } from './answer.ts'
import type { VaultClient } from './client.ts'
import { VaultUnavailable } from './errors.ts'
import type { TokenFacts } from './live-state.ts'
import { type Login, policiesOf } from './login.ts'

/**
 * What the token is. One that may not look itself up is told from a bad one by a second question that needs no policy.
 *
 * A token lives in the Vault namespace of its auth mount and may be used in those below. OpenBao looks it up there too; a server
 * whose default policy stops at the namespace does not, so the ones above are asked when the client's own says no.
 *
 * @throws VaultUnavailable when the token is wrong, expired or revoked.
 */
export async function lookUpToken(client: VaultClient, login: Login): Promise<TokenFacts> {
  for (const namespace of selfAndAbove(client.namespace)) {
    const told = await lookUpIn(namespace === client.namespace ? client : client.inNamespace(namespace), login)
    if (told) return { ...told, namespace }
  }
  throw badToken(client, login)
}

/** `a/b` → `a/b`, `a`, and the root namespace. */
function selfAndAbove(namespace: string): string[] {
  const parts = namespace.split('/').filter(Boolean)
  return [...parts.map((_, index) => parts.slice(0, parts.length - index).join('/')), '']
}

async function lookUpIn(client: VaultClient, login: Login): Promise<TokenFacts | undefined> {
  const answer = await client.read('auth/token/lookup-self')
  if (answer.status === 200) return facts(answer, login)
  if (answer.status !== 403) throw unexpected(answer)
  // A token without the default policy gets 403 too (vault.md §4.2); this endpoint asks no policy, only for a valid token.
  const known = await client.read('sys/internal/ui/mounts')
  if (known.status !== 200) return undefined
  return { lookedUp: false, type: login.type, policies: [], root: false, numUses: login.numUses, ttl: undefined }
}

function facts(answer: Answer, login: Login): TokenFacts {
  const data = answer.data ?? {}
  const { num_uses: numUses = 0, ttl = 0, creation_ttl: creationTtl = 0 } = data
  const lists = [data.policies, data.identity_policies].map(listed)
  const numbers = [numUses, ttl, creationTtl].every((one) => typeof one === 'number')
  if (!Array.isArray(data.policies) || lists.includes(undefined) || !numbers) throw unexpected(answer)
  const policies = policiesOf(...lists)
  const expires = typeof data.expire_time === 'string' || Number(creationTtl) > 0
  return {
    lookedUp: true,
    type: data.type === 'batch' || data.type === 'service' ? data.type : login.type,
    policies,
    root: policies.includes('root'),
    numUses: Number(numUses),
    ttl: expires ? Number(ttl) : undefined,
  }
}

function badToken(client: VaultClient, login: Login): VaultUnavailable {
  const host = client.transport.address.host
  const where = client.namespace ? ` in the Vault namespace ${client.namespace}` : ''
  const advice = login.ours
    ? 'It came from the login just made: check its TTL, its use limit and its bound CIDRs.'
    : 'Check vault-token: it may have expired, been revoked, be bound to other addresses, or belong to another server or namespace.'
  return new VaultUnavailable('token', `Vault at ${host} does not accept the token${where} (403). ${advice}`)
}

function unexpected(answer: Answer): VaultUnavailable {
  return new VaultUnavailable(
    'token',
    `The token cannot be looked up: ${sayAnswer('GET', 'auth/token/lookup-self', answer)}${answer.status === 200 ? ' with content that Vault does not send' : ''}.`,
  )
}
