import { mapAt, textAt, valueAt } from '../eso/field-value.ts'
import { secretSpec } from '../eso/template/template-fields.ts'
import type { Manifest } from '../model/manifest.ts'
import type { FieldPath } from '../model/value.ts'

/** Why ESO does not look at an ExternalSecret again once it was written, whatever changes in its spec (consumers.md §3.8). */
export interface Frozen {
  readonly by: 'interval' | 'created-once' | 'immutable'
  readonly field: FieldPath
}

export function frozenBy(manifest: Manifest): Frozen | undefined {
  const found = secretSpec(manifest)
  if (found === undefined || !manifest.kind.endsWith('ExternalSecret')) return undefined
  const { spec, path } = found
  if (valueAt(mapAt(spec, 'target'), ['immutable']) === true)
    return { by: 'immutable', field: [...path, 'target', 'immutable'] }
  const policy = textAt(spec, 'refreshPolicy')
  if (policy === 'CreatedOnce') return { by: 'created-once', field: [...path, 'refreshPolicy'] }
  if (policy === 'OnChange') return undefined
  const interval = textAt(spec, 'refreshInterval')
  return interval !== undefined && /^(?:-|\+?(?:0+(?:\.0*)?(?:ns|us|µs|ms|s|m|h)?)+$)/.test(interval)
    ? { by: 'interval', field: [...path, 'refreshInterval'] }
    : undefined
}
