import type { Manifest } from '../../model/manifest.ts'
import type { Span } from '../../model/span.ts'
import { listAt, textAt } from '../field-value.ts'
import { textHoles } from '../holes.ts'
import { readConsumer } from '../predict/consumer.ts'

/** A PushSecret that names stores of both kinds: ESO may look for the SecretStore without a namespace, at random (eso.md §6.6). */
export interface MixedStoreKinds {
  readonly manifest: Manifest
  /** The list of stores. */
  readonly span: Span
}

/** PushSecrets that hit ESO's defect with mixed kinds of stores. */
export function mixedStoreKinds(manifests: readonly Manifest[]): readonly MixedStoreKinds[] {
  return manifests.flatMap((manifest): MixedStoreKinds[] => {
    const consumer = readConsumer(manifest, { namespaces: new Map(), holesOf: textHoles })
    if (consumer?.makes !== 'PushSecret') return []
    const kinds = listAt(consumer.spec, 'secretStoreRefs').map((ref) => textAt(ref, 'kind') || 'SecretStore')
    return kinds.includes('SecretStore') && kinds.includes('ClusterSecretStore')
      ? [{ manifest, span: manifest.spanOf([...consumer.at, 'secretStoreRefs'], 'key') }]
      : []
  })
}
