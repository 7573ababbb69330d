import { gzipSync } from 'node:zlib'
import type { Fault } from './recorded-server.ts'

const status =
  (code: number, body: unknown = { errors: [] }, headers: Readonly<Record<string, string>> = {}): Fault =>
  (_, response) => {
    response.writeHead(code, { 'Content-Type': 'application/json', ...headers })
    response.end(typeof body === 'string' ? body : JSON.stringify(body))
    return true
  }

/** Every value of an answer's `data` as another type of JSON. */
function otherTypes(value: unknown): unknown {
  if (typeof value === 'string') return 7
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    const entries = Object.entries(value)
    return entries.length === 0 ? ['x'] : Object.fromEntries(entries.map(([name, one]) => [name, otherTypes(one)]))
  }
  return 'x'
}

/** Ways in which a request ends without an answer of Vault (issue 10, part 3). */
export const FAULTS: Readonly<Record<string, Fault>> = {
  '500': status(500, { errors: ['1 error occurred:\n\t* internal error\n\n'] }),
  '501': status(501, ''),
  '502 with a web page': status(502, '<html>Bad Gateway</html>'),
  '503 of an election': status(503, { errors: ['no active Vault instance found'] }),
  '503 sealed': status(503, { errors: ['Vault is sealed'] }),
  '429': status(429, { errors: ['rate limit quota exceeded'] }),
  '429 with a pause that is too long': status(429, { errors: [] }, { 'Retry-After': '100000' }),
  '412': status(412, { errors: ['required index state not present'] }),
  '472': status(472, { errors: [] }),
  '473': status(473, { errors: [] }),
  '401': status(401, { errors: ['permission denied'] }),
  '418': status(418, { errors: [] }),
  'a redirect': status(307, '', { Location: 'https://other.example.com/v1/x' }),
  '404 without errors': status(404, { message: 'no Route matched with those values' }),
  '404 as text': status(404, '404 page not found\n'),
  '403 of a firewall': status(403, { error: 'blocked' }),
  '200 with a web page': status(200, '<!doctype html><title>Sign in</title>'),
  '200 with nothing': status(200, ''),
  '200 with a list': status(200, []),
  '200 with an empty envelope': status(200, { request_id: 'x', data: {} }),
  '200 without data': status(200, { request_id: 'x', data: null }),
  'a reset': (_, response) => {
    response.socket?.destroy()
    return true
  },
  'no answer in time': () => true,
  'an answer that is cut': ({ body }, response) => {
    response.writeHead(200, { 'Content-Length': String(body.length + 100) })
    response.write(body)
    response.socket?.destroySoon()
    return true
  },
  'half an answer': ({ status: code, body }, response) => {
    response.writeHead(code)
    response.end(body.slice(0, Math.floor(body.length / 2)))
    return true
  },
  'an answer without end': (_, response) => {
    response.writeHead(200)
    response.end(`{"data":{"keys":["${'a'.repeat(9 * 1024 * 1024)}"]}}`)
    return true
  },
  'other types': ({ status: code, body }, response) => {
    if (code !== 200) return status(500)({ status: code, headers: {}, body }, response, {} as never)
    const envelope = JSON.parse(body) as Record<string, unknown>
    response.writeHead(code)
    response.end(JSON.stringify({ ...envelope, data: otherTypes(envelope.data) }))
    return true
  },
  'compressed bytes': ({ status: code, body }, response) => {
    response.writeHead(code, { 'Content-Encoding': 'gzip' })
    response.end(gzipSync(body))
    return true
  },
  'JSON without bottom': status(200, `{"data":${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}}`),
}
