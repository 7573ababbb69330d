import type { Chain, Link } from '../chain/chain.ts'
import type { DeletedSecret, PushDelete, PushGone, TargetRemoval } from '../chain/change-effects.ts'
import { objectsOf } from '../chain/fold-links.ts'
import { dataPathOf, vaultPathsOf } from '../chain/kv-path.ts'
import { listAt, mapAt, textAt } from '../eso/field-value.ts'
import { textHoles } from '../eso/holes.ts'
import { patchOver } from '../eso/patched.ts'
import { type Consumer, readConsumer } from '../eso/predict/consumer.ts'
import { isLive } from '../model/cluster.ts'
import type { Manifest } from '../model/manifest.ts'
import type { Reference } from '../model/reference.ts'
import type { Span } from '../model/span.ts'
import type { Value } from '../model/value.ts'
import type { ChangedLines } from './changed-lines.ts'
import type { Counterpart } from './counterparts.ts'
import { keptBy } from './kept-by.ts'
import { spanNow } from './span-now.ts'

export interface PushDeletesInput {
  readonly head: Chain
  readonly base: Chain
  readonly lines: ChangedLines
  readonly counterpart: (manifest: Manifest) => Counterpart
  /** Secrets that nothing makes any more: what is pushed of them goes too. */
  readonly removedTargets: readonly TargetRemoval[]
}

/** What a PushSecret of the head does, as far as Git tells. */
interface PushNow {
  readonly consumer: Consumer
  /** By kind and name of the store. */
  readonly through: ReadonlyMap<string, StoreNow>
}

interface StoreNow {
  /** As ESO notes them in the status. */
  readonly entries: ReadonlySet<string>
  /** Some entries are not told by Git. */
  readonly open: boolean
}

/**
 * What ESO deletes in Vault once the change is applied: what the base's pushes wrote, and the head's do not write under the same name
 * through a store of the same name (eso.md §3.8). The `deletionPolicy` in force decides: the head's, where the object is still there.
 */
export function pushDeletes({ head, base, lines, counterpart, removedTargets }: PushDeletesInput): PushDelete[] {
  const written = base.links.filter(wasPushed)
  if (written.length === 0) return []
  const pushOf = pushesOf(head)
  const traffic = trafficOf(head)
  const removed = new Map(
    removedTargets.filter(({ how }) => how !== 'kept').map((one) => [`${one.namespace}/${one.name}`, one]),
  )
  const groups = new Map<string, { readonly one: Omit<PushDelete, 'secrets'>; readonly links: Link[] }>()
  const deleted = new Map<string, Set<string>>()
  for (const link of written) {
    const { store } = link
    if (store === undefined) continue
    for (const before of objectsOf(link)) {
      const now = isLive(before) ? counterpart(before) : 'unknown'
      if (now === 'unknown') continue
      const push = now === 'gone' ? undefined : pushOf(now)
      const gone = push === undefined ? goneWith(before, link.reference) : whyGone(link.reference, push, removed)
      if (gone === undefined) continue
      const object = now === 'gone' ? before : now
      const { kind, namespace, name, span } = object
      const key = JSON.stringify([kind, namespace, name, span, gone.code, store.kind, store.name])
      const group = groups.get(key)
      const place = placeInVault(link) ?? ''
      const properties = deleted.get(place) ?? new Set()
      deleted.set(place, properties)
      if (link.reference.property !== undefined) properties.add(link.reference.property)
      if (group !== undefined) group.links.push(link)
      else {
        const at = placeOfChange(gone, link.reference, before, push, lines)
        const refreshInterval = textAt(push?.consumer.spec, 'refreshInterval') || '1h0m0s'
        groups.set(key, { one: { object, gone, store, span: at, refreshInterval }, links: [link] })
      }
    }
  }
  const remain = new Map(
    [...deleted].map(([place, properties]) => [place, hasOthers(traffic.get(place) ?? NOTHING, properties)]),
  )
  const secretOf = (link: Link) => {
    const place = placeInVault(link) ?? ''
    return deletedSecret(link, traffic.get(place) ?? NOTHING, remain.get(place) === true)
  }
  return [...groups.values()].map(({ one, links }) => ({ ...one, secrets: distinct(links.map(secretOf)) }))
}

