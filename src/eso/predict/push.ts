import type { FailsWith } from '../../model/eso-failure.ts'
import { ALWAYS, type PushEntry } from '../../model/reference.ts'
import type { VaultStore } from '../../model/store.ts'
import { dataPath, dataPathTwice, isPath, metadataPath } from '../paths.ts'
import { inOrder, type Requests, request, type Sent } from './access.ts'

export type PushStore = Pick<VaultStore, 'version' | 'path' | 'checkAndSet' | 'dialect'>

const READ_ONLY: FailsWith = {
  code: 'push-unsupported',
  says: 'push secret is not supported (the OpenBao provider is currently read only)',
}

/** What the webhook says of a store that asks for check-and-set on KV v1; at run time it is ignored (eso.md §3.6). */
const CAS_ON_V1: FailsWith = {
  code: 'kv1-check-and-set',
  says: 'checkAndSet is not supported with Vault KV version v1',
}

/** All requests of one pushed entry, in order, whatever state it meets (eso.md §3.6, §3.7, §3.8). */
export function pushRequests(
  store: PushStore,
  key: string,
  property: string | undefined,
  entry: Pick<PushEntry, 'updatePolicy' | 'deletionPolicy'>,
): Requests {
  if (store.dialect === 'openBao') return { accesses: [], failsWith: READ_ONLY }
  const exists = entry.updatePolicy === 'IfNotExists' ? existsRequests(store, key) : []
  const metadata = metadataPath(store, key)
  // ESO computes both paths before it asks anything but the existence (eso.md §3.6 step 0).
  if (!isPath(metadata)) return inOrder(exists, metadata)
  const write =
    store.version === 'v1'
      ? writeV1(store, key, metadata, entry.updatePolicy, property)
      : writeV2(store, key, metadata, entry.updatePolicy, property)
  const remove = entry.deletionPolicy === 'Delete' ? deleteRequests(store, key, metadata, property) : []
  return inOrder([...exists, ...write, ...remove], store.version === 'v1' && store.checkAndSet ? CAS_ON_V1 : undefined)
}

/** `updatePolicy: IfNotExists` asks first, and writes nothing where the secret (or the property) is there (eso.md §3.7). */
function existsRequests(store: PushStore, key: string): readonly Sent[] {
  return [request('read', dataPathTwice(store, key), 'data', 'always, to see whether it exists')]
}

function writeV2(
  store: PushStore,
  key: string,
  metadata: string,
  updatePolicy: PushEntry['updatePolicy'],
  property: string | undefined,
): readonly Sent[] {
  const missing = updatePolicy === 'IfNotExists'
  // Without a property, IfNotExists never meets an existing secret here (eso.md §3.7).
  const meetsExisting = !missing || Boolean(property)
  const writes = missing ? ' and it is not there yet' : ''
  const reads: Sent[] = []
  if (meetsExisting) {
    reads.push(request('read', metadata, 'metadata', 'only if the secret exists, to see whether ESO manages it'))
    if (store.checkAndSet) {
      reads.push(
        request('read', metadata, 'metadata', 'only if the secret exists, for the version that check-and-set needs'),
      )
    }
  }
  const data = dataPath(store, key)
  return [
    request('read', dataPathTwice(store, key), 'data', missing ? 'only if it is not there yet' : ALWAYS),
    ...reads,
    request('create', metadata, 'metadata', `on the first write, when the secret has no metadata yet${writes}`),
    request('update', metadata, 'metadata', `on a later write, when the secret has metadata already${writes}`),
    // KV v2 asks metadata whether the data exists, and ESO has just written it: the first write is an update too (eso.md §3.6).
    request('update', data, 'data', `on every write, the first one too${writes}`),
  ]
}

function writeV1(
  store: PushStore,
  key: string,
  metadata: string,
  updatePolicy: PushEntry['updatePolicy'],
  property: string | undefined,
): readonly Sent[] {
  const missing = updatePolicy === 'IfNotExists'
  const meetsExisting = !missing || Boolean(property)
  const data = dataPath(store, key)
  return [
    request('read', dataPathTwice(store, key), 'data', missing ? 'only if it is not there yet' : ALWAYS),
    // On v1 the "metadata" is the secret itself, under the key as written: the mount is not stripped (eso.md §2.3).
    ...(meetsExisting
      ? [request('read', metadata, 'data', 'only if the secret exists, to see whether ESO manages it')]
      : []),
    request('create', data, 'data', 'on the first write, when the secret does not exist'),
    ...(meetsExisting ? [request('update', data, 'data', 'on a later write, when the secret exists')] : []),
  ]
}

/** When the PushSecret, its entry or its source Secret goes away (eso.md §3.8). */
function deleteRequests(
  store: PushStore,
  key: string,
  metadata: string,
  property: string | undefined,
): readonly Sent[] {
  const v2 = store.version === 'v2'
  const data = dataPath(store, key)
  const whole = property ? 'on deletion, when the property is the last one' : 'on deletion'
  return [
    request('read', dataPathTwice(store, key), 'data', 'on deletion'),
    request('read', metadata, v2 ? 'metadata' : 'data', 'on deletion, if the secret exists'),
    ...(property ? [request('update', data, 'data', 'on deletion, when other properties remain')] : []),
    request('delete', data, 'data', whole),
    ...(v2 ? [request('delete', metadata, 'metadata', `${whole}, after the data`)] : []),
  ]
}
