import { sayAnswer } from '../state/live/answer.ts'
import type { VaultClient } from '../state/live/client.ts'

export interface Waiting {
  readonly sleep: (milliseconds: number) => Promise<void>
  /** How often to ask, at most. */
  readonly tries: number
}

/** Half a minute: the window is mostly over in less than a second (vault.md §7.1). */
export const PATIENT: Waiting = {
  sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
  tries: 40,
}

/**
 * A KV v2 mount answers 400 for a moment after it was enabled, while it upgrades its storage (vault.md §4.8). Gives the reason
 * when it is not seen to end, a sentence; `undefined`: it is ready.
 */
export async function waitForKv(
  mount: string,
  client: VaultClient,
  { sleep, tries }: Waiting,
): Promise<string | undefined> {
  client.knowKvMount(mount, 2)
  const path = `${mount}/config`
  for (let attempt = 1; ; attempt += 1) {
    const answer = await client.read(path)
    if (answer.status === 200) return undefined
    if (answer.status === 403) {
      return `${mount}/ was enabled, and whether it is ready could not be seen: ${sayAnswer('GET', path, answer)}. Grant the token of apply read on ${path}.`
    }
    const upgrading = answer.status === 400 && answer.errors.some((error) => /pgrad(e|ing)/.test(error))
    if (!upgrading || attempt >= tries) {
      return `${mount}/ was enabled and is not ready: ${sayAnswer('GET', path, answer)}. Run apply again in a minute.`
    }
    await sleep(Math.min(1000, 50 * 2 ** Math.min(attempt, 5)))
  }
}
