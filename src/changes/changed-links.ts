import type { Chain, Link } from '../chain/chain.ts'
import { objectsOf } from '../chain/fold-links.ts'
import { type ChangedLines, linesOfSpan } from './changed-lines.ts'
import { signatures } from './signatures.ts'

/**
 * The references of the head that a change concerns: their own lines were touched, or they come to something else than before
 * because a patch, a variable, a namespace, the store, the role or a policy did. Whatever changed, the reference is judged anew.
 */
export function changedLinks(head: Chain, base: Chain, lines: ChangedLines): ReadonlySet<Link> {
  const sign = signatures(base)
  const before = new Set(base.links.flatMap((link) => objectsOf(link).map((manifest) => sign(link, manifest))))
  const signNow = signatures(head)
  return new Set(
    head.links.filter(
      (link) => isTouchedLink(link, lines) || objectsOf(link).some((manifest) => !before.has(signNow(link, manifest))),
    ),
  )
}

/** Whether a line of the reference's own was touched. */
export function isTouchedLink({ reference }: Link, lines: ChangedLines): boolean {
  const { manifest, field, span, propertySpan, storeRef, generatorRef } = reference
  // A field taken out at an item's end leaves no line of the item's own.
  if (lines.touches(linesOfSpan(manifest.spanOf(field)), true)) return true
  const own = [span, propertySpan, storeRef?.span, generatorRef?.span].flatMap((one) => one ?? [])
  // What a chart makes also stands where its values do, and the other way round (helm.md §5.2 step 6).
  const made = own.flatMap((one) => (manifest.relatedTo?.(one) ?? []).map((place) => place.span))
  return [...own, ...made].some((one) => lines.touches(linesOfSpan(one)))
}
