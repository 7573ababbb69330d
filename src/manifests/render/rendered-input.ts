import { relative, resolve } from 'node:path'
import { discover } from '../files/discover.ts'
import { isClusterScoped, isEsoGroup } from '../kinds.ts'
import type { Manifest, Note, Value, ValueMap } from '../manifest.ts'
import { isManifestKind, withoutSecretData } from '../manifest-kinds.ts'
import { parseFiles } from '../parsed-files.ts'
import type { Repository } from '../read-repository.ts'
import { isMap, stringAt } from '../value.ts'
import type { YamlDocument } from '../yaml/yaml-document.ts'
import { locate } from './locate.ts'
import { type Place, type Placed, placed, plainValue, spanIn, textAt, withEntry } from './placed.ts'

export interface RenderedInput {
  readonly manifests: readonly Manifest[]
  readonly notes: readonly Note[]
  /** `file#document` of the sources that rendered manifests were led back to. */
  readonly sources: ReadonlySet<string>
  /** The folders, as shown. */
  readonly folders: readonly string[]
}

/**
 * Reads the `rendered` input: finished manifests of flate, argocd-diff-preview, helm or flux. What they say is taken as it is. A
 * field is led back to the source that holds the same value: the object of that kind, namespace and name in Git, else the one place
 * in Git where a field of that name has that literal; otherwise it stands in the rendered file. Throws InvalidInput for a folder
 * that does not exist.
 */
export async function readRendered(
  folders: readonly string[],
  repository: Repository,
  options: { readonly cwd: string },
): Promise<RenderedInput> {
  if (folders.length === 0) return { manifests: [], notes: [], sources: new Set(), folders: [] }
  const discovery = await discover(folders, options)
  const parsed = parseFiles(discovery.files, discovery.roots)
  const shown = folders.map(
    (folder) => relative(options.cwd, resolve(options.cwd, folder)).replaceAll('\\', '/') || '.',
  )
  const own = new Set(discovery.files.map(({ file }) => file))
  const sources = new Set<string>()
  const documents = repository.documents.filter(({ source }) => !own.has(source.file))
  const objects = sourceIndex(documents.map(({ document }) => document))
  let literals: ReadonlyMap<string, Place | undefined> | undefined
  const find = (literal: Value, key: string) => {
    literals ??= literalIndex(documents.map(({ document }) => document))
    return literals.get(`${key}\0${String(literal)}`)
  }
  const manifests = parsed.objects.flatMap((object): Manifest[] => {
    if (!isManifestKind(object)) return []
    const document = parsed.documents.find(
      (one) => one.source === object.source && one.document.index === object.document,
    )
    if (document === undefined) return []
    const written = placedObjectIn(document.document, object.body)
    const source = objects(object.body)
    const node = merged(object.body, source ?? written, written, find)
    if (source !== undefined) sources.add(`${source.place.document.file}#${source.place.document.index}`)
    return [
      {
        apiVersion: object.apiVersion,
        kind: object.kind,
        name: object.name,
        namespace: isClusterScoped(object.kind) ? undefined : object.namespace,
        body: withoutSecretData(object.kind, object.body),
        span: spanIn(source ?? written, []),
        spanOf: (path, part) => spanIn(node, path, part),
        unresolved: [],
        patched: [],
        origin: {
          file: (source ?? written).place.document.file,
          document: (source ?? written).place.document.index,
          appliedBy: [],
          form: 'rendered',
        },
      },
    ]
  })
  return { manifests, notes: [...discovery.notes, ...parsed.notes], sources, folders: shown }
}

/** The manifests of a run with `rendered`: finished ones take the place of the sources they came from. */
export function withRendered(manifests: readonly Manifest[], input: RenderedInput): Manifest[] {
  const inFolder = (file: string) => input.folders.some((folder) => folder === '.' || file.startsWith(`${folder}/`))
  const kept = manifests.filter(
    ({ origin }) => !inFolder(origin.file) && !input.sources.has(`${origin.file}#${origin.document}`),
  )
  return [...kept, ...input.manifests]
}

