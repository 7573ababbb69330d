import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import { type Deadline, earlierOf, NO_DEADLINE } from '../../model/deadline.ts'
import { createPool } from '../../model/pool.ts'
import { isObject, toAnswer } from './answer.ts'
import { ForbiddenRequest, VaultUnavailable } from './errors.ts'
import { exchange, type HttpAnswer, type HttpMessage, targetOf } from './exchange.ts'
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
  /** PEM; shown to a server or proxy that asks who we are. */
  readonly clientCertificate?: { readonly certificate: string; readonly key: string }
  /** Sent with every request; a header of this program wins over one of the same name. */
  readonly headers?: Readonly<Record<string, string>>
  /** Requests under way at once; default 8. */
  readonly concurrency?: number
  /** For each try; default 15 s. */
  readonly timeoutMs?: number
  /** Further tries after the first; default 3. */
  readonly retries?: number
  /** Largest answer; default 8 MiB. */
  readonly maxBytes?: number
  /** For all requests together, their retries and waits included; time in which nothing is asked does not count. Default 120 s. */
  readonly budgetMs?: number
  /** When the last request must be over, whatever the budget says. */
  readonly deadline?: Deadline
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
  /** When the last request must be over. */
  readonly deadline: () => Deadline
  /** Lets requests be sent for so many milliseconds more, whatever was before: the end of a token must not be lost to its use. */
  readonly allowMore: (ms: number) => void
  /** Ends idle connections. */
  readonly close: () => void
}

/** The default of `vault-timeout`. */
const VAULT_TIMEOUT_MS = 120_000

/** After so many requests in a row that got no answer, the others are not tried any more. */
const HOPELESS = 5

export function createTransport(options: TransportOptions): Transport {
  const { address, surroundings = REAL_SURROUNDINGS } = options
  const secure = address.protocol === 'https:'
  const origin = `${address.origin}/`
  const target = targetOf(address)
  const agentOptions = { keepAlive: true, maxSockets: options.concurrency ?? 8 }
  const ca = options.caCertificates?.length ? { ca: [...options.caCertificates] } : {}
  const client = options.clientCertificate
    ? { cert: options.clientCertificate.certificate, key: options.clientCertificate.key }
    : {}
  const proxy = options.proxyEnv ? { proxyEnv: { ...options.proxyEnv } } : {}
  const agent = secure
    ? new HttpsAgent({ ...agentOptions, ...ca, ...client, ...proxy, rejectUnauthorized: true })
    : new HttpAgent(agentOptions)
  const maxBytes = options.maxBytes ?? 8 * 1024 * 1024
  const timeoutMs = options.timeoutMs ?? 15_000
  const retrying: RetryOptions = { retries: options.retries ?? 3, random: surroundings.random, now: surroundings.now }
  const inPool = createPool(options.concurrency ?? 8)
  let budget = budgetOf(options.budgetMs ?? VAULT_TIMEOUT_MS, surroundings.now)
  let deadline = earlierOf(budget, options.deadline ?? NO_DEADLINE)
  let pausedUntil = 0
  let failuresInARow = 0

  /** Nothing is gained by waiting for a moment after the time is over. */
  const hasTimeFor = (verdict: Verdict): verdict is Extract<Verdict, { retry: true }> =>
    verdict.retry && verdict.afterMs < deadline.leftMs()

  async function wait(verdict: Extract<Verdict, { retry: true }>): Promise<void> {
    if (verdict.all) pausedUntil = Math.max(pausedUntil, surroundings.now() + verdict.afterMs)
    else await surroundings.sleep(verdict.afterMs)
  }

  async function attempt(request: TransportRequest, message: HttpMessage, tries: number): Promise<TransportAnswer> {
    const pause = pausedUntil - surroundings.now()
    if (Math.max(pause, 0) >= deadline.leftMs()) throw outOfTime(whatIsAsked(request, address))
    if (pause > 0) await surroundings.sleep(pause)
    let answer: HttpAnswer
    try {
      const limits = { agent, maxBytes, timeoutMs: Math.min(timeoutMs, deadline.leftMs()) }
      answer = await exchange(message, limits)
    } catch (error) {
      if (error instanceof VaultUnavailable) throw error
      const trouble = whyUnreachable(error, address)
      const verdict: Verdict = trouble.retry ? judgeFailure(tries, retrying) : { retry: false }
      if (!hasTimeFor(verdict)) throw trouble.error
      await wait(verdict)
      return attempt(request, message, tries + 1)
    }
    const verdict = judgeAnswer(answer, tries, retrying)
    if (!hasTimeFor(verdict)) return accept(request, address, answer)
    await wait(verdict)
    return attempt(request, message, tries + 1)
  }

  return {
    address,
    surroundings,
    deadline: () => deadline,
    allowMore: (ms) => {
      budget = budgetOf(ms, surroundings.now)
      deadline = budget
      pausedUntil = 0
      failuresInARow = 0
    },
    close: () => agent.destroy(),
    send: (request) =>
      inPool(async () => {
        if (!request.url.startsWith(origin)) {
          const host = URL.parse(request.url)?.host ?? 'no address'
          throw new ForbiddenRequest(`A request to ${host} was stopped: only ${address.host} may be asked.`)
        }
        if (failuresInARow >= HOPELESS) throw new VaultUnavailable('unreachable', `${address.host} stopped answering.`)
        const { spend } = budget
        const stop = spend()
        try {
          const path = request.url.slice(origin.length - 1)
          const answer = await attempt(request, { target, path, ...toMessage(request, options.headers) }, 1)
          failuresInARow = 0
          return answer
        } catch (error) {
          failuresInARow += 1
          throw error
        } finally {
          stop()
        }
      }),
  }
}

