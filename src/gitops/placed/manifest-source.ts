import type { YamlDocument } from '../../files/yaml/yaml-document.ts'
import type { Manifest } from '../../model/manifest.ts'
import { type FieldPath, isMap, type Value, at as valueAt } from '../../model/value.ts'
import { locate } from './locate.ts'
import { type Placed, placed, withoutEntry } from './placed.ts'

/** Finds the manifest of Git that a finished one came from: same kind and name, then same namespace, then most values in common. */
export function manifestSources(manifests: readonly Manifest[]): (body: Value) => Placed | undefined {
  const byName = new Map<string, Manifest[]>()
  for (const manifest of manifests) {
    const key = `${manifest.kind}\0${manifest.name}`
    byName.set(key, [...(byName.get(key) ?? []), manifest])
  }
  const nodes = new Map<Manifest, Placed>()
  const nodeOf = (manifest: Manifest): Placed => {
    let node = nodes.get(manifest)
    if (node === undefined) {
      node = writtenNode(manifest)
      nodes.set(manifest, node)
    }
    return node
  }
  return (body) => {
    if (!isMap(body)) return undefined
    const named = byName.get(`${String(body.kind)}\0${String(valueAt(body, 'metadata', 'name'))}`) ?? []
    const namespace = valueAt(body, 'metadata', 'namespace')
    const fitting = named.filter((one) => fits(one.namespace, namespace))
    const exact = fitting.filter((one) => one.namespace === namespace)
    const ranked = (exact.length > 0 ? exact : fitting)
      .map((manifest) => ({ manifest, guessed: locate(body, nodeOf(manifest), () => undefined).guessed }))
      .sort((a, b) => a.guessed - b.guessed)
    const [best, second] = ranked
    if (best === undefined) return undefined
    // Two sources that fit alike: neither is certain, unless both say the same.
    const alike = second !== undefined && second.guessed === best.guessed
    if (alike && JSON.stringify(second.manifest.body) !== JSON.stringify(best.manifest.body)) return undefined
    return nodeOf(best.manifest)
  }
}

/** Whether two objects of one kind and name may be the same: an unknown namespace may be any. */
export function fits(one: string | undefined, other: Value | undefined): boolean {
  return one === undefined || other === undefined || one === other
}

/** The manifest with the places of its fields. A namespace that something else gives it (Flux, a kustomization) is not written there. */
function writtenNode(manifest: Manifest): Placed {
  const node = placed(documentOf(manifest))
  const metadata = node.type === 'map' ? node.entries.get('metadata')?.node : undefined
  const own = manifest.spanOf(['metadata', 'namespace'])
  const above = manifest.spanOf(['metadata'])
  if (node.type !== 'map' || metadata?.type !== 'map' || JSON.stringify(own) !== JSON.stringify(above)) return node
  const entries = new Map(node.entries)
  entries.set('metadata', {
    ...(node.entries.get('metadata') as { key: Placed['place'] }),
    node: withoutEntry(metadata, 'namespace'),
  })
  return { ...node, entries }
}

/** A manifest in the form of a document, so that it can be located in. */
function documentOf(manifest: Manifest): YamlDocument {
  const spanOf = (path: FieldPath, part?: 'key' | 'value') => manifest.spanOf(path, part)
  return {
    file: manifest.origin.file,
    index: manifest.origin.document,
    value: manifest.body,
    span: manifest.span,
    has: (path) => valueAt(manifest.body, ...path) !== undefined,
    spanOf,
    definitionOf: spanOf,
    aliasesOf: () => [],
    spanOfTextLine: (path, line) => manifest.spanOfTextLine?.(path, line) ?? spanOf(path),
    rawOf: (path) => {
      const value = valueAt(manifest.body, ...path)
      return value === null || typeof value === 'object' ? undefined : String(value)
    },
    isPlain: () => false,
  }
}
