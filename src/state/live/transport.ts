import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import { createPool } from '../../model/pool.ts'
import { isObject, strings, toAnswer } from './answer.ts'
import { ForbiddenRequest, VaultUnavailable } from './errors.ts'
import { exchange, type HttpAnswer } from './exchange.ts'
import { isSealed, judgeAnswer, judgeFailure, type RetryOptions, type Verdict } from './retry.ts'
import { whyUnreachable } from './unreachable.ts'

/** What the transport takes from the world; tests give their own. */
export interface Surroundings {
  readonly now: () => number
  readonly sleep: (ms: number) => Promise<void>
  readonly random: () => number
}

const REAL_SURROUNDINGS: Surroundings = {
  now: Date.now,
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  random: Math.random,
}

export interface TransportOptions {
  /** From `parseAddress`. No other origin is ever sent a request. */
  readonly address: URL
  /** From `loadCaCertificate`; replaces the system's CAs. */
  readonly caCertificates?: readonly string[]
  /** Requests under way at once; default 8. */
  readonly concurrency?: number
  /** For each try; default 15 s. */
  readonly timeoutMs?: number
  /** Further tries after the first; default 3. */
  readonly retries?: number
  /** Largest answer; default 8 MiB. */
  readonly maxBytes?: number
  readonly surroundings?: Surroundings
  /** `HTTPS_PROXY` and `NO_PROXY` of the environment; used with https only. */
  readonly proxyEnv?: Readonly<Record<string, string | undefined>>
}

export interface TransportRequest {
  readonly method: string
  /** Absolute, at the transport's own origin. */
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as JSON. */
  readonly body?: unknown
}

export interface TransportAnswer {
  readonly status: number
  /** Parsed JSON; `undefined` when the answer is empty. */
  readonly body: unknown
}

/**
 * Our HTTP(S) to one server: one keep-alive pool, bounded concurrency, timeouts, retries with jitter, no redirects, answers
 * capped and parsed (design §7). `VAULT_SKIP_VERIFY` has no meaning here: certificates are always checked.
 *
 * A proxy is used for https only, where it sees nothing but the host name (CONNECT); over http it would see the token.
 * It needs Node 24.5, as the Action has; older ones connect directly.
 */
export interface Transport {
  readonly address: URL
  readonly surroundings: Surroundings
  /**
   * The answer of the server, of any status that is an answer of the API.
   *
   * @throws VaultUnavailable when there is none, ForbiddenRequest when the URL is not at the transport's origin.
   */
  readonly send: (request: TransportRequest) => Promise<TransportAnswer>
  /** Ends idle connections. */
  readonly close: () => void
}

/** After so many requests in a row that got no answer, the others are not tried any more. */
const HOPELESS = 5

export function createTransport(options: TransportOptions): Transport {
  const { address, surroundings = REAL_SURROUNDINGS } = options
  const secure = address.protocol === 'https:'
  const agentOptions = { keepAlive: true, maxSockets: options.concurrency ?? 8 }
  const ca = options.caCertificates?.length ? { ca: [...options.caCertificates] } : {}
  const proxy = options.proxyEnv ? { proxyEnv: { ...options.proxyEnv } } : {}
  const agent = secure
    ? new HttpsAgent({ ...agentOptions, ...ca, ...proxy, rejectUnauthorized: true })
    : new HttpAgent(agentOptions)
  const limits = { agent, timeoutMs: options.timeoutMs ?? 15_000, maxBytes: options.maxBytes ?? 8 * 1024 * 1024 }
  const retrying: RetryOptions = { retries: options.retries ?? 3, random: surroundings.random, now: surroundings.now }
  const inPool = createPool(options.concurrency ?? 8)
  let pausedUntil = 0
  let failuresInARow = 0

  async function wait(verdict: Extract<Verdict, { retry: true }>): Promise<void> {
    if (verdict.all) pausedUntil = Math.max(pausedUntil, surroundings.now() + verdict.afterMs)
    else await surroundings.sleep(verdict.afterMs)
  }

  async function attempt(request: TransportRequest, url: URL, tries: number): Promise<TransportAnswer> {
    const pause = pausedUntil - surroundings.now()
    if (pause > 0) await surroundings.sleep(pause)
    let answer: HttpAnswer
    try {
      answer = await exchange(toMessage(request, url), limits)
    } catch (error) {
      if (error instanceof VaultUnavailable) throw error
      const trouble = whyUnreachable(error, address)
      const verdict: Verdict = trouble.retry ? judgeFailure(tries, retrying) : { retry: false }
      if (!verdict.retry) throw trouble.error
      await wait(verdict)
      return attempt(request, url, tries + 1)
    }
    const verdict = judgeAnswer(answer, tries, retrying)
    if (!verdict.retry) return accept(request, url, address, answer)
    await wait(verdict)
    return attempt(request, url, tries + 1)
  }

  return {
    address,
    surroundings,
    close: () => agent.destroy(),
    send: (request) =>
      inPool(async () => {
        const url = new URL(request.url)
        if (url.origin !== address.origin) {
          throw new ForbiddenRequest(`A request to ${url.host} was stopped: only ${address.host} may be asked.`)
        }
        if (failuresInARow >= HOPELESS) throw new VaultUnavailable('unreachable', `${address.host} stopped answering.`)
        try {
          const answer = await attempt(request, url, 1)
          failuresInARow = 0
          return answer
        } catch (error) {
          failuresInARow += 1
          throw error
        }
      }),
  }
}

