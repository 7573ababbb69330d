// What a snapshot of 5,000 secrets costs: writing it against a bare keep-alive client that sends the same requests, and reading one of
// 50,000 names (snapshot.md §5). Usage: npm run bench -- snapshot. Needs an OpenBao server, which is installed where none is found.
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { Agent, request as httpRequest } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startOpenBao } from '../scripts/openbao/start.ts'
import { createPool } from '../src/model/pool.ts'
import { run } from '../src/modes/run.ts'
import { EMPTY_CONFIG } from '../src/settings/config-file.ts'
import { readEnvironment } from '../src/settings/environment.ts'
import { resolveSettings } from '../src/settings/resolve-settings.ts'
import { askingOnce } from '../src/state/live/asking-once.ts'
import { connect } from '../src/state/live/connect.ts'
import type { Session } from '../src/state/live/read-live.ts'
import { makeSnapshot } from '../src/state/snapshot/make-snapshot.ts'
import { record } from '../src/state/snapshot/record.ts'
import type { SnapshotFile } from '../src/state/snapshot/snapshot-file.ts'
import { snapshotText } from '../src/state/snapshot/snapshot-text.ts'

const SECRETS = 5_000
const FOLDER = 50
const NAMES = 50_000
const ROUNDS = 5
/** As many requests at once as a live check has. */
const AT_ONCE = 8
const print = (text: string) => process.stdout.write(`${text}\n`)
const keyOf = (index: number) => `apps/team-${Math.floor(index / FOLDER)}/app-${index}`

interface Asked {
  readonly method: string
  readonly path: string
  readonly body?: unknown
}

/** The client, and what is asked of it. */
function listening(session: Session): { readonly session: Session; readonly asked: Asked[] } {
  const asked: Asked[] = []
  const { client } = session
  const noting = {
    ...client,
    read: (path: string, query?: Readonly<Record<string, string | number>>) => {
      asked.push({ method: 'GET', path })
      return client.read(path, query)
    },
    list: (path: string) => {
      asked.push({ method: 'LIST', path: `${path}/` })
      return client.list(path)
    },
    write: (path: string, body: unknown) => {
      asked.push({ method: 'POST', path, body })
      return client.write(path, body as Readonly<Record<string, unknown>>)
    },
  }
  return { session: { ...session, client: askingOnce(noting) }, asked }
}

/** The same requests and nothing else: no redaction, no retries, no facts. */
async function bare(address: string, token: string, asked: readonly Asked[]): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE })
  const inPool = createPool(AT_ONCE)
  const send = ({ method, path, body }: Asked) =>
    new Promise<void>((resolve, reject) => {
      const text = body === undefined ? undefined : JSON.stringify(body)
      const headers = {
        'X-Vault-Token': token,
        ...(text === undefined ? {} : { 'Content-Length': Buffer.byteLength(text) }),
      }
      const request = httpRequest(`${address}/v1/${path}`, { method, headers, agent }, (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('end', () => {
          JSON.parse(Buffer.concat(chunks).toString('utf8'))
          resolve()
        })
      })
      request.on('error', reject)
      request.end(text)
    })
  await Promise.all(asked.map((one) => inPool(() => send(one))))
  agent.destroy()
}

function median(times: readonly number[]): number {
  return [...times].sort((a, b) => a - b)[Math.floor(times.length / 2)] as number
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now()
  await work()
  return performance.now() - started
}

/** Ten references to a file; each its own secret. */
function writeRepository(folder: string): void {
  mkdirSync(folder, { recursive: true })
  writeFileSync(
    join(folder, 'store.yaml'),
    'apiVersion: external-secrets.io/v1\nkind: ClusterSecretStore\nmetadata: {name: vault}\nspec: {provider: {vault: {server: "https://vault.example.com", path: kv, version: v2, auth: {kubernetes: {mountPath: kubernetes, role: eso, serviceAccountRef: {name: eso, namespace: eso}}}}}}\n',
  )
  for (let file = 0; file < SECRETS / 10; file += 1) {
    const items = Array.from(
      { length: 10 },
      (_, k) => `    - {secretKey: k${k}, remoteRef: {key: ${keyOf(file * 10 + k)}, property: user}}\n`,
    ).join('')
    writeFileSync(
      join(folder, `app-${file}.yaml`),
      `apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: app-${file}, namespace: apps}\nspec:\n  secretStoreRef: {kind: ClusterSecretStore, name: vault}\n  data:\n${items}`,
    )
  }
}

