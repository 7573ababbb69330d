import type { HttpAnswer } from './exchange.ts'

/** Whether to ask again, and after how many milliseconds. */
export type Verdict =
  | { readonly retry: false }
  | { readonly retry: true; readonly afterMs: number; readonly all: boolean }

export interface RetryOptions {
  /** Further tries after the first. */
  readonly retries: number
  /** From 0 up to, not including, 1. */
  readonly random: () => number
  /** Milliseconds since 1970. */
  readonly now: () => number
}

const FINAL: Verdict = { retry: false }
/** How long a KV mount may take to become version 2 (vault.md §4.8), in tries of about a second. */
const UPGRADE_TRIES = 30

/**
 * What an answer is worth (vault.md §4.0): 412 (an Enterprise replica that lags behind), 429 and 5xx pass; 501 and a sealed
 * server do not. `all`: everyone should wait, not only this request.
 */
export function judgeAnswer(answer: HttpAnswer, tries: number, options: RetryOptions): Verdict {
  if (isUpgrading(answer)) {
    return tries <= UPGRADE_TRIES ? { retry: true, afterMs: jitter(1_000, options), all: false } : FINAL
  }
  if (tries > options.retries || !mayPass(answer)) return FINAL
  const told = retryAfter(answer, options.now())
  if (told !== undefined) return { retry: true, afterMs: told, all: answer.status === 429 }
  return { retry: true, afterMs: backoff(tries, options), all: answer.status === 429 }
}

/** The same for a connection that failed in a way that a moment later may be better. */
export function judgeFailure(tries: number, options: RetryOptions): Verdict {
  return tries > options.retries ? FINAL : { retry: true, afterMs: backoff(tries, options), all: false }
}

/** 0.5 s, 1 s, 2 s… each up to a half longer, so that parallel jobs do not come back at once. */
function backoff(tries: number, options: RetryOptions): number {
  return jitter(500 * 2 ** (tries - 1), options)
}

function jitter(ms: number, options: RetryOptions): number {
  return Math.round(ms * (1 + options.random() / 2))
}

function mayPass(answer: HttpAnswer): boolean {
  if (answer.status === 412 || answer.status === 429) return true
  return answer.status >= 500 && answer.status !== 501 && !isSealed(answer)
}

/** 503 of a sealed server or namespace, told from a 503 of a load balancer or an election (vault.md §4.0). */
export function isSealed(answer: HttpAnswer): boolean {
  return answer.status === 503 && /is sealed|has been locked by an administrator/.test(answer.text)
}

function isUpgrading(answer: HttpAnswer): boolean {
  return answer.status === 400 && /to upgrade from non-versioned|Upgrading from non-versioned/.test(answer.text)
}

/** Milliseconds that `Retry-After` asks for, in either of its forms; whether there is so much time, the transport knows. */
function retryAfter(answer: HttpAnswer, now: number): number | undefined {
  const header = answer.headers['retry-after']
  if (!header) return undefined
  if (/^\d+$/.test(header)) return Math.min(Number(header), 1e9) * 1_000
  const date = Date.parse(header)
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}