function toMessage(request: TransportRequest, url: URL) {
  const body = request.body === undefined ? undefined : JSON.stringify(request.body)
  const headers: Record<string, string> = {
    Accept: 'application/json',
    'User-Agent': 'eso-vault',
    // Agents and proxies of Vault can be set to demand it (vault.md §4.0).
    'X-Vault-Request': 'true',
    ...(body === undefined
      ? {}
      : { 'Content-Type': 'application/json', 'Content-Length': String(Buffer.byteLength(body)) }),
    ...request.headers,
  }
  return { method: request.method, url, headers, ...(body === undefined ? {} : { body }) }
}

/** Parses a final answer; turns what is no answer of the API into a reason. */
function accept(request: TransportRequest, url: URL, address: URL, answer: HttpAnswer): TransportAnswer {
  const what = `${request.method} ${url.pathname.slice(address.pathname.replace(/\/$/, '').length).replace(/^\/v1\//, '')}`
  const { status } = answer
  if (status >= 300 && status < 400) throw new VaultUnavailable('redirect', redirected(address, answer))
  if (isSealed(answer)) throw new VaultUnavailable('sealed', sealedSentence(address.host, answer))
  if (
    status === 400 &&
    /HTTP request to an HTTPS server|plain HTTP request was sent to HTTPS port/i.test(answer.text)
  ) {
    throw new VaultUnavailable('plain-http', `${address.host} speaks TLS: write vault-addr with https://.`)
  }
  const parsed = parseJson(answer.text)
  const errors = isObject(parsed.value) ? strings(parsed.value.errors) : []
  // sys/health uses statuses as states (vault.md §4.1); its body says which.
  if (url.pathname.endsWith('/v1/sys/health') && isObject(parsed.value)) return { status, body: parsed.value }
  if (status === 429) {
    const sentence = `${address.host} limits the rate of requests and went on to do so (${what} answered 429). Raise the quota for this token's path, or run fewer jobs at once.`
    throw new VaultUnavailable('rate-limited', sentence)
  }
  if (status >= 500 || status === 412) {
    const said = toAnswer(status, { errors }).errors.join('; ')
    throw new VaultUnavailable('server-error', `${what} answered ${status}${said ? ` (${said})` : ''} again and again.`)
  }
  if (!parsed.ok) {
    const kind = /^\s*</.test(answer.text) ? 'a web page' : 'something that is not JSON'
    const sentence = `${address.host} answered ${what} with ${kind} (status ${status}): this is not Vault's API. Check vault-addr, and that no login page or proxy stands before it.`
    throw new VaultUnavailable('not-vault', sentence)
  }
  return { status, body: parsed.value }
}

function parseJson(text: string): { readonly ok: boolean; readonly value: unknown } {
  if (text.trim() === '') return { ok: true, value: undefined }
  try {
    return { ok: true, value: JSON.parse(text) }
  } catch {
    return { ok: false, value: undefined }
  }
}

/** Only the host of the Location: its path and query may hold what must not be shown. */
function redirected(address: URL, answer: HttpAnswer): string {
  let target = 'another place'
  try {
    target = new URL(answer.headers.location ?? '', address).host
  } catch {
    // A Location that is no URL has no host to name.
  }
  const sameHost = target === address.host
  return `${address.host} answered with a redirect (status ${answer.status}) to ${target}. The token is sent to one address only, so it was not followed. ${
    sameHost
      ? 'Check the scheme and path of vault-addr.'
      : `If ${target} is your Vault (a standby names the active node this way), write it as vault-addr.`
  }`
}

function sealedSentence(host: string, answer: HttpAnswer): string {
  if (/locked by an administrator/.test(answer.text)) {
    return `${host}: API access to this namespace has been locked by an administrator. Unlock it (sys/namespaces/api-lock/unlock), then run again.`
  }
  if (/namespace is sealed/.test(answer.text)) return `${host}: this namespace is sealed. Unseal it, then run again.`
  return `Vault at ${host} is sealed: nothing can be read. Unseal it, then run again.`
}
