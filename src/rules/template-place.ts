import type { Manifest } from '../model/manifest.ts'
import type { FieldPath } from '../model/value.ts'

/** Where an object of ESO's holds the template of its Secret, whether it has one or not. */
export function templatePath({ kind }: Manifest): FieldPath {
  return kind === 'ClusterExternalSecret'
    ? ['spec', 'externalSecretSpec', 'target', 'template']
    : ['spec', 'target', 'template']
}
