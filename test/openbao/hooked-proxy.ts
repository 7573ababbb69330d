import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What passes through: a request as `GET sys/health`, and the answer to it before it is passed on. */
export interface Hooks {
  /** Before a request is passed on. */
  readonly before?: (request: string, number: number) => Promise<void> | void
  /** What is answered in place of the server's own body. */
  readonly answer?: (request: string, body: string) => string
  /** As a server without namespaces: their header is not passed on. */
  readonly dropNamespace?: boolean
}

/** Stands before a server and passes everything on, with something happening in between. */
export async function startHookedProxy(target: string, initial: Hooks = {}) {
  let hooks = initial
  const counts = new Map<string, number>()
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk))
    request.on('end', async () => {
      const name = `${request.method} ${(request.url ?? '').replace('/v1/', '').replace(/\?.*/, '')}`
      counts.set(name, (counts.get(name) ?? 0) + 1)
      await hooks.before?.(name, counts.get(name) ?? 1)
      const { connection: _, host: __, 'content-length': ___, ...headers } = request.headers
      const answer = await fetch(`${target}${request.url}`, {
        method: request.method ?? 'GET',
        headers: Object.entries(headers)
          .filter(([key]) => hooks.dropNamespace !== true || key !== 'x-vault-namespace')
          .map(([key, value]): [string, string] => [key, String(value)]),
        ...(body === '' ? {} : { body }),
      })
      const text = await answer.text()
      response.writeHead(answer.status, { 'Content-Type': 'application/json' })
      response.end(answer.status === 204 ? undefined : (hooks.answer?.(name, text) ?? text))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** From now on, counting anew. */
    use: (others: Hooks) => {
      counts.clear()
      hooks = others
    },
    /** How often a request was sent. */
    count: (name: string) => counts.get(name) ?? 0,
    stop: () => {
      server.closeAllConnections()
      return new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}
