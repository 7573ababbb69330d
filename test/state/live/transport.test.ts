import type { AddressInfo } from 'node:net'
import { createServer as createTcpServer } from 'node:net'
import { describe, expect, test } from 'vitest'
import { deadlineIn } from '../../../src/model/deadline.ts'
import { ForbiddenRequest, VaultUnavailable } from '../../../src/state/live/errors.ts'
import { endAfterEach, fakeSurroundings, type Handler, json, serve, transportTo } from './local-server.ts'

endAfterEach()

const TOKEN = 'hvs.CAESITokenThatNobodyMaySee123456'
const OK = { data: { fine: true } }
const read = (address: string, path = 'kv/metadata/app') => ({
  method: 'GET',
  url: `${address}/v1/${path}`,
  headers: { 'X-Vault-Token': TOKEN },
})

async function failure(promise: Promise<unknown>): Promise<VaultUnavailable> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(VaultUnavailable)
  expect(`${(error as Error).stack} ${JSON.stringify(error)}`).not.toContain(TOKEN)
  return error as VaultUnavailable
}

describe('retries (vault.md §4.0)', () => {
  const twice =
    (status: number, body: unknown, headers: Record<string, string> = {}): Handler =>
    (_, response, count) =>
      count <= 2 ? json(response, status, body, headers) : json(response, 200, OK)

  test.each([
    ['412', 412, { errors: ['required index state not present'] }],
    ['429', 429, { errors: ['request path "kv": rate limit quota exceeded'] }],
    ['500', 500, { errors: ['1 error occurred:\n\t* internal error\n\n'] }],
    ['502', 502, 'bad gateway'],
    ['503 without a leader', 503, { errors: ['no active Vault instance found'] }],
  ])('%s passes', async (_, status, body) => {
    const { address, seen } = await serve(twice(status, body))
    const surroundings = fakeSurroundings()
    expect(await transportTo(address, { surroundings }).send(read(address))).toEqual({ status: 200, body: OK })
    expect(seen).toHaveLength(3)
    expect(surroundings.slept).toEqual([500, 1000])
  })

  test('with jitter, up to a half longer', async () => {
    const { address } = await serve(twice(500, {}))
    const surroundings = fakeSurroundings(0.999_999)
    await transportTo(address, { surroundings }).send(read(address))
    expect(surroundings.slept).toEqual([750, 1500])
  })

  test.each([
    ['seconds', '7', 7_000],
    ['a date', 'Thu, 01 Jan 2026 00:00:09 GMT', 9_000],
    ['a minute and more', '90', 90_000],
    ['nonsense', 'soon', 500],
  ])('Retry-After: %s', async (_, header, wait) => {
    const { address } = await serve((_request, response, count) =>
      count === 1 ? json(response, 429, { errors: ['slow'] }, { 'Retry-After': header }) : json(response, 200, OK),
    )
    const surroundings = fakeSurroundings()
    await transportTo(address, { surroundings }).send(read(address))
    expect(surroundings.slept).toEqual([wait])
  })

  test.each([
    ['429', 429, 'rate-limited', /limits the rate of requests/],
    ['500', 500, 'server-error', /^GET kv\/metadata\/app answered 500 \(internal error\) again and again\.$/],
    ['412', 412, 'server-error', /answered 412/],
  ])('%s that does not pass is given up', async (_, status, kind, message) => {
    const { address, seen } = await serve((_request, response) =>
      json(response, status, { errors: ['1 error occurred:\n\t* internal error\n\n'] }),
    )
    expect(await failure(transportTo(address).send(read(address)))).toMatchObject({
      kind,
      message: expect.stringMatching(message),
    })
    expect(seen).toHaveLength(4)
  })

  test.each([
    ['sealed', 503, 'Vault is sealed', 'sealed', /is sealed: nothing can be read/],
    ['a sealed namespace', 503, 'namespace is sealed', 'sealed', /this namespace is sealed/],
    [
      'a locked namespace',
      503,
      'API access to this namespace has been locked by an administrator. x',
      'sealed',
      /locked by an administrator/,
    ],
    ['501', 501, 'not implemented', 'server-error', /501/],
  ])('%s is not retried', async (_, status, error, kind, message) => {
    const { address, seen } = await serve((_request, response) => json(response, status, { errors: [error] }))
    expect(await failure(transportTo(address).send(read(address)))).toMatchObject({
      kind,
      message: expect.stringMatching(message),
    })
    expect(seen).toHaveLength(1)
  })

  test.each([400, 403, 404, 405])('%i is an answer, and is not retried', async (status) => {
    const { address, seen } = await serve((_request, response) => json(response, status, { errors: [] }))
    expect(await transportTo(address).send(read(address))).toEqual({ status, body: { errors: [] } })
    expect(seen).toHaveLength(1)
  })

  test('the upgrade of a KV mount is waited for, longer than other troubles (vault.md §4.8)', async () => {
    const upgrading = {
      errors: [
        'Upgrading from non-versioned to versioned data. This backend will be unavailable for a brief period and will resume service shortly.',
      ],
    }
    const { address, seen } = await serve((_request, response, count) =>
      count <= 12 ? json(response, 400, upgrading) : json(response, 200, OK),
    )
    const surroundings = fakeSurroundings()
    expect(await transportTo(address, { surroundings }).send(read(address))).toMatchObject({ status: 200 })
    expect([seen.length, surroundings.slept.length, surroundings.slept[0]]).toEqual([13, 12, 1000])
  })

  test('a connection that is reset is tried again', async () => {
    const { address, seen } = await serve((request, response, count) =>
      count <= 2 ? request.socket.destroy() : json(response, 200, OK),
    )
    expect(await transportTo(address).send(read(address))).toMatchObject({ status: 200 })
    expect(seen).toHaveLength(3)
  })

  test('after five failures in a row nothing more is tried', async () => {
    const { address, seen } = await serve((_request, response) => json(response, 500, {}))
    const transport = transportTo(address, { retries: 0 })
    for (let number = 0; number < 5; number += 1)
      expect((await failure(transport.send(read(address)))).kind).toBe('server-error')
    expect(await failure(transport.send(read(address)))).toMatchObject({
      kind: 'unreachable',
      message: expect.stringContaining('stopped answering'),
    })
    expect(seen).toHaveLength(5)
  })

  test('a pause asked for by 429 holds for every request', async () => {
    const { address } = await serve((_request, response, count) =>
      count === 1 ? json(response, 429, {}, { 'Retry-After': '5' }) : json(response, 200, OK),
    )
    const surroundings = fakeSurroundings()
    const sleeping: (() => void)[] = []
    const sleep = (ms: number) =>
      new Promise<void>((resolve) => sleeping.push(() => surroundings.sleep(ms).then(resolve)))
    const transport = transportTo(address, { surroundings: { ...surroundings, sleep }, concurrency: 1 })
    const both = Promise.all([transport.send(read(address)), transport.send(read(address, 'other'))])
    await expect.poll(() => sleeping.length).toBe(1)
    sleeping[0]?.()
    expect(await both).toHaveLength(2)
    expect(surroundings.slept).toEqual([5_000])
  })
})

