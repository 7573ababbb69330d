import type { Reference } from '../../model/reference.ts'
import { textAt } from '../field-value.ts'
import { textHoles } from '../holes.ts'
import { type Consumer, readConsumer } from '../predict/consumer.ts'
import { targetName } from './produced-secrets.ts'

/** A PushSecret and ExternalSecrets on one Vault path. */
export interface PushLoop {
  /** ACL path of the data. */
  readonly path: string
  readonly push: Reference
  readonly reads: readonly Reference[]
  /**
   * The Secret that is pushed is the one that the ExternalSecrets make: a value goes round and round. Otherwise the one seeds what
   * the other reads, which is a common and sound arrangement.
   */
  readonly closed: boolean
}

/** Vault paths that are both read and pushed to, with whether that closes a loop (field.md §5.14). */
export function pushLoops(references: readonly Reference[]): readonly PushLoop[] {
  const reads = new Map<string, Reference[]>()
  for (const reference of references) {
    if (reference.operation !== 'data' && reference.operation !== 'extract') continue
    const place = placeOf(reference)
    if (place !== undefined) reads.set(place, [...(reads.get(place) ?? []), reference])
  }
  return references.flatMap((push): PushLoop[] => {
    if (push.operation !== 'push') return []
    const place = placeOf(push)
    const readers = place === undefined ? [] : (reads.get(place) ?? [])
    if (readers.length === 0) return []
    const path = dataPathOf(push) ?? ''
    const closing = readers.filter((read) => feeds(read, push))
    return closing.length > 0
      ? [{ path, push, reads: closing, closed: true }]
      : [{ path, push, reads: readers, closed: false }]
  })
}

/** Two stores on one mount with different roles are one place (field.md §6). */
function placeOf(reference: Reference): string | undefined {
  const path = dataPathOf(reference)
  if (path === undefined || reference.proposed || reference.store.found !== 'vault') return undefined
  const { server, vaultNamespace } = reference.store.store
  return JSON.stringify([server, vaultNamespace, path])
}

function dataPathOf({ accesses, operation }: Reference): string | undefined {
  const wanted = operation === 'push' ? 'update' : 'read'
  return (
    accesses.find(({ side, capability }) => side === 'data' && capability === wanted)?.path ??
    accesses.find(({ side }) => side === 'data')?.path
  )
}

function feeds(read: Reference, push: Reference): boolean {
  const reader = consumerOf(read)
  const pusher = consumerOf(push)
  const source = textAt(pusher?.spec, 'selector', 'secret', 'name')
  if (reader === undefined || source === undefined || targetName(reader) !== source) return false
  if (read.namespaces === undefined || push.namespaces === undefined) {
    return read.namespaces === push.namespaces && folder(read) === folder(push)
  }
  return read.namespaces.some((namespace) => push.namespaces?.includes(namespace))
}

function folder({ manifest }: Reference): string {
  return manifest.origin.file.slice(0, Math.max(0, manifest.origin.file.lastIndexOf('/')))
}

function consumerOf({ manifest }: Reference): Consumer | undefined {
  return readConsumer(manifest, { namespaces: new Map(), holesOf: textHoles })
}
