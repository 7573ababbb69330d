import { describe, expect, test } from 'vitest'
import { deadlineIn } from '../../../src/model/deadline.ts'
import { requestIdToken } from '../../../src/state/live/id-token.ts'
import { createTransport } from '../../../src/state/live/transport.ts'
import { endAfterEach, fakeSurroundings, type Handler, json, serve } from './local-server.ts'

endAfterEach()

const REQUEST_TOKEN = 'the-request-token'

async function ask(handler: Handler, { audience, hangs = false }: { audience?: string; hangs?: boolean } = {}) {
  const { address, seen } = await serve(handler)
  const transport = createTransport({
    address: new URL('https://vault.example.com'),
    ...(hangs ? {} : { surroundings: fakeSurroundings() }),
    ...(hangs ? { deadline: deadlineIn(400) } : {}),
  })
  const masked: string[] = []
  const env = {
    ACTIONS_ID_TOKEN_REQUEST_URL: `${address}/token?api-version=2.0`,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: REQUEST_TOKEN,
  }
  const mask = (secret: string) => void masked.push(secret)
  const token = requestIdToken({ transport, env, mask }, audience)
  return { seen, masked, token }
}

describe("GitHub's token endpoint", () => {
  test('is asked as @actions/core asks it', async () => {
    const { seen, masked, token } = await ask((_, response) => json(response, 200, { value: 'a.b.c' }), {
      audience: 'https://vault.example.com/x y',
    })
    expect([await token, masked]).toEqual(['a.b.c', ['a.b.c']])
    expect(new URL(seen[0]?.url ?? '', 'http://x').searchParams.get('audience')).toBe('https://vault.example.com/x y')
    expect(new URL(seen[0]?.url ?? '', 'http://x').searchParams.get('api-version')).toBe('2.0')
    expect(seen[0]?.headers.authorization).toBe(`Bearer ${REQUEST_TOKEN}`)
  })

  test('that fails at first is asked again', async () => {
    const { seen, token } = await ask((_, response, count) =>
      count < 3 ? json(response, 503, { message: 'busy' }) : json(response, 200, { value: 'a.b.c' }),
    )
    expect(await token).toBe('a.b.c')
    expect(seen).toHaveLength(3)
  })

  test.each([
    ['an error', (_, response) => json(response, 500, { message: REQUEST_TOKEN })],
    ['a web page', (_, response) => void response.writeHead(200).end('<html>')],
    ['another shape', (_, response) => json(response, 200, { value: { token: 'x' } })],
    ['a redirect', (_, response) => void response.writeHead(302, { Location: 'http://127.0.0.1:9/' }).end()],
    ['a reset', (request) => void request.socket.destroy()],
  ] as readonly [string, Handler][])('%s: none after five tries, and nothing of it is shown', async (_, handler) => {
    const { seen, token } = await ask(handler)
    const error = (await token.catch((reason: unknown) => reason)) as Error
    expect(error).toMatchObject({ kind: 'login', message: expect.stringContaining('5 tries') })
    expect(`${error.message} ${error.stack}`).not.toContain(REQUEST_TOKEN)
    expect(seen).toHaveLength(5)
  })

  test('that hangs is left when the time is over', async () => {
    const { token } = await ask(() => {}, { hangs: true })
    await expect(token).rejects.toMatchObject({ kind: 'login' })
  })
})