/** Whether ESO wrote it before the change, as far as Git tells. It notes that whatever the `deletionPolicy`. */
function wasPushed({ reference, store, secret, accesses }: Link): boolean {
  if (reference.operation !== 'push' || store === undefined) return false
  if (reference.skipped ?? reference.failsWith ?? reference.notChecked) return false
  if (reference.holes.length + store.holes.length > 0 || reference.condition.verdict === 'denied') return false
  if (secret?.presence === 'absent') return false
  return !accesses.some(
    ({ access, decision }) => access.capability === 'update' && access.side === 'data' && decision.verdict === 'denied',
  )
}

function goneWith(before: Manifest, { push }: Reference): PushGone | undefined {
  if (push?.deletionPolicy !== 'Delete') return undefined
  const kept = keptBy(before)
  return { code: 'object', ...(kept === undefined ? {} : { keptBy: kept }) }
}

/** Why the head does not write an entry of the base; `undefined` where it does, where ESO keeps it, or where Git does not tell. */
function whyGone(
  before: Reference,
  { consumer, through }: PushNow,
  removed: ReadonlyMap<string, TargetRemoval>,
): PushGone | undefined {
  const { manifest, at, spec, namespaces } = consumer
  const { storeRef } = before
  if (storeRef === undefined || textAt(spec, 'deletionPolicy') !== 'Delete') return undefined
  const fields = ['deletionPolicy', 'secretStoreRefs', 'data', 'dataTo'].map((field) => [...at, field])
  if (patchOver(manifest, ...fields) !== undefined) return undefined
  const now = through.get(storeName(storeRef))
  if (now === undefined) {
    const named = listAt(spec, 'secretStoreRefs').map(namedStore)
    // Without any store ESO does nothing at all; what labels choose, or a variable, may be this store.
    if (named.length === 0 || named.includes(undefined)) return undefined
    return { code: named.includes(storeName(storeRef)) ? 'entry' : 'store' }
  }
  // What Git does not tell of an item may be this very entry.
  if (!now.entries.has(entryName(before))) return now.open ? undefined : { code: 'entry' }
  const source = textAt(spec, 'selector', 'secret', 'name')
  const [gone] = (namespaces ?? []).flatMap((namespace) => removed.get(`${namespace}/${source}`) ?? [])
  return gone === undefined ? undefined : { code: 'source', removed: gone }
}

/** A store that is chosen by its name alone. */
function namedStore(ref: Value): string | undefined {
  const name = textAt(ref, 'name') ?? ''
  if (name === '' || textHoles(name).length > 0 || mapAt(ref, 'labelSelector') !== undefined) return undefined
  return storeName({ kind: textAt(ref, 'kind') || 'SecretStore', name })
}

function storeName({ kind, name }: { readonly kind: string; readonly name: string }): string {
  return `${kind}/${name}`
}

/** As ESO notes an entry in the status. */
function entryName({ key, property }: Reference): string {
  return property === undefined ? key : `${key}/${property}`
}

function placeOfChange(
  gone: PushGone,
  reference: Reference,
  before: Manifest,
  push: PushNow | undefined,
  lines: ChangedLines,
): Span {
  switch (gone.code) {
    case 'object':
      return spanNow(before.spanOf(['metadata', 'name']), lines)
    case 'entry':
      return spanNow(reference.span, lines)
    case 'source':
      return gone.removed.span
    case 'store':
      return push === undefined
        ? spanNow(reference.span, lines)
        : push.consumer.manifest.spanOf([...push.consumer.at, 'secretStoreRefs'], 'key')
  }
}

function pushesOf({ links }: Chain): (manifest: Manifest) => PushNow | undefined {
  const byObject = new Map<Manifest, Reference[]>()
  for (const link of links) {
    if (link.reference.operation !== 'push') continue
    for (const manifest of objectsOf(link)) append(byObject, manifest, link.reference)
  }
  const told = new Map<Manifest, PushNow | undefined>()
  return (manifest) => {
    if (!told.has(manifest)) told.set(manifest, pushNow(manifest, byObject.get(manifest) ?? []))
    return told.get(manifest)
  }
}

