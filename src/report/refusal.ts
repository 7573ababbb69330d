import type { Forge } from './forge.ts'

/** Why a forge did not do what it was asked for. */
export type Refusal =
  /** No answer: no network, a wrong address, a timeout. Octokit calls that 500, with no response behind it. */
  | { readonly is: 'unreachable' }
  /** Too many requests; `until`: when it takes some again, as `HH:MM UTC`. */
  | { readonly is: 'rate-limit'; readonly until: string | undefined }
  | { readonly is: 'answered'; readonly status: number }

/** GitHub's second limit, on bursts, need not send a header that names it. */
const LIMITED = /\brate limit\b/i

/** What an error of Octokit's says; its message is never shown, because it may hold what was sent. */
export function refusalOf(error: unknown): Refusal {
  const status = numberAt(error, 'status')
  const response = valueAt(error, 'response')
  if (status === undefined || (status === 500 && response === undefined && isRequestError(error)))
    return { is: 'unreachable' }
  const headers = valueAt(response, 'headers')
  const left = valueAt(headers, 'x-ratelimit-remaining')
  const wait = numberAt(headers, 'retry-after')
  const limited =
    left === '0' || wait !== undefined || LIMITED.test(String(valueAt(valueAt(response, 'data'), 'message')))
  if (status === 429 || (status === 403 && limited)) return { is: 'rate-limit', until: resetOf(headers) }
  return { is: 'answered', status }
}

/** For the middle of a sentence. `forge` is its name. */
export function refusalText(refusal: Refusal, forge: string): string {
  switch (refusal.is) {
    case 'unreachable':
      return `${forge} could not be reached`
    case 'rate-limit':
      return `the rate limit of ${forge} is used up${refusal.until === undefined ? '' : ` until ${refusal.until}`}`
    case 'answered':
      return `${forge} answered ${refusal.status}${refusal.status === 401 ? ': `github-token` is not a valid token' : ''}`
  }
}

/** Whether the token lacks a permission. A private repository that a token may not see is answered 404. */
export function isForbidden(refusal: Refusal): boolean {
  return refusal.is === 'answered' && (refusal.status === 403 || refusal.status === 404)
}

/**
 * What to do about a permission that is missing. GitHub's is a line of the job; Forgejo and Gitea give the job's own token what they give
 * it, and another one has scopes.
 */
export function permissionText(permission: string, forge: Pick<Forge, 'kind' | 'name'>): string {
  if (forge.kind === 'github') return `Add \`${permission}: write\` under \`permissions:\` of the job`
  return `Give \`github-token\` a token of ${forge.name} with the scopes \`write:issue\` and \`read:user\``
}

/** Octokit's own error carries the request; one that a test or another client made need not. */
function isRequestError(error: unknown): boolean {
  return valueAt(error, 'request') !== undefined || valueAt(error, 'name') === 'HttpError'
}

function resetOf(headers: unknown): string | undefined {
  const seconds = numberAt(headers, 'x-ratelimit-reset')
  if (seconds === undefined) return undefined
  return `${new Date(seconds * 1_000).toISOString().slice(11, 16)} UTC`
}

function valueAt(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined
}

function numberAt(value: unknown, name: string): number | undefined {
  const found = valueAt(value, name)
  if (found === undefined || found === null || found === '') return undefined
  const number = Number(found)
  return Number.isFinite(number) ? number : undefined
}
