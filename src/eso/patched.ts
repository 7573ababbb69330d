import type { Manifest } from '../model/manifest.ts'
import type { PatchReason } from '../model/reason.ts'
import type { FieldPath } from '../model/value.ts'

/**
 * Why the fields at or under `paths` may not be what reaches the cluster: a patch that could not be applied here sets one of
 * them, something above or something below; or a chart makes them of values that Git does not hold. `undefined` when no patch does.
 */
export function patchOver(manifest: Manifest, ...paths: readonly FieldPath[]): PatchReason | undefined {
  if (manifest.patched.length === 0) return undefined
  const patch = manifest.patched.find((patched) => paths.some((path) => overlap(patched.path, path)))
  return patch === undefined ? undefined : (patch.because ?? { code: 'patched', place: patch.span })
}

function overlap(one: FieldPath, other: FieldPath): boolean {
  const shared = Math.min(one.length, other.length)
  for (let i = 0; i < shared; i++) if (one[i] !== other[i]) return false
  return true
}
