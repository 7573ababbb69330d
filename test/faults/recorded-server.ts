import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { selfSigned } from '../../scripts/openbao/self-signed.ts'
import type { RunningServer } from '../openbao/server.ts'
import { expectSuccess, mountKv, tokenWith } from '../openbao/stage.ts'
import { CI_POLICY, POLICY, SECRETS } from './repository.ts'

/** One answer as the real server gave it. */
export interface Recorded {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Sends something else in place of an answer; `false`: the answer is sent as it was. */
export type Fault = (answer: Recorded, response: ServerResponse, request: IncomingMessage) => boolean

/** Fills a server with what the repository of these tests refers to, and gives a token that may see it. */
export async function stage(server: RunningServer): Promise<string> {
  const put = (path: string, body: unknown) => expectSuccess(server, 'POST', path, body)
  await mountKv(server, 'kv', 2)
  await put('sys/auth/kubernetes', { type: 'kubernetes' })
  await put('auth/kubernetes/config', {
    kubernetes_host: 'https://10.0.0.1',
    kubernetes_ca_cert: selfSigned('api server', 400).certificate,
    disable_local_ca_jwt: true,
  })
  await put('sys/policies/acl/eso', { policy: POLICY })
  await put('auth/kubernetes/role/eso', {
    bound_service_account_names: ['eso'],
    bound_service_account_namespaces: ['eso'],
    token_policies: ['eso'],
    token_ttl: 3600,
  })
  for (const [key, data] of Object.entries(SECRETS)) await put(`kv/data/${key}`, { data })
  // A second version, so that a pinned one is not the current one.
  await put('kv/data/shop/db', { data: SECRETS['shop/db'] })
  return tokenWith(server, CI_POLICY)
}

/**
 * Stands before the real server, asks it each thing once, and remembers the answers: what is tested is what is made of them, thousands
 * of times.
 */
export async function startRecordedServer(real: RunningServer) {
  const answers = new Map<string, Promise<Recorded>>()
  let fault: (key: string, number: number) => Fault | undefined = () => undefined
  let asked: string[] = []

  const answerOf = (key: string, request: IncomingMessage, body: string) => {
    const known = answers.get(`${key} ${body}`)
    if (known !== undefined) return known
    const { 'content-length': _, connection: __, host: ___, ...headers } = request.headers
    const fresh = fetch(`${real.address}${request.url}`, {
      method: request.method ?? 'GET',
      headers: Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)]),
      ...(body === '' ? {} : { body }),
    }).then(async (answer) => ({
      status: answer.status,
      headers: { 'Content-Type': answer.headers.get('content-type') ?? 'application/json' },
      body: await answer.text(),
    }))
    answers.set(`${key} ${body}`, fresh)
    return fresh
  }

  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk))
    request.on('end', async () => {
      const key = `${request.method} ${request.url?.replace('/v1/', '')}`
      asked.push(key)
      const answer = await answerOf(key, request, body)
      if (fault(key, asked.length)?.(answer, response, request) === true) return
      response.writeHead(answer.status, answer.headers)
      response.end(answer.body)
    })
  })
  // A hanging answer must not hold what comes next.
  server.keepAliveTimeout = 1_000
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** From now on; `number` counts the requests since then, from 1. */
    failing: (choose: (key: string, number: number) => Fault | undefined) => {
      asked = []
      fault = choose
    },
    /** Every answer by its question, and what the question said. */
    recorded: async () => Promise.all([...answers].map(async ([key, answer]) => [key.trim(), await answer] as const)),
    /** What was asked since `failing`, in order. */
    asked: (): readonly string[] => asked,
    stop: async () => {
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
      await sleep(0)
    },
  }
}
