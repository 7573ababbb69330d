import { sayAnswer } from '../state/live/answer.ts'
import type { VaultClient } from '../state/live/client.ts'

/**
 * A KV v2 mount answers 400 for a moment after it was enabled, while it upgrades its storage (vault.md §4.8); the transport asks
 * again for half a minute, as for every request to it. Gives the reason when the window is not seen to end, a sentence;
 * `undefined`: it is ready.
 */
export async function waitForKv(mount: string, client: VaultClient): Promise<string | undefined> {
  client.knowKvMount(mount, 2)
  const path = `${mount}/config`
  const answer = await client.read(path)
  if (answer.status === 200) return undefined
  if (answer.status === 403) {
    return `${mount}/ was enabled, and whether it is ready could not be seen: ${sayAnswer('GET', path, answer)}. Grant the token of apply read on ${path}.`
  }
  return `${mount}/ was enabled and is not ready: ${sayAnswer('GET', path, answer)}. Run apply again in a minute.`
}
