import type { FailsWith } from '../../model/eso-failure.ts'
import type { Manifest } from '../../model/manifest.ts'
import { holeReason, type UnknownStoreReason } from '../../model/reason.ts'
import type { Reference, Skipped } from '../../model/reference.ts'
import type { AnyStore, GeneratorKind, VaultStore } from '../../model/store.ts'
import type { FieldPath } from '../../model/value.ts'
import { mapAt, textAt } from '../field-value.ts'
import { GENERATOR_GROUP, groupOf, isGeneratorKind } from '../kinds.ts'
import { patchOver } from '../patched.ts'
import { readVault, wholeNamespace } from '../read-store.ts'
import { indexOf, type StoreIndex } from '../stores.ts'
import type { Consumer } from './consumer.ts'
import type { Context } from './context.ts'
import { generateRequests } from './generate.ts'
import { makeReference, type ReferenceParts, type Through } from './make-reference.ts'
import { generatorUsages } from './usage.ts'

const DYNAMIC = 'VaultDynamicSecret'

/** Generators that Git holds; a ClusterGenerator of another kind than VaultDynamicSecret counts as foreign (eso.md §3.5). */
export function indexGenerators(manifests: readonly Manifest[], holesOf: Context['holesOf']): StoreIndex {
  return indexOf(
    manifests.flatMap((manifest): AnyStore[] => {
      if (isGeneratorKind(manifest, DYNAMIC)) {
        return [readVault(manifest, DYNAMIC, wholeNamespace(manifest, holesOf), holesOf)]
      }
      if (!isGeneratorKind(manifest, 'ClusterGenerator')) return []
      const { name } = manifest
      const kind = textAt(manifest.body, 'spec', 'kind')
      if (kind === DYNAMIC) return [readVault(manifest, 'ClusterGenerator', undefined, holesOf)]
      return [{ kind: 'ClusterGenerator', name, namespace: undefined, manifest, provider: kind }]
    }),
  )
}

/** Where a VaultDynamicSecret's spec stands in its manifest. */
export function dynamicSpecPath(kind: VaultStore['kind']): FieldPath {
  return kind === 'ClusterGenerator' ? ['spec', 'generator', 'vaultDynamicSecretSpec'] : ['spec']
}

/**
 * What a `generatorRef` makes ESO ask of Vault. Nothing for generators of other kinds; a ClusterGenerator that Git does not hold
 * gives a reference with an absent store, as it may be one for Vault.
 */
export function generatorReferences(
  consumer: Consumer,
  field: FieldPath,
  refField: FieldPath,
  context: Context,
  skipped: Skipped | undefined,
): readonly Reference[] {
  const ref = mapAt(consumer.manifest.body, ...refField)
  const kind = textAt(ref, 'kind')
  if (ref === undefined || (kind !== DYNAMIC && kind !== 'ClusterGenerator')) return []
  const name = textAt(ref, 'name') ?? ''
  const span = consumer.manifest.spanOf([...refField, 'name'], 'value')
  const group = groupOf(textAt(ref, 'apiVersion') || `${GENERATOR_GROUP}/v1alpha1`)
  const wrongGroup = group !== GENERATOR_GROUP
  const unknown: UnknownStoreReason | undefined =
    holeReason('generator-name', context.holesOf(name)) ??
    (wrongGroup ? { code: 'generator-group-unknown', known: GENERATOR_GROUP } : patchOver(consumer.manifest, refField))
  return generatorUsages(consumer, { kind, name, unknown }, context).flatMap((usage) => {
    if (usage.store.found === 'foreign') return []
    const says = `generatorRef may only reference the generators group, but got ${group}`
    const failsWith: FailsWith | undefined = wrongGroup ? { code: 'generator-group', group, says } : undefined
    const parts = partsOf(field, span, kind, usage.store.found === 'vault' ? usage.store.store : undefined, failsWith)
    const send = (store: VaultStore) =>
      generateRequests(mapAt(store.manifest.body, ...dynamicSpecPath(store.kind)) ?? {})
    const through: Through = { storeRef: undefined, generatorRef: { kind, name, span }, usage }
    return [makeReference(consumer, parts, through, context, send, skipped)]
  })
}

function partsOf(
  field: FieldPath,
  span: Reference['span'],
  kind: GeneratorKind,
  store: VaultStore | undefined,
  failsWith: FailsWith | undefined,
): ReferenceParts {
  const at = [...dynamicSpecPath(kind), 'path']
  return {
    operation: 'generator',
    field,
    // A finding about the path points into the generator, where the path is written.
    span: store === undefined ? span : store.manifest.spanOf(at, 'value'),
    key: store === undefined ? '' : (textAt(store.manifest.body, ...at) ?? ''),
    failsWith,
  }
}
