import type { LiveState } from '../state/live/live-state.ts'

/** So many failed requests are told one by one. */
const NAMED = 3

/**
 * Why the run is incomplete although the server was reached: requests that it did not answer as Vault answers. What they were for is not
 * checked, reference by reference; here it is said once, so that nobody takes the rest for the whole (design §3).
 */
export function unansweredSentences(live: ReadonlyMap<string, LiveState>): string[] {
  const sentences = [...new Set([...live.values()].flatMap(({ unanswered }) => unanswered))]
  const more = sentences.length - NAMED
  return [
    ...sentences.slice(0, NAMED),
    ...(more > 0 ? [`${more === 1 ? 'One more request was' : `${more} more requests were`} not answered.`] : []),
  ]
}
