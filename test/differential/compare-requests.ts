import type { Variant } from '../../src/model/variant.ts'
import type { AclRequest } from '../../src/policy/authorize.ts'
import type { RunningServer } from '../openbao/server.ts'
import { allowOperation } from '../policy/acl-answers.ts'
import type { Random } from './random.ts'
import { MOUNT, policyText, type RandomPolicies, randomBody, randomPath, randomPolicies } from './random-policy.ts'
import { ask, type Compared, type Disagreement, giveToken, ourAcl, shrink, variantOf } from './subject.ts'

interface Sent {
  readonly method: 'GET' | 'LIST' | 'SCAN' | 'PUT' | 'DELETE'
  readonly path: string
  /** A secret is there: a PUT is then an update, and else a create (vault.md §2.2). */
  readonly exists: boolean
  readonly body: Record<string, string> | undefined
  readonly query: Record<string, string>
  readonly wrapTtl: number
}

/** Mounts the KV v1 engine that the requests go to. */
export async function prepareMount(server: RunningServer): Promise<void> {
  const made = await ask(server, 'POST', `sys/mounts/${MOUNT}`, { body: { type: 'kv', options: { version: '1' } } })
  if (made.status !== 204) throw new Error(`mounting ${MOUNT}: ${JSON.stringify(made)}`)
}

/** Compares real requests, with bodies and wrapping, as 403 or not. */
export async function compareRequests(
  server: RunningServer,
  random: Random,
  requests: number,
  report: (disagreement: Disagreement) => void,
): Promise<Compared> {
  const openbao = server.product === 'openbao'
  const variant = variantOf(server)
  const policies = randomPolicies(random, { limits: true, openbao })
  const token = await giveToken(server, policies)
  let cases = 0
  let allowed = 0
  while (cases < requests) {
    const sent = randomRequest(random, policies)
    if (!sent || (sent.method === 'SCAN' && !openbao)) continue
    cases += 1
    const [ours, theirs] = [ourVerdict(policies, sent, variant), await serverVerdict(server, token, sent)]
    if (theirs === 'allowed') allowed += 1
    if (ours === theirs) continue
    const smallest = await shrink(policies, async (fewer) => {
      const verdict = await serverVerdict(server, await giveToken(server, fewer), sent)
      return ourVerdict(fewer, sent, variant) !== verdict
    })
    report({ policies: smallest.map(policyText), request: JSON.stringify(sent), ours, server: theirs })
    await giveToken(server, policies)
  }
  await ask(server, 'POST', 'auth/token/revoke', { body: { token } })
  return { cases, allowed }
}

function randomRequest(random: Random, policies: RandomPolicies): Sent | undefined {
  const method = random.pick(['GET', 'GET', 'LIST', 'SCAN', 'PUT', 'PUT', 'DELETE'] as const)
  const lists = method === 'LIST' || method === 'SCAN'
  const path = randomPath(random, policies).replace(/^\//, '')
  // Elsewhere there is no engine; a doubled slash does not reach the engine as it stands.
  if (!path.startsWith(`${MOUNT}/`) || path.includes('//') || path === `${MOUNT}/`) return undefined
  if (!lists && path.endsWith('/')) return undefined
  const writes = method === 'PUT'
  return {
    method,
    path: lists && !path.endsWith('/') ? `${path}/` : path,
    exists: !lists && random.chance(0.5),
    body: writes ? randomBody(random) : undefined,
    query: !writes && random.chance(0.3) ? randomBody(random) : {},
    wrapTtl: random.chance(0.2) ? random.pick([30, 90, 150, 4000]) : 0,
  }
}

function ourVerdict(policies: RandomPolicies, sent: Sent, variant: Variant): string {
  const operation = {
    GET: 'read',
    LIST: 'list',
    SCAN: 'scan',
    DELETE: 'delete',
    PUT: sent.exists ? 'update' : 'create',
  }[sent.method] as AclRequest['operation']
  const request: AclRequest = { operation, path: sent.path, data: sent.body ?? sent.query, wrapTtl: sent.wrapTtl }
  return allowOperation(ourAcl(policies), request, variant).allowed ? 'allowed' : 'denied'
}

async function serverVerdict(server: RunningServer, token: string, sent: Sent): Promise<string> {
  const { method, path, exists, body, wrapTtl } = sent
  const lists = method === 'LIST' || method === 'SCAN'
  if (!lists) {
    if (exists) await ask(server, 'PUT', path, { body: { seeded: 'yes' } })
    else await ask(server, 'DELETE', path)
  }
  const query = new URLSearchParams(sent.query).toString()
  const answer = await ask(server, method, path, {
    token,
    wrapTtl,
    ...(body ? { body } : {}),
    ...(query ? { query: `?${query}` } : {}),
  })
  return answer.status === 403 ? 'denied' : 'allowed'
}
