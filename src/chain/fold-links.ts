import type { Manifest } from '../model/manifest.ts'
import type { Link } from './chain.ts'

/**
 * A base that twenty overlays use is twenty objects in the cluster and one line in Git. References written at one place that
 * come out the same (path, login, decisions) become one link that names the others, so that nobody reads twenty findings for
 * one line (issue: "one finding, not forty"). What an overlay changes stays apart.
 */
export function foldLinks(links: readonly Link[]): Link[] {
  const byOutcome = new Map<string, Link>()
  for (const link of links) {
    const key = outcomeKey(link)
    const first = byOutcome.get(key)
    byOutcome.set(key, first === undefined ? link : { ...first, also: [...first.also, link.reference.manifest] })
  }
  return [...byOutcome.values()]
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
