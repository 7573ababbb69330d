import type { Manifest } from '../model/manifest.ts'
import { nameField } from '../model/wording.ts'
import type { Link } from './chain.ts'
import { objectsOf } from './fold-links.ts'

const indexes = new WeakMap<readonly Link[], ReadonlyMap<Manifest, ReadonlyMap<string, Link>>>()

/** The links of each object by the field that makes them (`spec.data[0]`); what stands where ESO does not read it has none. */
export function linksByField(links: readonly Link[]): ReadonlyMap<Manifest, ReadonlyMap<string, Link>> {
  const known = indexes.get(links)
  if (known !== undefined) return known
  const index = new Map<Manifest, Map<string, Link>>()
  for (const link of links) {
    if (link.reference.proposed) continue
    for (const object of objectsOf(link)) {
      const fields = index.get(object) ?? new Map<string, Link>()
      index.set(object, fields)
      const field = nameField(link.reference.field)
      if (!fields.has(field)) fields.set(field, link)
    }
  }
  indexes.set(links, index)
  return index
}
