import type { PushEntry, Reference } from '../../model/reference.ts'
import { listAt, mapAt, textAt } from '../field-value.ts'
import type { Consumer } from './consumer.ts'
import type { Context } from './context.ts'
import { generatorReferences } from './generator-ref.ts'
import { makeReference, type ReferenceParts } from './make-reference.ts'
import { pushRequests } from './push.ts'
import { dataEntries, dataToEntries, type Entry, withConflicts } from './push-entries.ts'
import { dataToTargets, pushTargets, type Target } from './push-targets.ts'
import { skippedBy } from './skipped.ts'

/**
 * Everything that a PushSecret, or the one in a ClusterPushSecret, makes ESO ask of Vault: its generator first, then every entry
 * to every store. The order of the stores is random in ESO; here it is that of the manifest (eso.md §6.6).
 */
export function pushSecretReferences(consumer: Consumer, context: Context): readonly Reference[] {
  const generatorField = [...consumer.at, 'selector', 'generatorRef']
  const generated = generatorReferences(consumer, generatorField, generatorField, context, undefined)
  const targets = pushTargets(consumer, context)
  const expanded = dataToEntries(consumer, sourceKeysOf(consumer, context), context)
  const failed = failedDataTo(consumer, targets, expanded, context)
  const pushed = targets.flatMap((target) =>
    withConflicts([
      ...expanded.filter((entry) =>
        dataToTargets(consumer, entry.dataTo ?? 0, targets, context).targets.includes(target),
      ),
      ...dataEntries(consumer),
    ]).map((entry) => pushReference(consumer, entry, target, context)),
  )
  return [...generated, ...failed, ...pushed]
}

function pushReference(consumer: Consumer, entry: Entry, target: Target, context: Context): Reference {
  const push: PushEntry = {
    secretKey: entry.secretKey,
    updatePolicy: textAt(consumer.spec, 'updatePolicy') === 'IfNotExists' ? 'IfNotExists' : 'Replace',
    deletionPolicy: textAt(consumer.spec, 'deletionPolicy') === 'Delete' ? 'Delete' : 'None',
  }
  const parts: ReferenceParts = {
    operation: 'push',
    field: entry.field,
    span: entry.span,
    key: entry.remoteKey,
    property: entry.property,
    propertySpan: entry.propertySpan,
    push,
    failsWith: entry.failsWith ?? target.failsWith,
    unknown: entry.unknown,
  }
  // An unmanaged store is left out by itself: the others are still written to (eso.md §6.6).
  const skipped = skippedBy([target.usage.store], context)
  const through = { storeRef: target.ref, usage: target.usage }
  const send = (store: Parameters<typeof pushRequests>[0]) => pushRequests(store, entry.remoteKey, entry.property, push)
  return makeReference(consumer, parts, through, context, send, skipped)
}

/** A `dataTo[]` item whose `storeRef` chooses no store: one reference that says how ESO fails. */
function failedDataTo(
  consumer: Consumer,
  targets: readonly Target[],
  entries: readonly Entry[],
  context: Context,
): readonly Reference[] {
  return listAt(consumer.spec, 'dataTo').flatMap((_, i) => {
    const { failsWith } = dataToTargets(consumer, i, targets, context)
    const entry = entries.find(({ dataTo }) => dataTo === i)
    const [target] = targets
    if (failsWith === undefined || entry === undefined || target === undefined) return []
    const usage = {
      ...target.usage,
      store: { found: 'unknown', because: { code: 'eso-fails', failsWith } } as const,
      identity: undefined,
    }
    return [pushReference(consumer, { ...entry, failsWith }, { ...target, usage }, context)]
  })
}

/** Keys of the Secret that is pushed: those Git tells, and those the PushSecret's own template adds (eso.md §6.6). */
function sourceKeysOf(consumer: Consumer, context: Context): readonly string[] | undefined {
  const name = textAt(consumer.spec, 'selector', 'secret', 'name')
  if (name === undefined || context.holesOf(name).length > 0) return undefined
  const own = consumer.namespaces ?? [undefined]
  if (own.length !== 1 || listAt(consumer.spec, 'template', 'templateFrom').length > 0) return undefined
  const keys = context.sourceKeys(own[0], name)
  const added = Object.keys(mapAt(consumer.spec, 'template', 'data') ?? {})
  return keys === undefined ? undefined : [...new Set([...keys, ...added])]
}
