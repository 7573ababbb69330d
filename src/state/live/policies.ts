import type { PolicyFact } from '../../model/vault-state.ts'
import { type Asking, denied, orUnknown, unexpected } from './hidden.ts'
import type { Seen } from './live-state.ts'
import { join } from './paths.ts'

/** The texts of policies, by lower-case name (vault.md §4.5). */
export async function readPolicies(
  asking: Asking,
  names: readonly string[],
): Promise<ReadonlyMap<string, Seen<PolicyFact>>> {
  const wanted = [...new Set(names.map((name) => name.toLowerCase()))].filter(Boolean)
  const seen = await Promise.all(
    wanted.map(async (name) => [name, await orUnknown(asking, () => readPolicy(asking, name))] as const),
  )
  return new Map(seen)
}

async function readPolicy(asking: Asking, name: string): Promise<Seen<PolicyFact>> {
  const path = join('sys/policies/acl', name)
  const answer = await asking.client.read(path)
  if (answer.status === 200 && typeof answer.data?.policy === 'string') {
    const { policy: text, expiration } = answer.data
    // OpenBao's, and only where one was set (vault.md §4.5).
    const expires = typeof expiration === 'string' && expiration !== '' ? { expires: expiration } : {}
    return { presence: 'present', fact: { name, text, unknown: [], ...expires, provenance: { from: 'vault' } } }
  }
  if (answer.status === 404) return { presence: 'absent', because: `The server has no policy ${name}.` }
  if (answer.status === 403) {
    const right = { path, capability: 'read', purpose: `the policy ${name}` } as const
    return denied(asking, 'GET', path, answer, right)
  }
  return unexpected(asking, 'GET', path, answer)
}
