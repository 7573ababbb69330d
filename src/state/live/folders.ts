import type { Hidden } from '../../model/vault-state.ts'
import { listed } from './answer.ts'
import { type Asking, denied, lacking, orUnknown, unexpected } from './hidden.ts'
import type { Rights } from './rights.ts'

/** Names in a folder, folders among them with a slash at their end. */
export type Listing = { readonly names: ReadonlySet<string> } | Hidden

/** Lists folders, each at most once. */
export type ListFolder = (path: string) => Promise<Listing>

/** A `ListFolder` that asks the server. Paths carry the KV v2 `metadata` already, and have no slash at the end. */
export function folderLister(asking: Asking, rights: Rights): ListFolder {
  const seen = new Map<string, Promise<Listing>>()
  return (path) => {
    const known = seen.get(path) ?? orUnknown(asking, () => list(asking, rights, path))
    seen.set(path, known)
    return known
  }
}

async function list(asking: Asking, rights: Rights, path: string): Promise<Listing> {
  const right = { path: `${path}/`, capability: 'list', purpose: `the names in ${path}/` } as const
  if (rights.may('list', `${path}/`) === false) return lacking(asking, right)
  const answer = await asking.client.list(path)
  const names = answer.status === 200 && Array.isArray(answer.data?.keys) ? listed(answer.data.keys) : undefined
  if (names !== undefined) return { names: new Set(names) }
  // An empty folder is no folder (vault.md §4.0).
  if (answer.status === 404) return { names: new Set() }
  if (answer.status === 403) return denied(asking, 'LIST', path, answer, right)
  return unexpected(asking, 'LIST', path, answer)
}