function pushNow(manifest: Manifest, references: readonly Reference[]): PushNow | undefined {
  const consumer = readConsumer(manifest, { namespaces: new Map(), holesOf: textHoles })
  if (consumer === undefined) return undefined
  const byStore = new Map<string, Reference[]>()
  for (const reference of references)
    if (reference.storeRef !== undefined) append(byStore, storeName(reference.storeRef), reference)
  const through = new Map(
    [...byStore].map(([store, those]) => [
      store,
      {
        entries: new Set(those.map(entryName)),
        open: those.some(({ notChecked, holes }) => notChecked !== undefined || holes.length > 0),
      },
    ]),
  )
  return { consumer, through }
}

/** Who reads and who writes one secret in Vault. */
interface Traffic {
  /** All that read it. */
  readonly readers: Reference[]
  /** By each key of the secret that they read from; `undefined`: the secret as a whole. */
  readonly readersOf: Map<string | undefined, Reference[]>
  readonly writersOf: Map<string | undefined, Reference[]>
}

/** What references of a chain read and write, by place in Vault. */
function trafficOf({ links }: Chain): ReadonlyMap<string, Traffic> {
  const places = new Map<string, Traffic>()
  for (const link of links) {
    const { reference } = link
    const { operation, proposed, skipped, property } = reference
    const place = placeInVault(link)
    if (place === undefined || proposed || skipped !== undefined || !objectsOf(link).some(isLive)) continue
    const known = places.get(place)
    const at: Traffic = known ?? { readers: [], readersOf: new Map(), writersOf: new Map() }
    if (known === undefined) places.set(place, at)
    if (operation === 'push') append(at.writersOf, property, reference)
    else if (operation === 'data' || operation === 'extract') {
      at.readers.push(reference)
      for (const key of keysAbove(property)) append(at.readersOf, key, reference)
    }
  }
  return places
}

/** The keys of a secret that a property may come out of: `a`, `a.b` and `a.b.c` for the last. */
function keysAbove(property: string | undefined): readonly (string | undefined)[] {
  if (property === undefined) return [undefined]
  const parts = property.split('.').slice(0, MAX_DEPTH)
  return [...parts.map((_, i) => parts.slice(0, i + 1).join('.')), property]
}

/** A property of more parts than that is looked for by its first ones, and as a whole. */
const MAX_DEPTH = 8

const NOTHING: Traffic = { readers: [], readersOf: new Map(), writersOf: new Map() }

/** Two stores on one mount with different roles are one place (field.md §6). */
function placeInVault(link: Link): string | undefined {
  const path = dataPathOf(link)
  return path === undefined ? undefined : JSON.stringify([link.store?.server, link.store?.vaultNamespace, path])
}

/** Whether a secret has keys that the change does not delete, as far as references tell. */
function hasOthers({ readersOf, writersOf }: Traffic, deleted: ReadonlySet<string>): boolean {
  const isDeleted = (property: string) => keysAbove(property).some((key) => key !== undefined && deleted.has(key))
  return [...readersOf.keys(), ...writersOf.keys()].some((key) => key !== undefined && !isDeleted(key))
}

function deletedSecret(link: Link, { readers, readersOf, writersOf }: Traffic, othersRemain: boolean): DeletedSecret {
  const { property, push } = link.reference
  const ofProperty = () => [...new Set([...(readersOf.get(property) ?? []), ...(readersOf.get(undefined) ?? [])])]
  return {
    path: dataPathOf(link) ?? '',
    touched: vaultPathsOf(link),
    property,
    othersRemain: property !== undefined && othersRemain,
    rewrittenBy: writersOf.get(property) ?? [],
    readers: property === undefined ? readers : ofProperty(),
    denied: link.accesses.some(
      ({ access, decision }) => access.capability === 'delete' && decision.verdict === 'denied',
    ),
    ifNotExists: push?.updatePolicy === 'IfNotExists',
  }
}

function distinct(secrets: readonly DeletedSecret[]): PushDelete['secrets'] {
  const seen = new Map(secrets.map((secret) => [JSON.stringify([secret.path, secret.property ?? null]), secret]))
  const sorted = [...seen.values()].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0))
  return sorted as unknown as PushDelete['secrets']
}

function append<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key)
  if (list === undefined) map.set(key, [value])
  else list.push(value)
}
