import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import { deadlineIn, earlierOf } from '../../model/deadline.ts'
import { isObject } from './answer.ts'
import { LiveSettingsError, VaultUnavailable } from './errors.ts'
import { exchange, targetOf } from './exchange.ts'
import type { Transport } from './transport.ts'

/** As vault-action does: GitHub's token service fails now and then (platform.md §2.1). */
const TRIES = 5
const PAUSE_MS = 3_000
/** For all tries together; the service answers within a second, or hangs. */
const ALL_MS = 30_000
const EACH_MS = 10_000
const MAX_BYTES = 1024 * 1024

/** Gives a JWT for an audience within so many milliseconds; rejects where there is none. */
export type GetIdToken = (audience: string | undefined, timeoutMs: number) => Promise<string>

/** What asking GitHub for a token takes. */
export interface IdTokenSource {
  readonly transport: Transport
  /** Default: the runner's endpoint, which the environment names. */
  readonly getIdToken?: GetIdToken
  readonly env: Readonly<Record<string, string | undefined>>
  /** Called with every credential before it is first used: hides it in the runner's log and in `redact`. */
  readonly mask: (secret: string) => void
}

/**
 * A JWT from GitHub that says which workflow this is (platform.md §1.4).
 *
 * @throws LiveSettingsError when the job may not ask for one, VaultUnavailable when GitHub gives none.
 */
export async function requestIdToken(options: IdTokenSource, audience: string | undefined): Promise<string> {
  const { env, mask, transport } = options
  const { sleep, random, now } = transport.surroundings
  const getIdToken = options.getIdToken ?? askRunner(env)
  if (!getIdToken || !env.ACTIONS_ID_TOKEN_REQUEST_URL || !env.ACTIONS_ID_TOKEN_REQUEST_TOKEN) {
    throw new LiveSettingsError(
      'auth-method jwt needs a token from GitHub, and this job may not ask for one. Add `permissions: id-token: write` to the job (pull requests from forks and from Dependabot never get one); outside of GitHub Actions use another auth-method.',
    )
  }
  const deadline = earlierOf(deadlineIn(ALL_MS, now), transport.deadline())
  let tries = 0
  while (tries < TRIES && !deadline.over()) {
    tries += 1
    try {
      const token = await getIdToken(audience, Math.min(EACH_MS, deadline.leftMs()))
      if (token) {
        mask(token)
        return token
      }
    } catch {
      // The error's text can hold the request's URL and token: only that there was none is told.
    }
    const pause = PAUSE_MS * (1 + random() / 2)
    if (tries < TRIES && pause < deadline.leftMs()) await sleep(pause)
    else break
  }
  throw new VaultUnavailable(
    'login',
    `GitHub gave no ID token in ${tries === 1 ? 'one try' : `${tries} tries`}. Run the job again; see githubstatus.com.`,
  )
}

/**
 * The runner's own endpoint, asked as `@actions/core` asks it, but with an end: that client waits for a server that hangs as long as
 * it takes, and again for each try. `undefined` where the environment names no endpoint.
 */
function askRunner(env: IdTokenSource['env']): GetIdToken | undefined {
  const { ACTIONS_ID_TOKEN_REQUEST_URL: endpoint, ACTIONS_ID_TOKEN_REQUEST_TOKEN: token } = env
  const base = endpoint === undefined ? null : URL.parse(endpoint)
  if (base === null || !/^https?:$/.test(base.protocol) || token === undefined) return undefined
  return async (audience, timeoutMs) => {
    const url = new URL(base)
    if (audience !== undefined) url.searchParams.append('audience', audience)
    const agent =
      url.protocol === 'https:' ? new HttpsAgent({ proxyEnv: { ...env }, rejectUnauthorized: true }) : new HttpAgent()
    try {
      const headers = { Accept: 'application/json', Authorization: `Bearer ${token}`, 'User-Agent': 'eso-vault' }
      const { status, text } = await exchange(
        { method: 'GET', target: targetOf(url), path: `${url.pathname}${url.search}`, headers },
        { agent, timeoutMs, maxBytes: MAX_BYTES },
      )
      const body: unknown = status === 200 ? JSON.parse(text) : undefined
      return isObject(body) && typeof body.value === 'string' ? body.value : ''
    } finally {
      agent.destroy()
    }
  }
}
