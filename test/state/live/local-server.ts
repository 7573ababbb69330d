import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach } from 'vitest'
import {
  createTransport,
  type Surroundings,
  type Transport,
  type TransportOptions,
} from '../../../src/state/live/transport.ts'

export type Handler = (request: IncomingMessage, response: ServerResponse, count: number) => void

const open: Server[] = []
const transports: Transport[] = []

/** Ends every server and transport of a test. Call once per file. */
export function endAfterEach(): void {
  afterEach(async () => {
    for (const transport of transports.splice(0)) transport.close()
    for (const server of open.splice(0)) {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    }
  })
}

/** A server that answers as the test says; `seen` holds the requests in order. */
export async function serve(handler: Handler): Promise<{ readonly address: string; readonly seen: IncomingMessage[] }> {
  const seen: IncomingMessage[] = []
  const server = createServer((request, response) => {
    seen.push(request)
    handler(request, response, seen.length)
  })
  open.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen }
}

/** A clock that moves only by sleeping; `slept` holds how long. */
export function fakeSurroundings(random = 0): Surroundings & { readonly slept: number[] } {
  let now = Date.parse('2026-01-01T00:00:00Z')
  const slept: number[] = []
  return {
    slept,
    now: () => now,
    random: () => random,
    sleep: async (ms) => {
      slept.push(ms)
      now += ms
    },
  }
}

export function transportTo(address: string, options: Partial<TransportOptions> = {}): Transport {
  const transport = createTransport({ address: new URL(address), surroundings: fakeSurroundings(), ...options })
  transports.push(transport)
  return transport
}

export function json(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'Content-Type': 'application/json', ...headers })
  response.end(JSON.stringify(body))
}
