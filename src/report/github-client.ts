import { setTimeout as wait } from 'node:timers/promises'
import type { GitHubRequest } from './github-comments.ts'
import { refusalOf } from './refusal.ts'

/** For one request; GitHub answers within a second, or not. */
const EACH_MS = 10_000
/** For all that a comment or an issue needs. */
const ALL_MS = 60_000
/** Before a request that failed is sent again. */
const PAUSES_MS = [300, 1_000]

/**
 * GitHub's REST API with an end: Octokit waits for a server that hangs as long as it takes, and a job that waits for its comment holds a
 * runner. The bounds begin with the first request. What a server or its proxy failed to answer (5xx) is asked again, unless that could
 * write a second comment: a green comment that one lost request leaves would stand beside a red run.
 */
export async function githubRequest(
  token: string,
  {
    eachMs,
    allMs,
    pausesMs = PAUSES_MS,
  }: { readonly eachMs: number; readonly allMs: number; readonly pausesMs?: readonly number[] } = {
    eachMs: EACH_MS,
    allMs: ALL_MS,
  },
): Promise<GitHubRequest> {
  // Loaded only now: most runs write no comment.
  const { getOctokit } = await import('@actions/github')
  const octokit = getOctokit(token)
  let all: AbortSignal | undefined
  return async (route, parameters) => {
    const last = route.startsWith('POST ') ? 0 : pausesMs.length
    for (let times = 0; ; times++) {
      all ??= AbortSignal.timeout(allMs)
      const signal = AbortSignal.any([all, AbortSignal.timeout(eachMs)])
      try {
        return await octokit.request(route, { ...parameters, request: { signal } })
      } catch (error) {
        const refusal = refusalOf(error)
        const passes = refusal.is === 'answered' && refusal.status >= 500
        if (!passes || times >= last || all.aborted) throw error
        await wait(pausesMs[times])
      }
    }
  }
}
