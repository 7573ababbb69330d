import type { FailsWith } from '../../model/eso-failure.ts'
import type { FieldPath, Value } from '../../model/value.ts'
import { listAt, mapAt, textAt, valueAt } from '../field-value.ts'
import { type Answer, labelsOf, selects } from '../labels.ts'
import type { Consumer } from './consumer.ts'
import type { Context } from './context.ts'
import { readStoreRef, type StoreRef, type Usage, usagesOf } from './usage.ts'

/** One store that a PushSecret writes to. */
export interface Target {
  readonly ref: StoreRef
  readonly usage: Usage
  readonly failsWith: FailsWith | undefined
}

/** The stores of `secretStoreRefs[]`: by name, or all that a `labelSelector` selects, which wins over the name (eso.md §6.6). */
export function pushTargets(consumer: Consumer, context: Context): readonly Target[] {
  return listAt(consumer.spec, 'secretStoreRefs').flatMap((item, i): readonly Target[] => {
    const field = [...consumer.at, 'secretStoreRefs', i]
    const ref = readStoreRef(consumer, field, context)
    if (ref === undefined) return []
    const selector = mapAt(item, 'labelSelector')
    if (selector !== undefined) return selectedTargets(consumer, ref, selector, field, context)
    const failsWith: FailsWith | undefined =
      ref.name === '' ? { code: 'push-store-unnamed', says: 'refStore Name must be provided' } : undefined
    return usagesOf(consumer, ref, context).map((usage) => ({ ref, usage, failsWith }))
  })
}

/** A selector that matches no store does nothing and says nothing; stores outside Git may match it (eso.md §6.6). */
function selectedTargets(
  consumer: Consumer,
  ref: StoreRef,
  selector: Value,
  field: FieldPath,
  context: Context,
): readonly Target[] {
  const span = consumer.manifest.spanOf([...field, 'labelSelector'], 'key')
  const names = new Set(
    context.stores.all
      .filter((store) => store.kind === ref.kind)
      .filter((store) => selects(selector, labelsOf(store.manifest, context.holesOf), context.holesOf) === 'yes')
      .map((store) => store.name),
  )
  const targets = [...names].flatMap((name): Target[] => {
    const named = { ...ref, name, span }
    return usagesOf(consumer, named, context)
      .filter(({ store }) => store.found !== 'absent')
      .map((usage) => ({ ref: named, usage, failsWith: undefined }))
  })
  if (targets.length > 0) return targets
  const unknown = { code: 'no-store-selected' } as const
  return usagesOf(consumer, { ...ref, span, unknown }, context).map((usage) => ({
    ref: { ...ref, span, unknown },
    usage,
    failsWith: undefined,
  }))
}

/**
 * The targets that a `dataTo[]` item writes to, or why it fails. A name must stand in `secretStoreRefs` by name, even where labels
 * choose that very store there; a selector counts only without a name, and only among stores of its kind (eso.md §6.6).
 */
export function dataToTargets(
  consumer: Consumer,
  index: number,
  targets: readonly Target[],
  context: Context,
): { readonly targets: readonly Target[]; readonly failsWith: FailsWith | undefined } {
  const ref = valueAt(listAt(consumer.spec, 'dataTo')[index], ['storeRef'])
  const selector = mapAt(ref, 'labelSelector')
  const name = textAt(ref, 'name') ?? ''
  const kind = textAt(ref, 'kind') || 'SecretStore'
  if (name !== '') {
    const listed = listAt(consumer.spec, 'secretStoreRefs').some(
      (one) => textAt(one, 'name') === name && (textAt(one, 'kind') || 'SecretStore') === kind,
    )
    const says = `dataTo[${index}]: storeRef "${name}" not found in secretStoreRefs`
    return {
      targets: listed ? targets.filter((target) => target.ref.name === name && target.ref.kind === kind) : [],
      failsWith: listed ? undefined : { code: 'push-store-not-listed', index, says },
    }
  }
  if (selector === undefined) {
    const says = 'storeRef must specify either name or labelSelector'
    return { targets: [], failsWith: { code: 'push-store-not-chosen', index, says } }
  }
  const chosen = targets.filter(
    (target) => target.ref.kind === kind && selectsTarget(selector, target, context) !== 'no',
  )
  const says = `dataTo[${index}]: labelSelector does not match any store in secretStoreRefs`
  return {
    targets: chosen,
    failsWith: chosen.length > 0 ? undefined : { code: 'push-labels-match-none', index, says },
  }
}

function selectsTarget(selector: Value, { usage }: Target, { holesOf }: Context): Answer {
  const { store } = usage
  if (store.found !== 'vault' && store.found !== 'foreign') return 'unknown'
  return selects(selector, labelsOf(store.store.manifest, holesOf), holesOf)
}
