import type { Link } from '../../chain/chain.ts'
import type { Manifest } from '../../model/manifest.ts'
import type { Reference } from '../../model/reference.ts'

/** Finds the link that holds a reference's outcome, also where it was folded into the link of another overlay (`Link.also`). */
export function linkIndex(links: readonly Link[]): (reference: Reference) => Link | undefined {
  const own = new Map<Reference, Link>()
  const folded = new Map<Manifest, Map<string, Link>>()
  for (const link of links) {
    own.set(link.reference, link)
    for (const manifest of link.also) {
      const known = folded.get(manifest) ?? new Map<string, Link>()
      known.set(keyOf(link.reference), link)
      folded.set(manifest, known)
    }
  }
  return (reference) => own.get(reference) ?? folded.get(reference.manifest)?.get(keyOf(reference))
}

function keyOf({ field, operation, key, property, version, storeRef, generatorRef, find }: Reference): string {
  return JSON.stringify([field, operation, key, property, version, storeRef?.name, generatorRef?.name, find])
}
