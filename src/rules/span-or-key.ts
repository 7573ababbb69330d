import { valueAt } from '../eso/field-value.ts'
import type { Manifest } from '../model/manifest.ts'
import type { Span } from '../model/span.ts'
import type { FieldPath } from '../model/value.ts'

/** Where a field is written; for one that is left to its default, the key of the block that it would stand in. */
export function spanOrKey(manifest: Manifest, path: FieldPath): Span {
  for (let length = path.length; length > 0; length--) {
    const part = path.slice(0, length)
    if (valueAt(manifest.body, part) !== undefined)
      return manifest.spanOf(part, length === path.length ? 'value' : 'key')
  }
  return manifest.spanOf([])
}
