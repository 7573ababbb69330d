import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bundle } from './bundle.ts'
import { annotationsIn, createRunner, runTerminal } from './run-program.ts'

/** Payloads as GitHub sends them, shortened to what surrounds the fields that matter. */
const payload = async (name: string): Promise<unknown> =>
  JSON.parse(await readFile(join(import.meta.dirname, 'events', `${name}.json`), 'utf8'))
const nameOf = (event: string) => event.replace(/-of-.*/, '')

const FOREIGN = [
  'pull_request_target-of-a-fork',
  'pull_request_target-of-a-deleted-fork',
  'workflow_run-of-a-fork',
  'workflow_run-of-a-deleted-fork',
]

let runner: Awaited<ReturnType<typeof createRunner>>
/** Counts what it is asked; it need not be a Vault for that. */
let asked: string[] = []
const server = createServer((request, response) => {
  asked.push(`${request.method} ${request.url}`)
  response.writeHead(200, { 'Content-Type': 'application/json' }).end('{}')
})
let inputs: Readonly<Record<string, string>>
beforeAll(async () => {
  await bundle()
  runner = await createRunner('as-found')
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  inputs = { 'vault-addr': address, 'vault-token': 'hvs.aTokenOfTheRepositoryItself' }
})
afterAll(async () => {
  server.close()
  await runner?.remove()
})

describe.each(FOREIGN)('%s', (event) => {
  test('gets the static check, and no server is asked', async () => {
    asked = []
    const ran = await runner.main({
      inputs: { ...inputs, 'report-scope': 'all' },
      event: await payload(event),
      eventName: nameOf(event),
    })
    expect(asked).toEqual([])
    expect([ran.exitCode, ran.outputs.outcome, ran.outputs['error-count']]).toEqual([1, 'findings', '3'])
    for (const text of [ran.stdout, ran.summary]) expect(text).toContain('has the trust of this repository')
  })

  test.each(['plan', 'apply', 'drift', 'snapshot'])('refuses %s', async (mode) => {
    asked = []
    const ran = await runner.main({
      inputs: { ...inputs, mode, 'plan-digest': 'sha256:0' },
      event: await payload(event),
      eventName: nameOf(event),
    })
    expect(asked).toEqual([])
    expect([ran.exitCode, ran.outputs.outcome]).toEqual([2, 'invalid'])
    expect(annotationsIn(ran.stdout)[0]?.message).toContain('which only trusted files may ask for')
  })
})

test('a snapshot is as little believed there as a server is asked', async () => {
  const ran = await runner.main({
    inputs: { 'vault-snapshot': 'no-such-file.json', 'report-scope': 'all' },
    event: await payload('pull_request_target-of-a-fork'),
    eventName: 'pull_request_target',
  })
  expect([ran.exitCode, ran.outputs.outcome]).toEqual([1, 'findings'])
  expect(ran.stdout).toContain('has the trust of this repository')
})

test.each(['pull_request_target-of-the-repository', 'workflow_run-of-the-repository'])(
  '%s: the server is asked',
  async (event) => {
    asked = []
    await runner.main({ inputs, event: await payload(event), eventName: nameOf(event) })
    expect(asked[0]).toContain('GET /v1/sys/health')
  },
)

test('the terminal in such a job is no way around it', async () => {
  asked = []
  const env = {
    GITHUB_ACTIONS: 'true',
    GITHUB_REPOSITORY: 'acme/gitops',
    GITHUB_EVENT_NAME: 'pull_request_target',
    GITHUB_EVENT_PATH: join(import.meta.dirname, 'events', 'pull_request_target-of-a-fork.json'),
    VAULT_ADDR: inputs['vault-addr'] ?? '',
    VAULT_TOKEN: inputs['vault-token'] ?? '',
  }
  const checked = await runTerminal(['check'], runner.workspace, env)
  const planned = await runTerminal(['plan'], runner.workspace, env)
  expect(asked).toEqual([])
  expect(checked.stdout).toContain('has the trust of this repository')
  expect([planned.exitCode, planned.stderr]).toEqual([2, expect.stringContaining('The command is `plan`')])
})
