import type { Manifest } from '../../model/manifest.ts'
import { mapAt, textAt } from '../field-value.ts'
import { isCoreKind } from '../kinds.ts'
import { labelsOf, namespaceLabels } from '../labels.ts'
import { patchOver } from '../patched.ts'
import { type Consumer, readConsumer } from '../predict/consumer.ts'
import { producedKeys } from '../template/produced-keys.ts'
import { secretKeys } from '../template/secret-keys.ts'

type HolesOf = (text: string) => readonly string[]

/** A Secret that something in Git makes. */
export interface ProducedSecret {
  /** `undefined`: Git does not tell, or the namespaces of a ClusterExternalSecret. */
  readonly namespace: string | undefined
  readonly name: string
  readonly by: Manifest
  /** All of its keys; `undefined` when Git does not tell them all (extract, find, template functions, another writer). */
  readonly keys: readonly string[] | undefined
}

/** The Secrets that ExternalSecrets and plain Secrets in Git make, one for each maker and namespace. */
export function producedSecrets(manifests: readonly Manifest[], holesOf: HolesOf): readonly ProducedSecret[] {
  const namespaces = namespaceLabels(manifests, holesOf)
  return manifests.flatMap((manifest): ProducedSecret[] => {
    if (isCoreKind(manifest, 'Secret')) {
      const { namespace, name } = manifest
      // The control plane fills in a ServiceAccount's token.
      const isFilled = textAt(manifest.body, 'type') === 'kubernetes.io/service-account-token'
      const whole =
        !isFilled && labelsOf(manifest, holesOf).complete && patchOver(manifest, ['data'], ['stringData']) === undefined
      return [{ namespace, name, by: manifest, keys: whole ? writtenKeys(manifest) : undefined }]
    }
    const consumer = readConsumer(manifest, { namespaces, holesOf })
    if (consumer?.makes !== 'ExternalSecret') return []
    const name = targetName(consumer)
    if (holesOf(name).length > 0) return []
    const keys = patchOver(manifest, consumer.at) === undefined ? allKeys(manifest) : undefined
    return (consumer.namespaces ?? [undefined]).map((namespace) => ({ namespace, name, by: manifest, keys }))
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
  let produced: readonly ProducedSecret[] | undefined
  return (namespace: string | undefined, name: string): readonly string[] | undefined => {
    produced ??= producedSecrets(manifests, holesOf)
    const makers = produced.filter((secret) => secret.name === name && secret.namespace === namespace)
    return makers.length === 1 ? makers[0]?.keys : undefined
  }
}

function writtenKeys(manifest: Manifest): readonly string[] {
  const data = Object.keys(mapAt(manifest.body, 'data') ?? {})
  return [...new Set([...data, ...Object.keys(mapAt(manifest.body, 'stringData') ?? {})])]
}

function allKeys(manifest: Manifest): readonly string[] | undefined {
  const keys = producedKeys(manifest, secretKeys(manifest))
  return keys.open ? undefined : [...keys.known]
}