async function benchWrite(work: string): Promise<void> {
  const server = await startOpenBao()
  try {
    await server.request('POST', 'sys/mounts/kv', { type: 'kv', options: { version: '2' } })
    while ((await server.request('GET', 'kv/config')).status !== 200)
      await new Promise((resolve) => setTimeout(resolve, 50))
    const inPool = createPool(AT_ONCE)
    const data = { data: { user: 'v', password: 'v', host: 'v' } }
    await Promise.all(
      Array.from({ length: SECRETS }, (_, index) =>
        inPool(() => server.request('POST', `kv/data/${keyOf(index)}`, data)),
      ),
    )
    const secrets = Array.from({ length: SECRETS }, (_, index) => ({ mount: 'kv', key: keyOf(index), withKeys: true }))
    const connection = await connect({
      address: server.address,
      login: { method: 'token', token: server.rootToken },
      env: {},
      mask: () => undefined,
      transport: { budgetMs: 600_000 },
    })
    const file = join(work, 'vault-snapshot.json')
    const about = {
      made: '2026-11-27T03:10:00Z',
      by: 'bench',
      target: 'bench',
      scope: 'folders',
      keys: true,
      names: 'plain',
    } as const
    const at = { address: server.address, namespace: '' }
    const write = async (): Promise<readonly Asked[]> => {
      const { session, asked } = listening(connection)
      const recording = await record(session, '', { secrets }, { scope: 'folders', keys: true })
      writeFileSync(file, snapshotText(makeSnapshot([recording], { ...about, server: at, clean: (text) => text })))
      return asked
    }
    const asked = await write()
    await bare(server.address, server.rootToken, asked)
    const times: { readonly ours: number; readonly bare: number }[] = []
    // One after the other: a server that slows down slows both.
    for (let round = 0; round < ROUNDS; round += 1)
      times.push({ bare: await timed(() => bare(server.address, server.rootToken, asked)), ours: await timed(write) })
    const plain = median(times.map((one) => one.bare))
    print(`${`${asked.length} requests by a bare client`.padEnd(56)} 1.00`)
    print(
      `${`a snapshot of ${SECRETS} secrets, from request to file`.padEnd(56)} ${(median(times.map((one) => one.ours)) / plain).toFixed(2)}`,
    )

    const folder = join(work, 'repository')
    writeRepository(folder)
    const settings = resolveSettings({
      given: {
        from: 'terminal',
        command: 'snapshot',
        subject: undefined,
        values: { 'vault-addr': server.address, 'vault-token': server.rootToken },
        format: 'json',
        color: false,
      },
      config: EMPTY_CONFIG,
      environment: readEnvironment({}),
      folder: 'bench',
    })
    const deps = { cwd: folder, env: {}, now: () => new Date(), mask: () => undefined, warn: () => undefined }
    const whole: number[] = []
    for (let round = 0; round < 3; round += 1)
      whole.push(
        await timed(async () => {
          if ((await run(settings, deps)).snapshot === undefined) throw new Error('no snapshot was written')
        }),
      )
    const offline = { ...settings, command: 'check', mode: 'check', vault: undefined } as const
    const reading: number[] = []
    for (let round = 0; round < 3; round += 1) reading.push(await timed(() => run(offline, deps)))
    print(
      `${`the whole run, with a repository of ${SECRETS} references`.padEnd(56)} ${(median(whole) / plain).toFixed(2)}`,
    )
    print(
      `${'of it, what a check of that repository takes offline'.padEnd(56)} ${(median(reading) / plain).toFixed(2)}`,
    )
    await connection.end()
  } finally {
    await server.stop()
  }
}

/** In a process of its own, whose memory is what reading takes. */
function benchRead(work: string): void {
  const folders = Object.fromEntries(
    Array.from({ length: NAMES / FOLDER }, (_, folder) => [
      `apps/team-${folder}`,
      {
        complete: true,
        folders: [],
        secrets: Object.fromEntries(
          Array.from({ length: FOLDER }, (__, index) => [
            `app-${folder * FOLDER + index}`,
            { version: 3, keys: { user: null, password: null, host: null } },
          ]),
        ),
      },
    ]),
  )
  const file: SnapshotFile = {
    version: 1,
    made: '2026-11-27T03:10:00Z',
    by: 'bench',
    target: 'bench',
    server: { address: 'https://vault.example.com', namespace: '' },
    scope: 'all',
    keys: true,
    names: 'plain',
    rights: { lacked: [], more: 0 },
    mounts: { '': { complete: true, of: { kv: { type: 'kv', version: 2 } } } },
    authMounts: {},
    roles: {},
    policies: {},
    secrets: { '': { kv: folders } },
  }
  const path = join(work, 'large.json')
  writeFileSync(path, snapshotText(file))
  const reads = Array.from({ length: ROUNDS }, () => {
    const said = execFileSync(process.execPath, [import.meta.filename, 'read', path], { encoding: 'utf8' })
    return JSON.parse(said) as { readonly ms: number; readonly mib: number }
  })
  const size = (statSync(path).size / 1024 / 1024).toFixed(1)
  print(
    `reading ${NAMES} names (${size} MiB) and ${SECRETS} answers by them: ${median(reads.map(({ ms }) => ms)).toFixed(0)} ms of processor time, ${median(reads.map(({ mib }) => mib)).toFixed(0)} MiB`,
  )
}

async function readOnce(path: string): Promise<void> {
  const { readFileSync } = await import('node:fs')
  const { parseSnapshot } = await import('../src/state/snapshot/snapshot-text.ts')
  const { snapshotState } = await import('../src/state/snapshot/snapshot-state.ts')
  const before = process.memoryUsage().rss
  const started = process.cpuUsage()
  const parsed = parseSnapshot(readFileSync(path, 'utf8'))
  if ('wrong' in parsed) throw new Error(parsed.wrong)
  const secrets = Array.from({ length: SECRETS }, (_, index) => ({ mount: 'kv', key: keyOf(index), withKeys: true }))
  const state = await snapshotState(parsed.file, '', { secrets })
  if (state.secretFact('kv', keyOf(7))?.presence !== 'present') throw new Error('a secret is gone')
  // Of its own, whatever else the machine does.
  const { user, system } = process.cpuUsage(started)
  const ms = (user + system) / 1000
  print(JSON.stringify({ ms, mib: (process.memoryUsage().rss - before) / 1024 / 1024 }))
}

const [what, path] = process.argv.slice(2)
if (what === 'read' && path !== undefined) await readOnce(path)
else {
  const work = mkdtempSync(join(tmpdir(), 'eso-vault-bench-'))
  try {
    benchRead(work)
    await benchWrite(work)
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}
