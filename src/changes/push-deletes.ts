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
  readonly links: readonly Link[]
}

/**
 * What ESO deletes in Vault once the change is applied: what the base's pushes wrote, and the head's do not write under the same name
 * through a store of the same name (eso.md §3.8). The `deletionPolicy` in force decides: the head's, where the object is still there.
 */
export function pushDeletes({ head, base, lines, counterpart, removedTargets }: PushDeletesInput): PushDelete[] {
  const written = base.links.filter(wasPushed)
  if (written.length === 0) return []
  const pushOf = pushesOf(head)
  const index = indexOf(head)
  const groups = new Map<string, { readonly one: Omit<PushDelete, 'secrets'>; readonly secrets: DeletedSecret[] }>()
  for (const link of written) {
    const { store } = link
    if (store === undefined) continue
    for (const before of objectsOf(link)) {
      const now = isLive(before) ? counterpart(before) : 'unknown'
      if (now === 'unknown') continue
      const push = now === 'gone' ? undefined : pushOf(now)
      const gone = push === undefined ? goneWith(before, link.reference) : whyGone(link.reference, push, removedTargets)
      if (gone === undefined) continue
      const object = now === 'gone' ? before : now
      const { kind, namespace, name, span } = object
      const key = JSON.stringify([kind, namespace, name, span, gone.code, store.kind, store.name])
      const group = groups.get(key)
      const secret = deletedSecret(link, index)
      if (group !== undefined) group.secrets.push(secret)
      else {
        const at = placeOfChange(gone, link.reference, before, push, lines)
        const refreshInterval = textAt(push?.consumer.spec, 'refreshInterval') || '1h0m0s'
        groups.set(key, { one: { object, gone, store, span: at, refreshInterval }, secrets: [secret] })
      }
    }
  }
  return [...groups.values()].map(({ one, secrets }) => ({ ...one, secrets: distinct(secrets) }))
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
  { consumer, links }: PushNow,
  removedTargets: readonly TargetRemoval[],
): PushGone | undefined {
  const { manifest, at, spec, namespaces } = consumer
  const { storeRef } = before
  if (storeRef === undefined || textAt(spec, 'deletionPolicy') !== 'Delete') return undefined
  const fields = ['deletionPolicy', 'secretStoreRefs', 'data', 'dataTo'].map((field) => [...at, field])
  if (patchOver(manifest, ...fields) !== undefined) return undefined
  const isSame = (ref: { readonly kind: string; readonly name: string }) =>
    ref.kind === storeRef.kind && ref.name === storeRef.name
  const through = links
    .map(({ reference }) => reference)
    .filter((reference) => reference.storeRef !== undefined && isSame(reference.storeRef))
  if (through.length === 0) {
    const named = listAt(spec, 'secretStoreRefs').map(namedStore)
    // Without any store ESO does nothing at all; what labels choose, or a variable, may be this store.
    if (named.length === 0 || named.includes(undefined)) return undefined
    return { code: named.some((ref) => ref !== undefined && isSame(ref)) ? 'entry' : 'store' }
  }
  const entry = entryName(before)
  if (!through.some((reference) => entryName(reference) === entry)) {
    // What Git does not tell of an item may be this very entry.
    const open = through.some(({ notChecked, holes }) => notChecked !== undefined || holes.length > 0)
    return open ? undefined : { code: 'entry' }
  }
  const source = textAt(spec, 'selector', 'secret', 'name')
  const removed = removedTargets.find(
    ({ how, namespace, name }) => how !== 'kept' && name === source && namespaces?.includes(namespace) === true,
  )
  if (removed === undefined) return undefined
  return { code: 'source', removed }
}

/** A store that is chosen by its name alone. */
function namedStore(ref: Value): { readonly kind: string; readonly name: string } | undefined {
  const name = textAt(ref, 'name') ?? ''
  if (name === '' || textHoles(name).length > 0 || mapAt(ref, 'labelSelector') !== undefined) return undefined
  return { kind: textAt(ref, 'kind') || 'SecretStore', name }
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
  const byObject = new Map<Manifest, Link[]>()
  for (const link of links) {
    if (link.reference.operation !== 'push') continue
    for (const manifest of objectsOf(link)) append(byObject, manifest, link)
  }
  return (manifest) => {
    const consumer = readConsumer(manifest, { namespaces: new Map(), holesOf: textHoles })
    return consumer === undefined ? undefined : { consumer, links: byObject.get(manifest) ?? [] }
  }
}

/** Who reads and who writes what is in Vault, by its place there. */
interface Index {
  readonly readers: ReadonlyMap<string, readonly Link[]>
  readonly writers: ReadonlyMap<string, readonly Link[]>
}

function indexOf({ links }: Chain): Index {
  const readers = new Map<string, Link[]>()
  const writers = new Map<string, Link[]>()
  for (const link of links) {
    const { operation, proposed, skipped } = link.reference
    const place = placeInVault(link)
    if (place === undefined || proposed || skipped !== undefined || !objectsOf(link).some(isLive)) continue
    if (operation === 'push') append(writers, place, link)
    else if (operation === 'data' || operation === 'extract') append(readers, place, link)
  }
  return { readers, writers }
}

/** Two stores on one mount with different roles are one place (field.md §6). */
function placeInVault(link: Link): string | undefined {
  const path = dataPathOf(link)
  return path === undefined ? undefined : JSON.stringify([link.store?.server, link.store?.vaultNamespace, path])
}

function deletedSecret(link: Link, { readers, writers }: Index): DeletedSecret {
  const { property, push } = link.reference
  const place = placeInVault(link) ?? ''
  const written = writers.get(place) ?? []
  const read = readers.get(place) ?? []
  const isOther = ({ reference }: Link) =>
    property !== undefined && reference.property !== undefined && !reads(reference.property, property)
  return {
    path: dataPathOf(link) ?? '',
    touched: vaultPathsOf(link),
    property,
    othersRemain: [...written, ...read].some(isOther),
    rewrittenBy: written.map(({ reference }) => reference).filter((one) => one.property === property),
    readers: read.filter((one) => !isOther(one)).map(({ reference }) => reference),
    denied: link.accesses.some(
      ({ access, decision }) => access.capability === 'delete' && decision.verdict === 'denied',
    ),
    ifNotExists: push?.updatePolicy === 'IfNotExists',
  }
}

/** Whether a property comes out of this key of the secret: the key itself, or something below it. */
function reads(property: string, key: string): boolean {
  return property === key || property.startsWith(`${key}.`)
}

function distinct(secrets: readonly DeletedSecret[]): PushDelete['secrets'] {
  const seen = new Map(secrets.map((secret) => [JSON.stringify([secret.path, secret.property ?? null]), secret]))
  const sorted = [...seen.values()].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0))
  return sorted as unknown as PushDelete['secrets']
}

function append<K>(map: Map<K, Link[]>, key: K, link: Link): void {
  const list = map.get(key)
  if (list === undefined) map.set(key, [link])
  else list.push(link)
}
