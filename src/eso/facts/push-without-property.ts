import type { Reference } from '../../model/reference.ts'

/**
 * Pushes of one key without a property: the value must be a JSON object, and becomes the whole secret (eso.md §3.6). One for each
 * entry, however many stores it goes to. A whole-secret push (no `secretKey`) is fine, and so is `dataTo` with `remoteKey`.
 */
export function pushesWithoutProperty(references: readonly Reference[]): readonly Reference[] {
  const seen = new Map<Reference['manifest'], Set<string>>()
  return references.filter((reference) => {
    const { operation, push, property, manifest, field, notChecked, failsWith } = reference
    if (operation !== 'push' || push?.secretKey === undefined || property !== undefined) return false
    // A patch may bring the property; an entry that fails anyway says so elsewhere.
    if (
      reference.store.found === 'foreign' ||
      failsWith !== undefined ||
      (notChecked?.code === 'patched' && notChecked.of === undefined)
    )
      return false
    const entries = seen.get(manifest) ?? new Set()
    seen.set(manifest, entries)
    const entry = JSON.stringify([field, push.secretKey])
    if (entries.has(entry)) return false
    entries.add(entry)
    return true
  })
}
