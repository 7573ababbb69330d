import type { Chain, Link } from '../chain/chain.ts'
import { kvPath } from '../chain/kv-path.ts'
import type { SecretFact } from '../model/vault-state.ts'
import { brokenStores } from './broken-store.ts'

/** All references that read one secret through one kind of store: what is wrong with the secret is said once for them. */
export interface SecretReaders {
  /** Path for people and for `vault kv`: mount and key, without `data/`. */
  readonly path: string
  readonly secret: SecretFact
  /** At least one. */
  readonly links: readonly Link[]
}

/** References that read (a push target may be absent), grouped by the path that is read. */
export function readersOfSecrets(chain: Chain): SecretReaders[] {
  const byPath = new Map<string, { path: string; secret: SecretFact; links: Link[] }>()
  const broken = brokenStores(chain)
  for (const link of chain.links) {
    const { reference, store } = link
    const secret = link.whole ?? link.secret
    if (secret === undefined || store === undefined || reference.proposed || broken.has(store)) continue
    if (reference.operation !== 'data' && reference.operation !== 'extract' && reference.operation !== 'fetch-metadata')
      continue
    const read = reference.accesses.find((access) => access.side === 'data' || access.side === 'metadata')
    if (read === undefined) continue
    const id = `${store.vaultNamespace ?? ''} ${read.path}`
    const known = byPath.get(id)
    if (known !== undefined) known.links.push(link)
    else byPath.set(id, { path: kvPath(read.path, store.path), secret, links: [link] })
  }
  return [...byPath.values()]
}
