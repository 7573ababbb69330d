import { holeReason, type UnknownStoreReason } from '../../model/reason.ts'
import type { ConditionVerdict } from '../../model/reference.ts'
import type { Span } from '../../model/span.ts'
import type { GeneratorKind, Identity, StoreKind, StoreResolution } from '../../model/store.ts'
import type { FieldPath } from '../../model/value.ts'
import { judgeConditions } from '../conditions.ts'
import { mapAt, textAt } from '../field-value.ts'
import { identityOf } from '../identity.ts'
import { patchOver } from '../patched.ts'
import { alikeInAuth } from '../store-likeness.ts'
import { resolveStore, type StoreIndex } from '../stores.ts'
import type { Consumer } from './consumer.ts'
import type { Context } from './context.ts'

/** One store or generator, as one or more of the consumer's namespaces get it. */
export interface Usage {
  readonly namespaces: readonly string[] | undefined
  readonly store: StoreResolution
  readonly identity: Identity | undefined
  readonly condition: ConditionVerdict
}

export interface StoreRef {
  readonly kind: StoreKind
  readonly name: string
  readonly span: Span
  readonly field: FieldPath
  /** Why the name or kind cannot be told. */
  readonly unknown: UnknownStoreReason | undefined
}

/** A store or generator, as it is asked for. */
interface AnyRef {
  readonly kind: StoreKind | GeneratorKind
  readonly name: string
  /** Why the name or kind cannot be told. */
  readonly unknown: UnknownStoreReason | undefined
}

/** Reads a store reference; an empty or absent kind means SecretStore (eso.md §6.2). `undefined` when it is no map. */
export function readStoreRef(consumer: Consumer, field: FieldPath, context: Context): StoreRef | undefined {
  const ref = mapAt(consumer.manifest.body, ...field)
  if (ref === undefined) return undefined
  const name = textAt(ref, 'name') ?? ''
  const kind = textAt(ref, 'kind') || 'SecretStore'
  return {
    kind: kind === 'ClusterSecretStore' ? 'ClusterSecretStore' : 'SecretStore',
    name,
    span: consumer.manifest.spanOf([...field, 'name'], 'value'),
    field,
    unknown: unknownRef(consumer, field, name, kind, context),
  }
}

function unknownRef(
  consumer: Consumer,
  field: FieldPath,
  name: string,
  kind: string,
  { holesOf }: Context,
): UnknownStoreReason | undefined {
  const hole = holeReason('store-name', [...holesOf(name), ...holesOf(kind)])
  if (hole !== undefined) return hole
  if (kind !== 'SecretStore' && kind !== 'ClusterSecretStore') return { code: 'store-kind-unknown', kind }
  return patchOver(consumer.manifest, field)
}

/**
 * What a store reference leads to in each of the consumer's namespaces. Namespaces that get the same store, identity and
 * verdict stand together, so that a ClusterExternalSecret over many namespaces is one usage where nothing tells them apart.
 */
export function usagesOf(consumer: Consumer, ref: StoreRef, context: Context): readonly Usage[] {
  return usages(consumer, ref, context.stores, context)
}

/** The same for a generator (eso.md §3.5). */
export function generatorUsages(
  consumer: Consumer,
  ref: AnyRef & { readonly kind: GeneratorKind },
  context: Context,
): readonly Usage[] {
  return usages(consumer, ref, context.generators, context)
}

function usages(consumer: Consumer, ref: AnyRef, index: StoreIndex, context: Context): readonly Usage[] {
  // Nearly every consumer lives in one namespace.
  const [only, ...more] = consumer.namespaces ?? [undefined]
  if (more.length === 0 && (only !== undefined || consumer.namespaces === undefined))
    return [usageIn(consumer, ref, index, only, context)]
  const groups = new Map<string, { usage: Usage; namespaces: string[] }>()
  for (const namespace of consumer.namespaces ?? []) {
    const usage = usageIn(consumer, ref, index, namespace, context)
    // A denied verdict names its namespace: what counts for grouping is the verdict alone.
    const key = JSON.stringify([storeKey(usage.store), usage.identity, usage.condition.verdict])
    const group = groups.get(key)
    if (group === undefined) groups.set(key, { usage, namespaces: [namespace] })
    else group.namespaces.push(namespace)
  }
  return [...groups.values()].map(({ usage, namespaces }) => {
    const where = namespaces.length > 0 ? namespaces : undefined
    if (usage.store.found !== 'vault' || namespaces.length < 2) return { ...usage, namespaces: where }
    const condition = conditionOf(usage.store, where, context)
    return { ...usage, namespaces: where, condition }
  })
}

function usageIn(
  consumer: Consumer,
  ref: AnyRef,
  index: StoreIndex,
  namespace: string | undefined,
  context: Context,
): Usage {
  const store: StoreResolution =
    ref.unknown === undefined
      ? resolveStore(index, ref, namespace, consumer.manifest)
      : { found: 'unknown', because: ref.unknown }
  const namespaces = namespace === undefined ? undefined : [namespace]
  if (store.found !== 'vault') return { namespaces, store, identity: undefined, condition: { verdict: 'allowed' } }
  return {
    namespaces,
    store,
    // Copies that log in differently leave it open who logs in.
    identity: alikeInAuth([store.store, ...(store.copies ?? [])]) ? identityOf(store.store, namespace) : undefined,
    condition: conditionOf(store, namespaces, context),
  }
}

/** The verdict that all stores agree on that may be meant. */
function conditionOf(
  { store, copies = [] }: Extract<StoreResolution, { found: 'vault' }>,
  namespaces: readonly string[] | undefined,
  { namespaces: known, holesOf }: Context,
): ConditionVerdict {
  const verdict = judgeConditions(store, namespaces, known, holesOf)
  const other = copies.find((copy) => judgeConditions(copy, namespaces, known, holesOf).verdict !== verdict.verdict)
  if (other === undefined) return verdict
  return {
    verdict: 'unknown',
    because: { code: 'conditions-differ', places: [store.manifest.span, other.manifest.span] },
  }
}

function storeKey(resolution: StoreResolution): string {
  switch (resolution.found) {
    case 'vault':
    case 'foreign':
      return `${resolution.store.kind}/${resolution.store.namespace}/${resolution.store.manifest.origin.file}`
    case 'unknown':
      return `unknown ${JSON.stringify(resolution.because)}`
    case 'duplicate':
      return `duplicate ${resolution.stores.map((store) => store.namespace).join()}`
    case 'absent':
      return 'absent'
  }
}
