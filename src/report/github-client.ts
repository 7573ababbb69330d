import type { GitHubRequest } from './github-comments.ts'

/** For one request; GitHub answers within a second, or not. */
const EACH_MS = 10_000
/** For all that a comment or an issue needs. */
const ALL_MS = 60_000

/**
 * GitHub's REST API with an end: Octokit waits for a server that hangs as long as it takes, and a job that waits for its comment holds a
 * runner. The bounds begin with the first request.
 */
export async function githubRequest(
  token: string,
  limits: { readonly eachMs: number; readonly allMs: number } = { eachMs: EACH_MS, allMs: ALL_MS },
): Promise<GitHubRequest> {
  // Loaded only now: most runs write no comment.
  const { getOctokit } = await import('@actions/github')
  const octokit = getOctokit(token)
  let all: AbortSignal | undefined
  return (route, parameters) => {
    all ??= AbortSignal.timeout(limits.allMs)
    const signal = AbortSignal.any([all, AbortSignal.timeout(limits.eachMs)])
    return octokit.request(route, { ...parameters, request: { signal } })
  }
}
