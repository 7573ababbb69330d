import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Found, findServer } from './binary.ts'
import { freePort } from './free-port.ts'
import { type Answer, send } from './send.ts'

export type { Answer } from './send.ts'
export { findServer }

export interface ServerOptions {
  /** Writes an audit log, which `auditLog()` reads. */
  readonly audit?: boolean
  /** HTTPS with a certificate that the server makes for itself; `caFile` is its CA. */
  readonly tls?: boolean
  /** More configuration, in the server's own HCL. */
  readonly config?: string
  /** Words of a command that starts the server in surroundings of its own, and becomes it. */
  readonly within?: readonly string[]
}

/** One line of the audit log; the server puts HMACs in place of values and tokens. */
export interface AuditEntry {
  readonly type: 'request' | 'response'
  readonly request: { readonly operation: string; readonly path: string; readonly [field: string]: unknown }
  readonly [field: string]: unknown
}

export interface RunningServer {
  readonly address: string
  readonly rootToken: string
  readonly unsealKey: string
  readonly product: 'openbao' | 'vault'
  readonly version: string
  /** PEM file of the CA; only with `tls`. */
  readonly caFile: string | undefined
  /** Entries since the start; fails when `audit` was not asked for. */
  auditLog(): Promise<AuditEntry[]>
  /** One request to `/v1/<path>`, as root unless a token is given (`''` sends none). Does not throw on 4xx or 5xx. */
  request(method: string, path: string, body?: unknown, token?: string): Promise<Answer>
  stop(): Promise<void>
}

/** Starts a dev server on a free port of 127.0.0.1 and waits until its `secret/` KV v2 mount answers. */
export async function startOpenBao(options: ServerOptions = {}): Promise<RunningServer> {
  const server = await findServer()
  if (server.binary === undefined) throw new Error(`no server: ${server.because}`)
  // The port is taken between asking for it and using it now and then, when test files run side by side.
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await start(server, options)
    } catch (error) {
      if (attempt === 3) throw error
    }
  }
}

async function start(server: Found, options: ServerOptions): Promise<RunningServer> {
  const home = await mkdtemp(join(tmpdir(), 'eso-vault-server-'))
  const auditFile = join(home, 'audit.log')
  const rootToken = `root-${randomBytes(12).toString('hex')}`
  const port = await freePort()
  const args = ['server', '-dev', `-dev-root-token-id=${rootToken}`, `-dev-listen-address=127.0.0.1:${port}`]
  args.push('-dev-no-store-token')
  if (options.tls) args.push('-dev-tls', `-dev-tls-cert-dir=${home}`)
  // OpenBao 2.5 and later refuse to enable audit devices through the API; they come from the configuration.
  const stanza = `audit "file" "file" {\n  options {\n    file_path = ${JSON.stringify(auditFile)}\n  }\n}\n`
  const auditByConfig = options.audit && server.product === 'openbao'
  const config = `${auditByConfig ? stanza : ''}${options.config ?? ''}`
  if (config) {
    await writeFile(join(home, 'server.hcl'), config)
    args.push(`-config=${join(home, 'server.hcl')}`)
  }

  // Not our environment: a VAULT_TOKEN or BAO_ADDR of the developer must not reach the server.
  const [command = server.binary, ...words] = [...(options.within ?? []), server.binary]
  const child = spawn(command, [...words, ...args], { env: { PATH: process.env.PATH ?? '', HOME: home, TMPDIR: home } })
  const killAtExit = () => child.kill('SIGKILL')
  process.once('exit', killAtExit)
  const stop = async () => {
    process.removeListener('exit', killAtExit)
    await end(child)
    await rm(home, { recursive: true, force: true })
  }

  try {
    const output = await started(child)
    const caFile = options.tls ? join(home, 'vault-ca.pem') : undefined
    const ca = caFile ? await readFile(caFile, 'utf8') : undefined
    const address = `${options.tls ? 'https' : 'http'}://127.0.0.1:${port}`
    const request: RunningServer['request'] = (method, path, body, token = rootToken) =>
      send({ method, url: `${address}/v1/${path}`, body, token, ca })
    await until('secret/ answers', async () => (await request('GET', 'secret/config')).status === 200)
    if (options.audit && !auditByConfig) {
      await request('POST', 'sys/audit/file', { type: 'file', options: { file_path: auditFile } })
    }
    return {
      address,
      rootToken,
      unsealKey: /Unseal Key: (\S+)/.exec(output)?.[1] ?? '',
      product: server.product,
      version: server.version,
      caFile,
      auditLog: async () => {
        if (!options.audit) throw new Error('startOpenBao({ audit: true }) was not asked for')
        return (await readFile(auditFile, 'utf8')).split('\n').filter(Boolean).map(parseEntry)
      },
      request,
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

function parseEntry(line: string): AuditEntry {
  return JSON.parse(line) as AuditEntry
}

/** Waits for the line that ends the server's start, and returns what it said. */
function started(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = ''
    const fail = (why: string) => reject(new Error(`the server ${why}:\n${output.slice(-2000)}`))
    const timer = setTimeout(() => fail('did not start within 60 s'), 60_000)
    const listen = (chunk: Buffer) => {
      output += chunk.toString()
      if (!/Root Token: \S+/.test(output)) return
      clearTimeout(timer)
      resolve(output)
    }
    child.stdout?.on('data', listen)
    child.stderr?.on('data', listen)
    child.once('error', (error) => {
      clearTimeout(timer)
      fail(`could not be run: ${error.message}`)
    })
    child.once('exit', (code) => {
      clearTimeout(timer)
      fail(`ended with code ${code}`)
    })
  })
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), 5_000)
  await ended
  clearTimeout(timer)
}

/** Repeats `condition` until it holds; fails after 30 s. */
async function until(what: string, condition: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 30_000
  while (!(await condition().catch(() => false))) {
    if (Date.now() > deadline) throw new Error(`waited 30 s in vain until ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
