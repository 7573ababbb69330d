import { createServer, request as send } from 'node:http'
import type { AddressInfo } from 'node:net'

const UPGRADING =
  'Upgrading from non-versioned to versioned data. This backend will be unavailable for a brief period and will resume service shortly.'

/**
 * Stands before a server whose KV mount takes its time to become version 2: what is asked of it is answered as Vault does then, as
 * many times as `answers` says, once the mount is enabled.
 */
export async function startUpgradingProxy(target: string, mount: string, answers: number) {
  let left = answers
  const refused: string[] = []
  const server = createServer((request, response) => {
    const path = (request.url ?? '').replace('/v1/', '')
    if (path.startsWith(`${mount}/`) && left > 0) {
      left -= 1
      refused.push(`${request.method} ${path}`)
      response.writeHead(400, { 'Content-Type': 'application/json' })
      return void response.end(JSON.stringify({ errors: [UPGRADING] }))
    }
    const headers = request.headers
    const onward = send(`${target}${request.url}`, { method: request.method ?? 'GET', headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    onward.on('error', () => response.destroy())
    request.pipe(onward)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** What was answered with 400. */
    refused: (): readonly string[] => refused,
    stop: () => {
      server.closeAllConnections()
      return new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}
