import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { run } from '../../src/modes/run.ts'
import { createProgress } from '../../src/report/progress.ts'
import { endAfterEach, json, serve } from '../state/live/local-server.ts'
import { settingsFor } from './questions/ask.ts'

endAfterEach()
afterEach(() => vi.useRealTimers())

const MANIFESTS = `apiVersion: external-secrets.io/v1
kind: SecretStore
metadata: { name: vault, namespace: apps }
spec: { provider: { vault: { server: "https://vault.example.com", path: kv, version: v2, auth: { tokenSecretRef: { name: t, key: t } } } } }
---
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: { name: app, namespace: apps }
spec:
  secretStoreRef: { kind: SecretStore, name: vault }
  data:
    - { secretKey: a, remoteRef: { key: one } }
    - { secretKey: b, remoteRef: { key: two } }
    - { secretKey: c, remoteRef: { key: slow } }
`

const ANSWERS: Readonly<Record<string, unknown>> = {
  '/v1/sys/seal-status': { version: '2.7.1' },
  '/v1/auth/token/lookup-self': { data: { policies: ['ci'], type: 'service' } },
  '/v1/sys/mounts': { data: { 'kv/': { type: 'kv', options: { version: '2' } } } },
}
const SECRET = { data: { current_version: 1, versions: { 1: { deletion_time: '', destroyed: false } } } }
const HEALTH = { initialized: true, sealed: false, version: '2.7.1' }

/** A run against a server that keeps one answer to itself; `told` is what is said while it waits, by a clock of its own. */
async function heldAt(held: string, terminal: boolean): Promise<readonly string[]> {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  let now = 0
  const told: string[] = []
  const progress = createProgress({ write: (text) => void told.push(text), terminal, now: () => now })
  const cwd = mkdtempSync(join(tmpdir(), 'progress-'))
  writeFileSync(join(cwd, 'app.yaml'), MANIFESTS)
  let go: (() => void) | undefined
  let answered = 0
  const { address } = await serve((request, response) => {
    const url = request.url ?? ''
    const answer = () => {
      answered += 1
      if (url.startsWith('/v1/sys/health')) json(response, 200, HEALTH)
      else if (url === '/v1/sys/capabilities-self') json(response, 403, { errors: ['permission denied'] })
      else json(response, 200, ANSWERS[url] ?? SECRET)
    }
    if (url.startsWith(held)) go = answer
    else answer()
  })
  try {
    const settings = settingsFor({ command: 'check', cwd, env: { VAULT_ADDR: address, VAULT_TOKEN: 'hvs.token' } })
    const running = run(settings, {
      cwd,
      env: {},
      now: () => new Date('2026-06-01T00:00:00Z'),
      mask: () => {},
      warn: () => {},
      progress: progress.tell,
    })
    await vi.waitUntil(() => go !== undefined, { timeout: 10_000 })
    // The other answers have come as well, and were read.
    const others = held.startsWith('/v1/kv') ? 7 : 0
    await vi.waitUntil(() => answered >= others, { timeout: 10_000 })
    await new Promise((resolve) => setTimeout(resolve, 100))
    for (now = 1_000; now <= 13_000; now += 1_000) vi.advanceTimersByTime(250)
    const before = [...told]
    go?.()
    expect((await running).report.outcome).not.toBe('bug')
    progress.end()
    // Nothing goes on ticking.
    expect(vi.getTimerCount()).toBe(0)
    return before
  } finally {
    rmSync(cwd, { recursive: true, force: true })
  }
}

test('while a server lets a run wait, a terminal shows for how long, and of how many secrets it has told', async () => {
  const told = await heldAt('/v1/kv/metadata/slow', true)
  expect(told.slice(0, 2)).toEqual([
    '\r\u001b[K█████████████░░░░░░░ asking the server, 2 of 3 (2 s)',
    '\r\u001b[K█████████████░░░░░░░ asking the server, 2 of 3 (3 s)',
  ])
  expect(told).toHaveLength(12)
})

test('a log gets a line after two seconds, and one each ten', async () => {
  expect(await heldAt('/v1/kv/metadata/slow', false)).toEqual([
    'eso-vault: asking the server, 2 of 3 (2 s)\n',
    'eso-vault: asking the server, 2 of 3 (12 s)\n',
  ])
})

test('a server that is slow to say who we are is named before anything is read', async () => {
  expect(await heldAt('/v1/auth/token/lookup-self', false)).toEqual([
    'eso-vault: reaching the server (2 s)\n',
    'eso-vault: reaching the server (12 s)\n',
  ])
})
