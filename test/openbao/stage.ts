import { type Connection, connect } from '../../src/state/live/connect.ts'
import type { RunningServer } from './server.ts'

/** A token with exactly this policy, and nothing of the default policy unless asked for. */
export async function tokenWith(
  server: RunningServer,
  policy: string,
  fields: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const name = `policy-${Math.random().toString(36).slice(2)}`
  await expectSuccess(server, 'POST', `sys/policies/acl/${name}`, { policy })
  const answer = await expectSuccess(server, 'POST', 'auth/token/create', {
    policies: [name],
    no_default_policy: false,
    ttl: '1h',
    ...fields,
  })
  return answer.body.auth.client_token
}

/** A request that sets the stage: it must work. */
export async function expectSuccess(server: RunningServer, method: string, path: string, body?: unknown) {
  const answer = await server.request(method, path, body)
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`)
  return answer
}

/** Mounts KV and waits until it is past its upgrade to version 2. */
export async function mountKv(server: RunningServer, path: string, version: 1 | 2): Promise<void> {
  await expectSuccess(server, 'POST', `sys/mounts/${path}`, { type: 'kv', options: { version: String(version) } })
  for (let tries = 0; version === 2 && tries < 100; tries += 1) {
    if ((await server.request('GET', `${path}/config`)).status === 200) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** The code under test, connected with a given token. `masked` collects what it hides. */
export async function connectWith(
  server: RunningServer,
  token: string,
  more: Partial<Parameters<typeof connect>[0]> = {},
): Promise<Connection & { readonly masked: readonly string[] }> {
  const masked: string[] = []
  const connection = await connect({
    address: server.address,
    login: { method: 'token', token },
    env: {},
    mask: (secret) => void masked.push(secret),
    ...(server.caFile ? { caCertificate: server.caFile } : {}),
    ...more,
  })
  return { ...connection, masked }
}

/** Operation and path of what was asked since `from` entries, without what set the stage as root. */
export async function askedSince(server: RunningServer, from: number): Promise<string[]> {
  const log = (await server.auditLog()).slice(from)
  return log
    .filter((entry) => entry.type === 'request')
    .map((entry) => `${entry.request.operation} ${entry.request.path}`)
}
