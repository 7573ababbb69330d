import type { Manifest } from '../../model/manifest.ts'
import { mapAt, textAt } from '../field-value.ts'
import { isCoreKind } from '../kinds.ts'
import { labelsOf, namespaceLabels } from '../labels.ts'
import { patchOver } from '../patched.ts'
import { type Consumer, readConsumer } from '../predict/consumer.ts'
import { producedKeys } from '../template/produced-keys.ts'
import { type KeyLookups, type SecretKeys, secretKeys } from '../template/secret-keys.ts'

type HolesOf = (text: string) => readonly string[]

/** What ESO does with the Secret of an ExternalSecret; `plain`: the Secret itself stands in Git. */
export type Creation = 'Owner' | 'Orphan' | 'Merge' | 'CreateOrMerge' | 'None' | 'plain'

/** A Secret that something in Git makes, or writes into. */
export interface ProducedSecret {
  /** `undefined`: Git does not tell, or the namespaces of a ClusterExternalSecret. */
  readonly namespace: string | undefined
  readonly name: string
  readonly by: Manifest
  /** What it certainly puts into the Secret, and whether there may be more. */
  readonly keys: SecretKeys
  /** `None` makes no Secret, `Merge` writes only into one that is there (eso.md §6.2). */
  readonly creation: Creation
  /** Its type, where Git says one: `kubernetes.io/dockerconfigjson`. */
  readonly type: string | undefined
}

/** The Secrets that ExternalSecrets and plain Secrets in Git make, one for each maker and namespace. */
export function producedSecrets(
  manifests: readonly Manifest[],
  holesOf: HolesOf,
  lookupsOf: (manifest: Manifest) => KeyLookups = () => ({}),
): readonly ProducedSecret[] {
  const namespaces = namespaceLabels(manifests, holesOf)
  return manifests.flatMap((manifest): ProducedSecret[] => {
    if (isCoreKind(manifest, 'Secret')) {
      const { namespace, name } = manifest
      const type = textAt(manifest.body, 'type')
      return [{ namespace, name, by: manifest, keys: writtenKeys(manifest, holesOf), creation: 'plain', type }]
    }
    const consumer = readConsumer(manifest, { namespaces, holesOf })
    if (consumer?.makes !== 'ExternalSecret') return []
    const name = targetName(consumer)
    if (holesOf(name).length > 0) return []
    const made = {
      name,
      by: manifest,
      keys: keysOf(manifest, consumer, lookupsOf(manifest)),
      creation: creationOf(consumer),
      type: textAt(consumer.spec, 'target', 'template', 'type'),
    }
    return (consumer.namespaces ?? [undefined]).map((namespace) => ({ ...made, namespace }))
  })
}

/** Name of the Secret that an ExternalSecret makes: its target's, else its own (eso.md §6.2, §6.5). */
export function targetName(consumer: Consumer): string {
  const given = textAt(consumer.spec, 'target', 'name')
  if (given) return given
  return textAt(consumer.manifest.body, 'spec', 'externalSecretName') || consumer.manifest.name
}

/** Looks up keys by namespace and name; several makers of one Secret make its keys unknown. */
export function keysOfSecrets(manifests: readonly Manifest[], holesOf: HolesOf) {
  let produced: ReadonlyMap<string, readonly ProducedSecret[]> | undefined
  return (namespace: string | undefined, name: string): readonly string[] | undefined => {
    produced ??= Map.groupBy(producedSecrets(manifests, holesOf), (secret) => secret.name)
    const makers = (produced.get(name) ?? []).filter(
      (secret) => secret.namespace === namespace && secret.creation !== 'None',
    )
    return makers.length === 1 && makers[0] !== undefined ? allKeys(makers[0].keys) : undefined
  }
}

/** All keys of a set that is told in whole. */
export function allKeys({ known, open }: SecretKeys): readonly string[] | undefined {
  return open ? undefined : [...known]
}

function creationOf({ spec }: Consumer): Creation {
  const given = textAt(spec, 'target', 'creationPolicy')
  return given === 'Orphan' || given === 'Merge' || given === 'CreateOrMerge' || given === 'None' ? given : 'Owner'
}

function keysOf(manifest: Manifest, consumer: Consumer, lookups: KeyLookups): SecretKeys {
  const keys = producedKeys(manifest, secretKeys(manifest, lookups))
  return patchOver(manifest, consumer.at) === undefined ? keys : { ...keys, open: true, because: 'a patch changes it' }
}

function writtenKeys(manifest: Manifest, holesOf: HolesOf): SecretKeys {
  const known = new Set(['data', 'stringData'].flatMap((field) => Object.keys(mapAt(manifest.body, field) ?? {})))
  const open = (because: string): SecretKeys => ({ known, open: true, because })
  // The control plane fills in a ServiceAccount's token.
  if (textAt(manifest.body, 'type') === 'kubernetes.io/service-account-token')
    return open('the control plane fills it in')
  if (patchOver(manifest, ['data'], ['stringData']) !== undefined) return open('a patch changes its data')
  if (!labelsOf(manifest, holesOf).complete) return open('its labels are not known')
  return { known, open: false, because: 'all its keys are written in Git' }
}
