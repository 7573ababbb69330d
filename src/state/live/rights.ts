import { listed } from './answer.ts'
import { type Asking, orUnknown, unexpected } from './hidden.ts'

/** What the CI token may do, as far as the server told. */
export interface Rights {
  /** Until the server has told of these paths, or will not. */
  readonly told: (paths: readonly string[]) => Promise<unknown>
  /** `undefined`: not told, so that only trying shows it. */
  readonly may: (capability: 'read' | 'list', path: string) => boolean | undefined
  /** The token may not ask for its own rights. */
  readonly refused: () => boolean
}

/** So many paths in one question: far below any limit on a request's size. */
const AT_ONCE = 500

/**
 * Asks for the rights on many paths at once. Saves a refused request for each path that is denied, and is the only way to learn
 * that values could be read without reading one: the paths stand in the question's body.
 *
 * The first question goes alone, since a token that may not ask one may ask none; the others go together, and what waits for the
 * rights on one path waits for its own question only.
 *
 * For LIST write a path with a slash at its end, for everything else without (vault.md §2.5).
 */
export function askRights(asking: Asking, paths: readonly string[]): Rights {
  const distinct = [...new Set(paths)]
  const capabilitiesOf = new Map<string, readonly string[]>()
  const questionOf = new Map<string, Promise<boolean>>()
  let refused = false

  /** `false`: there is no use in asking more. */
  async function ask(some: readonly string[]): Promise<boolean> {
    const answer = await orUnknown(asking, () => asking.client.write('sys/capabilities-self', { paths: some }))
    // A token without the default policy may not ask: then each path is tried.
    refused ||= 'status' in answer && answer.status === 403
    if (!('status' in answer) || answer.status === 403) return false
    const data = answer.status === 200 ? answer.data : undefined
    const given = some.flatMap((path) => (data !== undefined && Object.hasOwn(data, path) ? [[path, data[path]]] : []))
    // Where there is no right the server says "deny": an empty list is no answer (vault.md §4.3).
    if (given.length === 0 || given.some(([, capabilities]) => !listed(capabilities)?.length)) {
      unexpected(asking, 'POST', 'sys/capabilities-self', answer)
      return false
    }
    for (const [path, capabilities] of given) capabilitiesOf.set(path as string, listed(capabilities) ?? [])
    return true
  }

  let first: Promise<boolean> | undefined
  for (let start = 0; start < distinct.length; start += AT_ONCE) {
    const some = distinct.slice(start, start + AT_ONCE)
    const question = first === undefined ? ask(some) : first.then((useful) => useful && ask(some))
    first ??= question
    for (const path of some) questionOf.set(path, question)
  }
  return {
    told: (some) => Promise.all(new Set(some.map((path) => questionOf.get(path)))),
    may: (capability, path) => {
      const capabilities = capabilitiesOf.get(path)
      return capabilities && (capabilities.includes(capability) || capabilities.includes('root'))
    },
    refused: () => refused,
  }
}
