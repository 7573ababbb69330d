import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { githubRequest } from '../../src/report/github-client.ts'

let asked = 0
let hangs = false
const server = createServer((_, response) => {
  asked += 1
  if (!hangs) response.writeHead(200, { 'Content-Type': 'application/json' }).end('{"login":"somebody"}')
})
const before = process.env.GITHUB_API_URL
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  // Octokit takes the address when it is loaded.
  process.env.GITHUB_API_URL = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
  if (before === undefined) delete process.env.GITHUB_API_URL
  else process.env.GITHUB_API_URL = before
})

test('asks the API', async () => {
  const request = await githubRequest('token')
  expect((await request('GET /user', {})).data).toEqual({ login: 'somebody' })
})

test.each([
  ['each request', { eachMs: 200, allMs: 60_000 }],
  ['all requests', { eachMs: 60_000, allMs: 200 }],
])('a GitHub that hangs is left: %s', async (_, limits) => {
  hangs = true
  const earlier = asked
  const request = await githubRequest('token', limits)
  await expect(request('GET /user', {})).rejects.toThrow()
  expect(asked).toBe(earlier + 1)
})
