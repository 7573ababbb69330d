import type { Manifest } from '../model/manifest.ts'

const ESO_GROUP = 'external-secrets.io'
const GENERATOR_GROUP = 'generators.external-secrets.io'

/** API group of a manifest, `''` for the core group. */
export function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/')
  return slash < 0 ? '' : apiVersion.slice(0, slash)
}

/** Whether a manifest is one of ESO's own kind `kind`, in whatever version. */
export function isEsoKind(manifest: Manifest, ...kinds: readonly string[]): boolean {
  return groupOf(manifest.apiVersion) === ESO_GROUP && kinds.includes(manifest.kind)
}

/** Whether a manifest is a generator of kind `kind`. */
export function isGeneratorKind(manifest: Manifest, ...kinds: readonly string[]): boolean {
  return groupOf(manifest.apiVersion) === GENERATOR_GROUP && kinds.includes(manifest.kind)
}

/** Whether a manifest is a core Kubernetes object of kind `kind`. */
export function isCoreKind(manifest: Manifest, kind: string): boolean {
  return manifest.apiVersion === 'v1' && manifest.kind === kind
}

export { GENERATOR_GROUP }