describe('the time for all requests', () => {
  const slow: Handler = (_, response) => json(response, 429, { errors: ['slow'] }, { 'Retry-After': '121' })

  test('a pause that ends after it is not waited for', async () => {
    const { address, seen } = await serve(slow)
    const surroundings = fakeSurroundings()
    const error = await failure(transportTo(address, { surroundings }).send(read(address)))
    expect(error).toMatchObject({ kind: 'rate-limited', message: expect.stringContaining('a pause of 121 s') })
    expect([seen.length, surroundings.slept]).toEqual([1, []])
  })

  test('retries and pauses of all requests together stay within it', async () => {
    const { address } = await serve((_request, response) =>
      json(response, 429, { errors: ['slow'] }, { 'Retry-After': '25' }),
    )
    const surroundings = fakeSurroundings()
    const transport = transportTo(address, { surroundings, retries: 100 })
    const started = surroundings.now()
    await Promise.all([1, 2, 3].map(() => failure(transport.send(read(address)))))
    expect(surroundings.now() - started).toBeLessThanOrEqual(120_000)
  })

  test('when it is over nothing is sent any more, but for the end of the token', async () => {
    const { address, seen } = await serve((_request, response) => json(response, 200, OK))
    const surroundings = fakeSurroundings()
    const deadline = deadlineIn(5_000, surroundings.now)
    const transport = transportTo(address, { surroundings, deadline })
    await surroundings.sleep(5_000)
    expect(await failure(transport.send(read(address)))).toMatchObject({
      kind: 'out-of-time',
      message: expect.stringContaining('`vault-timeout`'),
    })
    expect(seen).toHaveLength(0)
    transport.allowMore(1_000)
    expect(await transport.send(read(address))).toMatchObject({ status: 200 })
  })

  test('time in which nothing is asked does not count against it', async () => {
    const { address } = await serve((_request, response) => json(response, 200, OK))
    const surroundings = fakeSurroundings()
    const transport = transportTo(address, { surroundings, budgetMs: 1_000 })
    await transport.send(read(address))
    await surroundings.sleep(60_000)
    expect(await transport.send(read(address))).toMatchObject({ status: 200 })
  })

  test('a server that hangs is left when it is over, long before its own limit', async () => {
    const { address } = await serve(() => {})
    const transport = transportTo(address, { deadline: deadlineIn(300) })
    expect((await failure(transport.send(read(address)))).kind).toMatch(/timeout|out-of-time/)
  })
})

