import type { FailsWith } from '../../model/eso-failure.ts'
import { holeReason, type ManifestReason } from '../../model/reason.ts'
import type { FindQuery, Reference } from '../../model/reference.ts'
import type { VaultStore } from '../../model/store.ts'
import type { FieldPath, Value, ValueMap } from '../../model/value.ts'
import { isMap, mapAt, textAt, textMapAt, valueAt } from '../field-value.ts'
import { orderItems, type SourceItem } from '../order.ts'
import type { Requests } from './access.ts'
import type { Consumer } from './consumer.ts'
import type { Context } from './context.ts'
import { findRequests } from './find.ts'
import { generatorReferences } from './generator-ref.ts'
import { makeReference, type ReferenceParts } from './make-reference.ts'
import { fetchRequests, readRequests } from './read.ts'
import { skippedBy } from './skipped.ts'
import { readStoreRef, type StoreRef, type Usage, usagesOf } from './usage.ts'

const FIND_PARTS = ['path', 'name', 'tags']

const NO_STORE: FailsWith = {
  code: 'no-store-named',
  says: 'could not get SecretStore "", secretstores.external-secrets.io "" not found',
}

/** Everything that an ExternalSecret, or the one in a ClusterExternalSecret, makes ESO ask of Vault, in order (eso.md §3). */
export function externalSecretReferences(consumer: Consumer, context: Context): readonly Reference[] {
  const items = orderItems(consumer.spec)
  const own = storeAt(consumer, [...consumer.at, 'secretStoreRef'], context)
  const send = remembered(requestsOf)
  const references = items.flatMap((item) => itemReferences(consumer, item, own, send, context))
  // One unmanaged store or generator makes ESO leave the whole object alone (eso.md §6.3 step 2).
  const ownStores = own.ref === undefined ? [] : own.usages.map(({ store }) => store)
  const skipped = skippedBy([...ownStores, ...references.map(({ store }) => store)], context)
  return skipped === undefined ? references : references.map((reference) => ({ ...reference, skipped }))
}

type Send = (store: VaultStore, parts: ReferenceParts) => Requests

/** Items of one object that read one secret send the same, and are judged once: they share what they send. */
function remembered(send: Send): Send {
  const known: { readonly store: VaultStore; readonly parts: ReferenceParts; readonly requests: Requests }[] = []
  return (store, parts) => {
    const { operation, key, version } = parts
    const same = known.find(
      (one) =>
        one.store === store &&
        one.parts.operation === operation &&
        one.parts.key === key &&
        one.parts.version === version,
    )
    if (same !== undefined && operation !== 'find') return same.requests
    const requests = send(store, parts)
    if (known.length < MOST_REMEMBERED) known.push({ store, parts, requests })
    return requests
  }
}

const MOST_REMEMBERED = 8

function requestsOf(store: VaultStore, parts: ReferenceParts): Requests {
  if (parts.operation === 'find' && parts.find !== undefined) return findRequests(store, parts.find)
  if (parts.operation === 'fetch-metadata') return fetchRequests(store, parts.key)
  return readRequests(store, parts.key, parts.version)
}

function itemReferences(
  consumer: Consumer,
  item: SourceItem,
  own: NamedStore,
  send: Send,
  context: Context,
): readonly Reference[] {
  const field = [...consumer.at, ...item.field]
  const generatorField = [...field, 'sourceRef', 'generatorRef']
  if (item.list === 'dataFrom' && isMap(valueAt(consumer.manifest.body, generatorField))) {
    return generatorReferences(consumer, field, generatorField, context, undefined)
  }
  const parts = partsOf(consumer, item, field, context)
  if (parts === undefined) return []
  // The item's own store, else the ExternalSecret's (eso.md §6.3 step 1).
  const { ref, usages } =
    mapAt(item.value, 'sourceRef') === undefined ? own : storeAt(consumer, [...field, 'sourceRef', 'storeRef'], context)
  return usages.map((usage) =>
    makeReference(
      consumer,
      ref === undefined ? { ...parts, failsWith: NO_STORE } : parts,
      { storeRef: ref, usage },
      context,
      (store) => send(store, parts),
      undefined,
    ),
  )
}

