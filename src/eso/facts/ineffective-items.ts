import type { Manifest } from '../../model/manifest.ts'
import type { Span } from '../../model/span.ts'
import type { FieldPath } from '../../model/value.ts'
import { isMap, mapAt, valueAt } from '../field-value.ts'
import { textHoles } from '../holes.ts'
import { orderItems } from '../order.ts'
import { patchOver } from '../patched.ts'
import { readConsumer } from '../predict/consumer.ts'

/** An item of an ExternalSecret that does not do what it seems to. */
export interface IneffectiveItem {
  /**
   * `store-only`: `dataFrom[].sourceRef.storeRef` without extract or find passes the webhook and contributes nothing.
   * `tags-ignored`: a `find` with a `name` does not look at its `tags` (eso.md §3.4).
   * `generator-in-data`: `data[].sourceRef.generatorRef` is not implemented, ESO looks for the SecretStore "" (eso.md §6.2).
   */
  readonly problem: 'store-only' | 'tags-ignored' | 'generator-in-data'
  readonly manifest: Manifest
  readonly field: FieldPath
  readonly span: Span
}

/** Items that the schema allows and that do nothing, or cannot work (eso.md §6.2). */
export function ineffectiveItems(manifests: readonly Manifest[]): readonly IneffectiveItem[] {
  return manifests.flatMap((manifest) => {
    const consumer = readConsumer(manifest, { namespaces: new Map(), holesOf: textHoles })
    if (consumer?.makes !== 'ExternalSecret') return []
    return orderItems(consumer.spec).flatMap(({ list, field, value }): IneffectiveItem[] => {
      const at = [...consumer.at, ...field]
      if (patchOver(manifest, at) !== undefined) return []
      const source = mapAt(value, 'sourceRef')
      if (list === 'data' && mapAt(source, 'generatorRef') !== undefined) {
        const place = [...at, 'sourceRef', 'generatorRef']
        return [{ problem: 'generator-in-data', manifest, field: place, span: manifest.spanOf(place, 'key') }]
      }
      const find = mapAt(value, 'find')
      if (list === 'dataFrom' && mapAt(find, 'name') !== undefined && mapAt(find, 'tags') !== undefined) {
        const place = [...at, 'find', 'tags']
        return [{ problem: 'tags-ignored', manifest, field: place, span: manifest.spanOf(place, 'key') }]
      }
      // What stands beside a null block is another mistake, and has its own finding (field.md §2, W1).
      const reads = ['extract', 'find', 'key', 'path', 'name', 'tags'].some(
        (part) => valueAt(value, [part]) !== undefined,
      )
      if (
        list === 'dataFrom' &&
        isMap(value) &&
        !reads &&
        mapAt(source, 'storeRef') &&
        !mapAt(source, 'generatorRef')
      ) {
        const place = [...at, 'sourceRef', 'storeRef']
        return [{ problem: 'store-only', manifest, field: place, span: manifest.spanOf(place, 'key') }]
      }
      return []
    })
  })
}