describe('answers that are none', () => {
  test.each([401, 402, 407, 408, 409, 418, 425, 451, 472, 473, 474, 499])(
    '%i is no status of Vault',
    async (status) => {
      const { address, seen } = await serve((_request, response) => json(response, status, { errors: [] }))
      expect((await failure(transportTo(address).send(read(address)))).kind).toBe('not-vault')
      expect(seen).toHaveLength(1)
    },
  )

  test.each([
    ['404 without errors', 404, { message: 'no Route matched with those values' }],
    ['404 with data and no request', 404, { data: { keys: [] } }],
    ['403 without errors', 403, { error: 'forbidden' }],
    ['400 whose errors are a text', 400, { errors: 'permission denied' }],
    ['403 whose errors are no texts', 403, { errors: [1] }],
    ['200 that is a list', 200, []],
    ['200 that is a text', 200, 'ok'],
  ])('%s', async (_, status, body) => {
    const { address } = await serve((_request, response) => json(response, status, body))
    expect((await failure(transportTo(address).send(read(address)))).kind).toBe('not-vault')
  })

  test('a 404 in the form of a success is that of a deleted version', async () => {
    const body = { request_id: 'a', data: { data: null, metadata: { version: 1 } } }
    const { address } = await serve((_request, response) => json(response, 404, body))
    expect(await transportTo(address).send(read(address))).toEqual({ status: 404, body })
  })

  test('JSON that is nested too deep', async () => {
    const deep = `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`
    const { address } = await serve((_request, response) => void response.writeHead(200).end(deep))
    const error = await failure(transportTo(address).send(read(address)))
    expect(error).toMatchObject({ kind: 'not-vault', message: expect.stringContaining('deeper than 500 levels') })
  })

  test.each([
    [
      'to another host',
      'https://sso.example.com/login?token=hvs.inTheLocationNobodyMaySee',
      'sso.example.com',
      'write it as vault-addr',
    ],
    ['to itself', '/ui/vault?next=hvs.inTheLocationNobodyMaySee', '127.0.0.1', 'scheme and path'],
    ['to nowhere', undefined, '127.0.0.1', ''],
  ])('a redirect %s is refused; only its host is named', async (_, location, host, advice) => {
    const other = await serve((_request, response) => json(response, 200, OK))
    const { address } = await serve((_request, response) => {
      response.writeHead(307, location ? { Location: location.replace('https://other', other.address) } : {}).end()
    })
    const error = await failure(transportTo(address).send(read(address)))
    expect(error.kind).toBe('redirect')
    expect(error.message).toContain(host)
    expect(error.message).toContain(advice)
    expect(error.message).not.toMatch(/hvs\.|login|next=/)
  })

  test('a redirect to a reachable server is not followed', async () => {
    const other = await serve((_request, response) => json(response, 200, OK))
    const { address } = await serve((_request, response) =>
      response.writeHead(302, { Location: `${other.address}/v1/x` }).end(),
    )
    expect((await failure(transportTo(address).send(read(address)))).kind).toBe('redirect')
    expect(other.seen).toHaveLength(0)
  })

  test.each([
    ['a web page', 200, '<!doctype html><title>Sign in</title> hvs.inThePageNobodyMaySee', 'a web page'],
    ['a refusal by a firewall', 403, '<html>blocked</html>', 'a web page'],
    ['text', 404, '404 page not found', 'not JSON'],
  ])('%s', async (_, status, body, what) => {
    const { address } = await serve((_request, response) => response.writeHead(status).end(body))
    const error = await failure(transportTo(address).send(read(address)))
    expect(error).toMatchObject({ kind: 'not-vault', message: expect.stringContaining(what) })
    expect(error.message).not.toContain('hvs.')
  })

  test('an oversized answer is cut off', async () => {
    let written = 0
    const { address } = await serve((_request, response) => {
      const more = () => {
        while (!response.destroyed && response.write(Buffer.alloc(64 * 1024, 'x'))) written += 64 * 1024
      }
      response.on('drain', more)
      more()
    })
    expect(await failure(transportTo(address).send(read(address)))).toMatchObject({
      kind: 'oversize',
      message: expect.stringContaining('8 MiB'),
    })
    expect(written).toBeLessThan(32 * 1024 * 1024)
  })

  test.each(['headers', 'body'])('a server that stops before the end of its %s', async (part) => {
    const { address, seen } = await serve((_request, response) => {
      if (part === 'body') response.writeHead(200).write('{"data":')
    })
    const transport = transportTo(address, { timeoutMs: 50, retries: 1 })
    expect(await failure(transport.send(read(address)))).toMatchObject({
      kind: 'timeout',
      message: expect.stringContaining('does not answer'),
    })
    expect(seen).toHaveLength(2)
  })

  test('nothing listens', async () => {
    const { address } = await serve(() => {})
    const { port } = new URL(address)
    const closed = createTcpServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => closed.once('listening', resolve))
    const free = (closed.address() as AddressInfo).port
    await new Promise((resolve) => closed.close(resolve))
    expect(free).not.toBe(Number(port))
    const error = await failure(transportTo(`http://127.0.0.1:${free}`).send(read(`http://127.0.0.1:${free}`)))
    expect(error).toMatchObject({ kind: 'refused', message: expect.stringContaining('nothing listens on this port') })
  })

  test('a name that does not exist', async () => {
    const error = await failure(transportTo('http://vault.invalid:8200').send(read('http://vault.invalid:8200')))
    expect(error).toMatchObject({
      kind: 'dns',
      message: expect.stringContaining('vault.invalid:8200 cannot be resolved'),
    })
  })

  test('https on a port that speaks http', async () => {
    const { address } = await serve((_request, response) => json(response, 200, OK))
    const secure = address.replace('http:', 'https:')
    expect(await failure(transportTo(secure).send(read(secure)))).toMatchObject({
      kind: 'tls',
      message: expect.stringContaining('does not speak TLS'),
    })
  })

  test('something that is not HTTP', async () => {
    const server = createTcpServer((socket) => void socket.on('error', () => {}).end('SSH-2.0-OpenSSH_9.6\r\n')).listen(
      0,
      '127.0.0.1',
    )
    await new Promise((resolve) => server.once('listening', resolve))
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    expect((await failure(transportTo(address).send(read(address)))).kind).toBe('plain-http')
    server.close()
  })
})