/** A value that the source does not hold stands in the rendered file, not at a line that says something else. */
function merged(
  body: ValueMap,
  source: Placed,
  written: Placed,
  find: (literal: Value, key: string) => Place | undefined,
): Placed {
  const fromSource = locate(body, source, () => undefined).node
  const walk = (here: Placed, other: Placed | undefined, original: Placed | undefined, key: string): Placed => {
    if (here.type === 'scalar') {
      const certain = original?.type === 'scalar' && original.value === here.value
      const place = certain
        ? here.place
        : ((typeof here.value === 'string' && here.value.length > 3 ? find(here.value, key) : undefined) ??
          other?.place)
      return { ...here, place: place ?? here.place }
    }
    if (here.type === 'list')
      return {
        ...here,
        items: here.items.map((item, index) =>
          walk(item, other?.type === 'list' ? other.items[index] : undefined, sameItem(item, original, index), key),
        ),
      }
    let result = here
    for (const [name, entry] of here.entries) {
      const below = other?.type === 'map' ? other.entries.get(name) : undefined
      const old = original?.type === 'map' ? original.entries.get(name) : undefined
      const node = walk(entry.node, below?.node, old?.node, name)
      result = withEntry(
        { ...result, entries: new Map([...result.entries].filter(([key]) => key !== name)) },
        name,
        node,
        old?.key ?? below?.key ?? entry.key,
      )
    }
    return result
  }
  return walk(fromSource, written, source, '')
}

function sameItem(item: Placed, original: Placed | undefined, index: number): Placed | undefined {
  if (original?.type !== 'list') return undefined
  const key = textAt(item, 'secretKey')
  return key === undefined ? original.items[index] : original.items.find((other) => textAt(other, 'secretKey') === key)
}

function placedObjectIn(document: YamlDocument, body: ValueMap): Placed {
  const root = placed(document)
  if (root.type === 'map' && document.value === body) return root
  const items = root.type === 'map' ? root.entries.get('items')?.node : undefined
  const index = isMap(document.value) && Array.isArray(document.value.items) ? document.value.items.indexOf(body) : -1
  return (items?.type === 'list' ? items.items[index] : undefined) ?? root
}

/** Finds the source of an object: same kind and name, then same namespace, then most values in common. */
function sourceIndex(documents: readonly YamlDocument[]): (body: ValueMap) => Placed | undefined {
  const byName = new Map<string, Placed[]>()
  for (const document of documents) {
    const { value } = document
    const kind = stringAt(value, 'kind')
    const name = stringAt(value, 'metadata', 'name')
    if (kind === undefined || name === undefined || !isEsoGroup(stringAt(value, 'apiVersion') ?? '')) continue
    const key = `${kind}\0${name}`
    byName.set(key, [...(byName.get(key) ?? []), placed(document)])
  }
  return (body) => {
    const found = byName.get(`${stringAt(body, 'kind')}\0${stringAt(body, 'metadata', 'name')}`) ?? []
    const namespace = stringAt(body, 'metadata', 'namespace')
    const fitting = found.filter((node) => {
      const own = textAt(node, 'metadata', 'namespace')
      return own === undefined || namespace === undefined || own === namespace
    })
    const exact = fitting.filter((node) => textAt(node, 'metadata', 'namespace') === namespace)
    const ranked = (exact.length > 0 ? exact : fitting)
      .map((node) => ({ node, guessed: locate(body, node, () => undefined).guessed }))
      .sort((a, b) => a.guessed - b.guessed)
    const [best, second] = ranked
    // Two sources that fit alike: neither is certain.
    if (
      best === undefined ||
      (second !== undefined &&
        second.guessed === best.guessed &&
        JSON.stringify(plainValue(best.node)) !== JSON.stringify(plainValue(second.node)))
    )
      return undefined
    return best.node
  }
}

/** Literals by field name; `undefined` where several places hold the same. */
function literalIndex(documents: readonly YamlDocument[]): ReadonlyMap<string, Place | undefined> {
  const found = new Map<string, Place | undefined>()
  const walk = (node: Placed, key: string) => {
    if (node.type === 'list') for (const item of node.items) walk(item, key)
    else if (node.type === 'map') for (const [name, entry] of node.entries) walk(entry.node, name)
    else if (typeof node.value === 'string' && node.value.length > 3) {
      const literal = `${key}\0${node.value}`
      found.set(literal, found.has(literal) ? undefined : node.place)
    }
  }
  for (const document of documents) walk(placed(document), '')
  return found
}
