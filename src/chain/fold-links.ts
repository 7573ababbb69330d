import type { Manifest } from '../model/manifest.ts'
import type { Link } from './chain.ts'

/**
 * A base that twenty overlays use is twenty objects in the cluster and one line in Git. References written at one place that
 * come out the same (path, login, decisions) become one link that names the others, so that nobody reads twenty findings for
 * one line (issue: "one finding, not forty"). What an overlay changes stays apart.
 */
export function foldLinks(links: readonly Link[]): Link[] {
  const byOutcome = new Map<string, Link>()
  const places = links.map(placeKey)
  const counts = new Map<string, number>()
  for (const place of places) counts.set(place, (counts.get(place) ?? 0) + 1)
  for (const [index, link] of links.entries()) {
    const place = places[index] as string
    // What stands alone at its place is told apart by it.
    const key = counts.get(place) === 1 ? place : outcomeKey(link)
    const first = byOutcome.get(key)
    byOutcome.set(key, first === undefined ? link : { ...first, also: [...first.also, link.reference.manifest] })
  }
  return [...byOutcome.values()]
}

function placeKey({ reference: { span } }: Link): string {
  return `${span.file}:${span.line}:${span.column}`
}

/** All objects that a link speaks of. */
export function objectsOf({ reference, also }: Link): readonly Manifest[] {
  return [reference.manifest, ...also]
}

function outcomeKey({ reference, store, accesses, secret }: Link): string {
  const { span, identity } = reference
  return JSON.stringify([
    span.file,
    span.line,
    span.column,
    reference.manifest.kind,
    reference.field,
    reference.operation,
    reference.key,
    reference.property,
    reference.version,
    reference.deletionPolicy,
    reference.failsWith,
    reference.notChecked,
    reference.skipped,
    reference.condition.verdict,
    reference.store.found,
    reference.storeRef?.name,
    store === undefined ? undefined : [store.manifest.span.file, store.manifest.span.line, store.namespace],
    identity,
    accesses.map(({ access, decision }) => [access.path, access.capability, decision.verdict, decision.because]),
    secret?.presence,
  ])
}