/** A deadline whose clock runs only while something is asked. */
function budgetOf(ms: number, now: () => number): Deadline & { readonly spend: () => () => void } {
  let used = 0
  let asking = 0
  let since = 0
  const leftMs = () => Math.max(0, ms - used - (asking > 0 ? now() - since : 0))
  return {
    leftMs,
    over: () => leftMs() === 0,
    spend: () => {
      if (asking === 0) since = now()
      asking += 1
      return () => {
        asking -= 1
        if (asking === 0) used += now() - since
      }
    },
  }
}

function toMessage(request: TransportRequest, given: Readonly<Record<string, string>> = {}) {
  const body = request.body === undefined ? undefined : JSON.stringify(request.body)
  const headers: Record<string, string> = {
    ...given,
    Accept: 'application/json',
    'User-Agent': 'eso-vault',
    // Agents and proxies of Vault can be set to demand it (vault.md §4.0).
    'X-Vault-Request': 'true',
    ...(body === undefined
      ? {}
      : { 'Content-Type': 'application/json', 'Content-Length': String(Buffer.byteLength(body)) }),
    ...request.headers,
  }
  return { method: request.method, headers, ...(body === undefined ? {} : { body }) }
}

/** `GET kv/metadata/app`. */
function whatIsAsked(request: TransportRequest, address: URL): string {
  const [path = ''] = request.url.slice(address.href.replace(/\/$/, '').length).split('?')
  return `${request.method} ${path.replace(/^\/v1\//, '')}`
}

function outOfTime(what: string): VaultUnavailable {
  const sentence = `${what} was not asked, because the time for the live check was over. Raise \`vault-timeout\` if the server needs longer.`
  return new VaultUnavailable('out-of-time', sentence)
}

/** The statuses with which Vault refuses (vault.md §4.0); its 429, 412 and 5xx have their own sentences. */
const REFUSALS: ReadonlySet<number> = new Set([400, 403, 404, 405, 413, 415])

/** Parses a final answer; turns what is no answer of the API into a reason. */
function accept(request: TransportRequest, address: URL, answer: HttpAnswer): TransportAnswer {
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
  // What nearly all answers are.
  if (status === 200 && parsed.ok && isObject(parsed.value)) return { status, body: parsed.value }
  const what = whatIsAsked(request, address)
  const errors = errorsOf(parsed.value)
  // sys/health uses statuses as states (vault.md §4.1); its body says which.
  if (what.endsWith(' sys/health') && isObject(parsed.value)) return { status, body: parsed.value }
  if (status === 429) {
    const pause = answer.headers['retry-after']
    const asks = pause === undefined || !/^\d{1,9}$/.test(pause) ? '' : `; it asks for a pause of ${pause} s`
    const sentence = `${address.host} limits the rate of requests and went on to do so (${what} answered 429${asks}). Raise the quota for this token's path, or run fewer jobs at once.`
    throw new VaultUnavailable('rate-limited', sentence)
  }
  if (status >= 500 || status === 412) {
    const said = toAnswer(status, { errors }).errors.join('; ')
    throw new VaultUnavailable('server-error', `${what} answered ${status}${said ? ` (${said})` : ''} again and again.`)
  }
  if (!parsed.ok) {
    const kind = /^\s*</.test(answer.text)
      ? 'a web page'
      : parsed.value === undefined
        ? 'something that is not JSON'
        : `JSON that is nested deeper than ${DEEPEST} levels`
    const sentence = `${address.host} answered ${what} with ${kind} (status ${status}): this is not Vault's API. Check vault-addr, and that no login page or proxy stands before it.`
    throw new VaultUnavailable('not-vault', sentence)
  }
  if (!isVaults(status, parsed.value, errors)) {
    const sentence = `${address.host} answered ${what} with status ${status} in a way that Vault does not: it tells nothing about what was asked. Check what stands between the runner and Vault.`
    throw new VaultUnavailable('not-vault', sentence)
  }
  return { status, body: parsed.value }
}

/**
 * Whether Vault itself answered: its refusals carry `errors`, possibly empty; a 404 of a version that was deleted has the envelope
 * of a success instead. A 404 without either is a proxy's, and tells nothing about the secret (vault.md §4.0).
 */
function isVaults(status: number, body: unknown, errors: readonly string[] | undefined): boolean {
  if (status >= 200 && status < 300) return body === undefined || isObject(body)
  if (!REFUSALS.has(status)) return false
  if (errors !== undefined) return true
  return status === 404 && isObject(body) && typeof body.request_id === 'string' && isObject(body.data)
}

function errorsOf(body: unknown): readonly string[] | undefined {
  const errors = isObject(body) ? body.errors : undefined
  return Array.isArray(errors) && errors.every((one) => typeof one === 'string') ? errors : undefined
}

/** An answer nested deeper than this is none: what reads it goes down level by level. No secret of a person is. */
const DEEPEST = 500

function parseJson(text: string): { readonly ok: boolean; readonly value: unknown } {
  if (text.trim() === '') return { ok: true, value: undefined }
  try {
    const value: unknown = JSON.parse(text)
    // Each level takes two characters.
    return { ok: text.length < 2 * DEEPEST || !isDeep(value), value }
  } catch {
    return { ok: false, value: undefined }
  }
}

function isDeep(value: unknown): boolean {
  let level = [value]
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > DEEPEST) return true
    level = level.flatMap((one) => (typeof one === 'object' && one !== null ? Object.values(one) : []))
  }
  return false
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
