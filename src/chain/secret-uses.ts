import { trimSlashes } from '../model/trim-slashes.ts'
import type { Link } from './chain.ts'
import { kvPath } from './kv-path.ts'

/** Whether a reference may mean the secret at this path (mount and key). */
export type Use = (path: string) => boolean

/** Everything that a reference may mean: what it says in part, and what a `find` lists, counts as well. */
export function usesOf({ reference, store }: Link): Use[] {
  const holes = [...reference.holes, ...(store?.holes ?? [])]
  const uses = reference.accesses
    .filter((access) => access.side === 'data' || access.side === 'metadata')
    .map(({ path, below }) => covers(kvPath(path, store?.path), below === true, holes))
  // The store is not known, or its paths are not: then the key alone decides, whatever the mount.
  const key = trimSlashes(reference.key)
  if (uses.length === 0 && key !== '') {
    const ends = covers(key, false, holes)
    uses.push((path) => path.split('/').some((_, at, all) => ends(all.slice(at).join('/'))))
  }
  return uses
}

/** Every placeholder stands for any text. */
function covers(text: string, below: boolean, holes: readonly string[]): Use {
  const parts = holes.reduce<string[]>((pieces, hole) => pieces.flatMap((piece) => piece.split(hole)), [text])
  const [first = '', ...rest] = parts
  return (path) => {
    if (!path.startsWith(first)) return false
    let at = first.length
    for (const part of rest) {
      const next = path.indexOf(part, at)
      if (next < 0) return false
      at = next + part.length
    }
    const last = rest.at(-1)
    return below || at === path.length || (last !== undefined && path.endsWith(last))
  }
}