describe('what is sent', () => {
  test('the token goes to one origin only', async () => {
    const other = await serve((_request, response) => json(response, 200, OK))
    const { address } = await serve((_request, response) => json(response, 200, OK))
    const transport = transportTo(address)
    await expect(transport.send(read(other.address))).rejects.toBeInstanceOf(ForbiddenRequest)
    await expect(transport.send(read(address.replace('127.0.0.1', 'localhost')))).rejects.toBeInstanceOf(
      ForbiddenRequest,
    )
    await expect(transport.send(read(address.replace('http:', 'https:')))).rejects.toBeInstanceOf(ForbiddenRequest)
    expect(other.seen).toHaveLength(0)
  })

  test('headers and JSON body', async () => {
    let body = ''
    const { address, seen } = await serve((request, response) => {
      request.on('data', (chunk) => {
        body += chunk
      })
      request.on('end', () => response.writeHead(204).end())
    })
    const answer = await transportTo(address).send({ ...read(address), method: 'POST', body: { paths: ['a', 'ü'] } })
    expect(answer).toEqual({ status: 204, body: undefined })
    expect(JSON.parse(body)).toEqual({ paths: ['a', 'ü'] })
    expect(seen[0]?.headers).toMatchObject({
      'x-vault-request': 'true',
      'x-vault-token': TOKEN,
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength(body)),
    })
  })

  test('at most so many at once, over connections that are kept', async () => {
    let now = 0
    let most = 0
    const ports = new Set<number | undefined>()
    const { address } = await serve((request, response) => {
      ports.add(request.socket.remotePort)
      now += 1
      most = Math.max(most, now)
      setTimeout(() => {
        now -= 1
        json(response, 200, OK)
      }, 5)
    })
    const transport = transportTo(address, { concurrency: 3 })
    await Promise.all(Array.from({ length: 30 }, (_, number) => transport.send(read(address, `x/${number}`))))
    expect(most).toBe(3)
    expect(ports.size).toBeLessThanOrEqual(3)
  })

  test('an address with a path keeps it', async () => {
    const { address, seen } = await serve((_request, response) => json(response, 500, { errors: ['no'] }))
    const transport = transportTo(`${address}/behind/proxy`, { retries: 0 })
    const error = await failure(transport.send({ method: 'GET', url: `${address}/behind/proxy/v1/kv/metadata/x` }))
    expect(error.message).toBe('GET kv/metadata/x answered 500 (no) again and again.')
    expect(seen[0]?.url).toBe('/behind/proxy/v1/kv/metadata/x')
  })
})
