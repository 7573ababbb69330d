import { listed } from './answer.ts'
import { type Asking, orUnknown, unexpected } from './hidden.ts'

/** What the CI token may do, as far as the server told. */
export interface Rights {
  /** `undefined`: not told, so that only trying shows it. */
  readonly may: (capability: 'read' | 'list', path: string) => boolean | undefined
  /** The token may not ask for its own rights. */
  readonly refused: boolean
}

/** So many paths in one question: far below any limit on a request's size. */
const AT_ONCE = 500

/**
 * Asks for the rights on many paths at once. Saves a refused request for each path that is denied, and is the only way to learn
 * that values could be read without reading one: the paths stand in the question's body.
 *
 * For LIST write a path with a slash at its end, for everything else without (vault.md §2.5).
 */
export async function askRights(asking: Asking, paths: readonly string[]): Promise<Rights> {
  const distinct = [...new Set(paths)]
  const told = new Map<string, readonly string[]>()
  let refused = false
  for (let start = 0; start < distinct.length; start += AT_ONCE) {
    const some = distinct.slice(start, start + AT_ONCE)
    const answer = await orUnknown(asking, () => asking.client.write('sys/capabilities-self', { paths: some }))
    // A token without the default policy may not ask: then each path is tried.
    refused ||= 'status' in answer && answer.status === 403
    if (!('status' in answer) || answer.status === 403) break
    const data = answer.status === 200 ? answer.data : undefined
    const given = some.flatMap((path) => (data !== undefined && Object.hasOwn(data, path) ? [[path, data[path]]] : []))
    // Where there is no right the server says "deny": an empty list is no answer (vault.md §4.3).
    if (given.length === 0 || given.some(([, capabilities]) => !listed(capabilities)?.length)) {
      unexpected(asking, 'POST', 'sys/capabilities-self', answer)
      break
    }
    for (const [path, capabilities] of given) told.set(path as string, listed(capabilities) ?? [])
  }
  return {
    refused,
    may: (capability, path) => {
      const capabilities = told.get(path)
      return capabilities && (capabilities.includes(capability) || capabilities.includes('root'))
    },
  }
}
