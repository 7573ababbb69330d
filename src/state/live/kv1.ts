import type { SecretFact } from '../../model/vault-state.ts'
import type { ListFolder } from './folders.ts'
import { type Asking, orUnknown, unexpected } from './hidden.ts'
import { join } from './paths.ts'
import { keysOfValue } from './subkeys.ts'

const KEYS_HIDDEN =
  'KV version 1 shows key names only together with the values, which this run does not read (allow-value-read would).'

/**
 * What can be said of one secret of a KV v1 mount: whether its folder lists it (vault.md §4.9). Key names come only with the
 * values, hence only with `allow-value-read`.
 */
export async function readKv1(
  asking: Asking & { readonly list: ListFolder },
  mount: string,
  key: string,
  withKeys: boolean,
): Promise<SecretFact> {
  const cut = key.lastIndexOf('/')
  const listing = await asking.list(join(mount, key.slice(0, Math.max(cut, 0))))
  if (!('names' in listing)) return listing
  if (!listing.names.has(key.slice(cut + 1))) return { presence: 'absent' }
  if (!withKeys) return { presence: 'present' }
  if (!asking.client.allowValueRead) return { presence: 'present', keysHidden: KEYS_HIDDEN }
  const answer = await orUnknown(asking, () => asking.client.read(join(mount, key)))
  if (!('status' in answer)) return { presence: 'present', keysHidden: answer.because }
  if (answer.status === 403) {
    return { presence: 'present', keysHidden: `The CI token may not read ${mount}/${key}, which its key names need.` }
  }
  const keys = answer.status === 200 ? keysOfValue(answer.data) : undefined
  if (keys === undefined) {
    return { presence: 'present', keysHidden: unexpected(asking, 'GET', join(mount, key), answer).because }
  }
  return { presence: 'present', keys }
}
