import type { IncomingMessage, ServerResponse } from 'node:http'
import { describe, expect, test } from 'vitest'
import { openClient } from '../../../src/state/live/client.ts'
import { readLive } from '../../../src/state/live/read-live.ts'
import { endAfterEach, json, serve, transportTo } from './local-server.ts'

endAfterEach()

const SERVER = { product: 'openbao', version: '2.7.1', variants: ['bao26'], standby: false } as const
const TOKEN = { lookedUp: true, type: 'service', policies: [], root: false, numUses: 0, ttl: 60 } as const

const secretsOf = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ mount: 'kv', key: `apps/app-${index}` }))

async function bodyOf(request: IncomingMessage): Promise<{ readonly paths: readonly string[] }> {
  let text = ''
  for await (const chunk of request.setEncoding('utf8')) text += chunk
  return text === '' ? { paths: [] } : JSON.parse(text)
}

/** What a server answers that has all, and lets everything be read. */
function content(url: string, paths: readonly string[]): unknown {
  if (url === '/v1/sys/mounts') return { 'kv/': { type: 'kv', options: { version: '2' } } }
  if (url === '/v1/sys/auth') return { 'kubernetes/': { type: 'kubernetes' } }
  if (url === '/v1/sys/capabilities-self') return Object.fromEntries(paths.map((path) => [path, ['read', 'list']]))
  if (url.startsWith('/v1/auth/')) return { token_policies: ['eso'], bound_service_account_names: ['eso'] }
  if (url.startsWith('/v1/sys/policies/')) return { policy: '' }
  if (url.endsWith('?list=1')) return { keys: ['a', 'b/'].slice(0, url.includes('/b') ? 1 : 2) }
  return { current_version: 1, versions: { 1: { deletion_time: '', destroyed: false } } }
}

/** Hands out each request with the way to answer it. */
async function asked(options: { readonly concurrency?: number }) {
  const open: { readonly url: string; readonly paths: readonly string[]; readonly answer: () => void }[] = []
  const urls: string[] = []
  let onRequest: () => void = () => {}
  const arrive = async (request: IncomingMessage, response: ServerResponse) => {
    const { paths } = await bodyOf(request)
    const url = request.url ?? ''
    urls.push(`${request.method} ${url}`)
    open.push({ url, paths, answer: () => json(response, 200, { data: content(url, paths) }) })
    onRequest()
  }
  const { address } = await serve((request, response) => void arrive(request, response))
  const transport = transportTo(address, options)
  const client = await openClient({ transport, token: 'token' })
  return {
    session: { client, server: SERVER, token: TOKEN },
    urls,
    open,
    on: (act: () => void) => {
      onRequest = act
    },
  }
}

describe('requests under way', () => {
  test('as many as may be at once, from the first secret to the last: nobody waits for the slowest of a batch', async () => {
    const most = 8
    const { session, open, on, urls } = await asked({ concurrency: most })
    // The server answers one request whenever all places are taken; when no more come, all that it has.
    let starved: NodeJS.Timeout | undefined
    const few: number[] = []
    let lastOne = false
    on(() => {
      clearTimeout(starved)
      expect(open.length).toBeLessThanOrEqual(most)
      if (open.length === most) {
        // Some secrets are left for long; a question about rights, on which many wait, is not.
        const question = open.findIndex(({ paths }) => paths.length > 0)
        open.splice(question < 0 ? most / 2 : question, 1)[0]?.answer()
      }
      starved = setTimeout(async () => {
        // A process that did not get its turn for so long has requests that it did not look at yet.
        const seen = urls.length
        for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate)
        if (urls.length > seen) return
        if (!lastOne) few.push(urls.length)
        for (const one of open.splice(0)) one.answer()
      }, 100)
      lastOne = urls.length >= 2 + 2 + 400 - most
    })
    const live = await readLive(session, { mounts: ['kv'], authMounts: ['kubernetes'], secrets: secretsOf(400) })
    expect(live.secretFact('kv', 'apps/app-399')).toMatchObject({ presence: 'present' })
    // Only the lists of mounts, and the first question about rights, leave places free.
    expect(few.filter((count) => count > 3)).toEqual([])
    expect(new Set(urls.filter((url) => !url.startsWith('POST'))).size).toBe(2 + 400)
  })

  test('a secret waits for the question about its own rights, and for no other', async () => {
    const { session, open, on, urls } = await asked({ concurrency: 8 })
    const held: (() => void)[] = []
    let questions = 0
    on(() => {
      for (const { url, answer } of open.splice(0)) {
        if (url === '/v1/sys/capabilities-self' && ++questions === 3) held.push(answer)
        else answer()
      }
    })
    // Three paths for each, and one folder: 500 of them in a question.
    const reading = readLive(session, { secrets: secretsOf(400) })
    await expect.poll(() => urls.filter((url) => url.startsWith('GET /v1/kv/metadata/')).length).toBeGreaterThan(300)
    expect([questions, held.length]).toEqual([3, 1])
    held[0]?.()
    expect((await reading).secretFact('kv', 'apps/app-399')).toMatchObject({ presence: 'present' })
  })

  test('a token that may not ask for its rights is asked about once', async () => {
    const { address, seen } = await serve((request, response) =>
      request.url === '/v1/sys/capabilities-self'
        ? json(response, 403, { errors: ['permission denied'] })
        : json(response, 200, { data: content(request.url ?? '', []) }),
    )
    const client = await openClient({ transport: transportTo(address), token: 'token' })
    const live = await readLive({ client, server: SERVER, token: TOKEN }, { secrets: secretsOf(400) })
    expect(seen.filter(({ url }) => url === '/v1/sys/capabilities-self')).toHaveLength(1)
    expect(live.warnings).toEqual([expect.stringContaining('may not ask for its own rights')])
    expect(live.secretFact('kv', 'apps/app-0')).toMatchObject({ presence: 'present' })
  })

  test('what roles log in by and what secrets lie in do not wait for each other', async () => {
    const wanted = {
      secrets: secretsOf(1),
      roles: [{ authMount: 'kubernetes', name: 'eso' }],
      finds: [
        { mount: 'kv', path: 'x' },
        { mount: 'kv', path: 'y' },
      ],
    }
    for (const slow of ['/v1/sys/auth', '/v1/sys/mounts']) {
      const { session, open, on, urls } = await asked({})
      const held: (() => void)[] = []
      on(() => {
        for (const { url, answer } of open.splice(0)) url === slow ? held.push(answer) : answer()
      })
      const reading = readLive(session, wanted)
      const last = slow === '/v1/sys/auth' ? '/v1/kv/metadata/y/b?list=1' : '/v1/sys/policies/acl/eso'
      await expect.poll(() => urls).toContain(`GET ${last}`)
      held[0]?.()
      const live = await reading
      expect(live.role('kubernetes', 'eso')).toMatchObject({ presence: 'present' })
      expect(live.find('kv', 'x')).toEqual({ names: ['x/a', 'x/b/a'], incomplete: undefined })
      expect(new Set(urls).size).toBe(urls.length)
    }
  })
})