/** The store that a field names, and what it leads to. */
interface NamedStore {
  readonly ref: StoreRef | undefined
  readonly usages: readonly Usage[]
}

function storeAt(consumer: Consumer, field: FieldPath, context: Context): NamedStore {
  const ref = readStoreRef(consumer, field, context)
  if (ref !== undefined) return { ref, usages: usagesOf(consumer, ref, context) }
  const usage: Usage = {
    namespaces: consumer.namespaces,
    store: { found: 'absent' },
    identity: undefined,
    condition: { verdict: 'allowed' },
  }
  return { ref, usages: [usage] }
}

function partsOf(consumer: Consumer, item: SourceItem, field: FieldPath, context: Context): ReferenceParts | undefined {
  if (!isMap(item.value)) return undefined
  if (item.list === 'data') return readParts(consumer, item.value, field, 'remoteRef', 'data', context)
  if (isMap(valueAt(item.value, ['find']))) return findParts(consumer, mapAt(item.value, 'find') ?? {}, field, 'find')
  const extract = readParts(consumer, item.value, field, 'extract', 'extract', context)
  if (extract !== undefined) return extract
  // `find:` is null and its parts are its siblings: what the right indentation would give (field.md §2, W1).
  const outside = FIND_PARTS.some((part) => Object.hasOwn(item.value as ValueMap, part))
  return outside && Object.hasOwn(item.value, 'find')
    ? { ...findParts(consumer, item.value, field, undefined), proposed: true }
    : undefined
}

/** A `remoteRef` or `extract`; or, where its block is null and its `key` stands beside it, the read that was meant. */
function readParts(
  consumer: Consumer,
  value: ValueMap,
  field: FieldPath,
  block: 'remoteRef' | 'extract',
  operation: 'data' | 'extract',
  { holesOf }: Context,
): ReferenceParts | undefined {
  const inside = mapAt(value, block)
  // A key beside its null block is dropped by the API server, and the item has no source (field.md §2, W1).
  const proposed = inside === undefined && textAt(value, 'key') !== undefined
  const from: ValueMap | undefined = inside ?? (proposed ? value : undefined)
  if (from === undefined) return undefined
  const at = proposed ? field : [...field, block]
  const key = textAt(from, 'key')
  const property = textAt(from, 'property') || undefined
  const policy = textAt(from, 'metadataPolicy') ?? ''
  return {
    operation: policy === 'Fetch' ? 'fetch-metadata' : operation,
    field,
    span: consumer.manifest.spanOf([...at, 'key'], 'value'),
    key: key ?? '',
    property,
    propertySpan: property === undefined ? undefined : consumer.manifest.spanOf([...at, 'property'], 'value'),
    version: textAt(from, 'version') || undefined,
    proposed,
    unknown: key === undefined ? notText(from.key) : holeReason('metadata-policy', holesOf(policy)),
  }
}

function notText(key: Value | undefined): ManifestReason {
  return { code: key === undefined || key === null ? 'key-missing' : 'key-not-text' }
}

function findParts(consumer: Consumer, find: ValueMap, field: FieldPath, block: 'find' | undefined): ReferenceParts {
  const at = block === undefined ? field : [...field, block]
  const name = mapAt(find, 'name')
  const path = textAt(find, 'path')
  const query: FindQuery = {
    path,
    regexp: name === undefined ? undefined : (textAt(name, 'regexp') ?? ''),
    tags: textMapAt(find, 'tags'),
  }
  const span = consumer.manifest.spanOf(path === undefined ? at : [...at, 'path'], 'value')
  return { operation: 'find', field, span, key: path ?? '', find: query }
}
