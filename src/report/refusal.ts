/** Why a forge did not do what it was asked for. */
export type Refusal =
  /** No answer: no network, a wrong address, a timeout. Octokit calls that 500, with no response behind it. */
  | { readonly is: 'unreachable' }
  /** Too many requests; `until`: when it takes some again, as `HH:MM UTC`. */
  | { readonly is: 'rate-limit'; readonly until: string | undefined }
  | { readonly is: 'answered'; readonly status: number }

/** What an error of Octokit's says; its message is never shown, because it may hold what was sent. */
export function refusalOf(error: unknown): Refusal {
  const status = numberAt(error, 'status')
  const response = valueAt(error, 'response')
  if (status === undefined || (status === 500 && 'response' in Object(error) === false && isRequestError(error)))
    return { is: 'unreachable' }
  const headers = valueAt(response, 'headers')
  const left = valueAt(headers, 'x-ratelimit-remaining')
  const wait = numberAt(headers, 'retry-after')
  if (status === 429 || (status === 403 && (left === '0' || wait !== undefined)))
    return { is: 'rate-limit', until: resetOf(headers) }
  return { is: 'answered', status }
}

/** For the middle of a sentence. */
export function refusalText(refusal: Refusal): string {
  switch (refusal.is) {
    case 'unreachable':
      return 'GitHub could not be reached'
    case 'rate-limit':
      return `GitHub's rate limit is used up${refusal.until === undefined ? '' : ` until ${refusal.until}`}`
    case 'answered':
      return `GitHub answered ${refusal.status}`
  }
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
