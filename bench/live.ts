import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { Agent, createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { selfSigned } from '../scripts/openbao/self-signed.ts'
import { type RunningServer, startOpenBao } from '../scripts/openbao/start.ts'
import { createPool } from '../src/model/pool.ts'
import { writeSecrets } from './inputs.ts'
import { type Cost, inTurns, once, ours, ROOT } from './measure.ts'

const PATHS = 5_000
const CONCURRENCY = 8

/** What was asked, so that another client can ask the same. */
interface Asked {
  readonly method: string
  readonly path: string
  readonly body: string
}

interface Relay {
  readonly address: string
  readonly asked: readonly Asked[]
  close(): void
}

/** Passes everything on to a server, `delay` milliseconds later, and remembers it. */
async function relay(server: RunningServer, delay: number): Promise<Relay> {
  const asked: Asked[] = []
  const agent = new Agent({ keepAlive: true, maxSockets: 64 })
  const pass = (incoming: IncomingMessage, response: ServerResponse, body: string) => {
    const path = incoming.url ?? '/'
    asked.push({ method: incoming.method ?? 'GET', path, body })
    const on = httpRequest(
      `${server.address}${path}`,
      { method: incoming.method ?? 'GET', headers: { ...incoming.headers, host: new URL(server.address).host }, agent },
      (answer) => {
        setTimeout(() => {
          response.writeHead(answer.statusCode ?? 502, answer.headers)
          answer.pipe(response)
        }, delay)
      },
    )
    on.on('error', () => response.destroy())
    on.end(body)
  }
  const http = createServer((incoming, response) => {
    let body = ''
    incoming.setEncoding('utf8').on('data', (chunk: string) => (body += chunk))
    incoming.on('end', () => pass(incoming, response, body))
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  return {
    address: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    asked,
    close: () => {
      http.closeAllConnections()
      http.close()
      agent.destroy()
    },
  }
}

/** The same requests by a client that does nothing else: `node bench/live.ts FILE ADDRESS TOKEN`. */
async function bare([file = '', address = '', token = '']: readonly string[]): Promise<void> {
  const asked = JSON.parse(readFileSync(file, 'utf8')) as readonly Asked[]
  const agent = new Agent({ keepAlive: true, maxSockets: CONCURRENCY })
  const pool = createPool(CONCURRENCY)
  const one = ({ method, path, body }: Asked) =>
    new Promise<void>((resolve, reject) => {
      const headers = { 'x-vault-token': token, 'x-vault-request': 'true', 'content-type': 'application/json' }
      const on = httpRequest(`${address}${path}`, { method, agent, headers }, (answer) => {
        let text = ''
        answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
        answer.on('end', () => {
          JSON.parse(text === '' ? '{}' : text)
          resolve()
        })
      })
      on.on('error', reject)
      on.end(body)
    })
  await Promise.all(asked.map((each) => pool(() => one(each))))
  agent.destroy()
}

async function stage(server: RunningServer): Promise<void> {
  const put = async (path: string, body: unknown) => {
    const { status } = await server.request('POST', path, body)
    if (status >= 300) throw new Error(`${path}: ${status}`)
  }
  await put('sys/mounts/kv', { type: 'kv', options: { version: '2' } })
  for (let tries = 0; tries < 100 && (await server.request('GET', 'kv/config')).status !== 200; tries++)
    await new Promise((resolve) => setTimeout(resolve, 50))
  await put('sys/auth/kubernetes', { type: 'kubernetes' })
  await put('auth/kubernetes/config', {
    kubernetes_host: 'https://10.0.0.1',
    kubernetes_ca_cert: selfSigned('api server', 400).certificate,
    disable_local_ca_jwt: true,
  })
  await put('sys/policies/acl/eso', { policy: 'path "kv/data/apps/*" { capabilities = ["read"] }\n' })
  await put('auth/kubernetes/role/eso', {
    bound_service_account_names: ['eso'],
    bound_service_account_namespaces: ['eso'],
    token_policies: ['eso'],
  })
  const pool = createPool(CONCURRENCY)
  const data = { key0: 'a', key1: 'b', key2: 'c' }
  await Promise.all(Array.from({ length: PATHS }, (_, index) => pool(() => put(`kv/data/apps/app-${index}`, { data }))))
}

export interface LiveCosts {
  readonly check: Cost
  /** The same without a server: what is no asking. */
  readonly offline: Cost
  readonly bare: Cost
  readonly requests: number
  /** With 20 ms added to each answer. */
  readonly delayed: Cost
  /** The bare client there: what the server and the clock of the delay add by themselves. */
  readonly bareDelayed: Cost
  readonly delay: number
  readonly concurrency: number
}

/** 5,000 paths of Vault, 15,000 references, against an OpenBao of its own. */
export async function measureLive(work: string, rounds: number): Promise<LiveCosts> {
  const server = await startOpenBao()
  const folder = mkdtempSync(join(work, 'live-'))
  try {
    await stage(server)
    writeSecrets(folder, { count: PATHS, items: 3 })
    const check = (address: string) =>
      ours(
        ['check', '.', '--vault-addr', address, '--allow-root-token', '--run-timeout', '600', '--vault-timeout', '600'],
        folder,
        {
          VAULT_TOKEN: server.rootToken,
        },
      )
    const watched = await relay(server, 0)
    await once(check(watched.address))
    watched.close()
    const list = join(work, 'asked.json')
    writeFileSync(list, JSON.stringify(watched.asked))
    const client = (address: string) => ({
      command: process.execPath,
      args: [join(ROOT, 'bench/live.ts'), list, address, server.rootToken],
      cwd: ROOT,
    })
    const costs = await inTurns(
      { check: check(server.address), offline: ours(['check', '.'], folder), bare: client(server.address) },
      rounds,
    )
    const slow = await relay(server, 20)
    const { delayed, bareDelayed } = await inTurns(
      { delayed: check(slow.address), bareDelayed: client(slow.address) },
      1,
    )
    slow.close()
    return { ...costs, requests: watched.asked.length, delayed, bareDelayed, delay: 20, concurrency: CONCURRENCY }
  } finally {
    await server.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

if (process.argv[1] === import.meta.filename) await bare(process.argv.slice(2))
