import type { Answer } from './answer.ts'
import type { VaultClient } from './client.ts'

/** What is asked for more than once: lists, and what stands outside of secrets, of which there are few. */
const REMEMBERED = /^(?:sys|auth)\//

/**
 * The client, but that each list, mount, role and policy is asked for once, however many parts of a run want it. For runs that only look:
 * who writes must ask again.
 */
export function askingOnce(client: VaultClient): VaultClient {
  const lists = new Map<string, Promise<Answer>>()
  const reads = new Map<string, Promise<Answer>>()
  const once = (seen: Map<string, Promise<Answer>>, path: string, ask: () => Promise<Answer>) => {
    const known = seen.get(path)
    if (known !== undefined) return known
    const asked = ask()
    seen.set(path, asked)
    // No answer is nothing to remember.
    asked.catch(() => seen.delete(path))
    return asked
  }
  return {
    ...client,
    list: (path) => once(lists, path, () => client.list(path)),
    read: (path, query) =>
      query === undefined && REMEMBERED.test(path)
        ? once(reads, path, () => client.read(path))
        : client.read(path, query),
  }
}
