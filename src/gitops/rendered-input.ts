import { relative, resolve } from 'node:path'
import { discover } from '../files/discover.ts'
import { withAnswers, type YamlDocument } from '../files/yaml/yaml-document.ts'
import { isClusterScoped } from '../model/kinds.ts'
import type { Manifest } from '../model/manifest.ts'
import type { Note } from '../model/note.ts'
import type { Value, ValueMap } from '../model/value.ts'
import { endsInNewline, isManifestKind, withoutSecretData } from './objects/manifest-kinds.ts'
import { parseFiles } from './objects/parsed-files.ts'
import { mayUseSecrets, withParsedValues } from './objects/secret-users.ts'
import type { SourceObject } from './objects/source-object.ts'
import { titleOf } from './objects/source-object.ts'
import { locate } from './placed/locate.ts'
import { fits, manifestSources } from './placed/manifest-source.ts'
import { at, type Place, type Placed, placed, spanIn, textAt, withEntry } from './placed/placed.ts'
import type { Repository } from './read-repository.ts'

export interface RenderedInput {
  readonly manifests: readonly Manifest[]
  /** What else may use Secrets, or make them. */
  readonly workloads: readonly Manifest[]
  readonly notes: readonly Note[]
  /** Files that were read, as shown. */
  readonly files: ReadonlySet<string>
  /** The folders and files that were given, as shown. */
  readonly folders: readonly string[]
}

/** A whole cluster in one file, as some tools write it. */
const MAX_FILE = 64 * 1024 * 1024

/**
 * Reads the `rendered` input: finished manifests of flate, argocd-diff-preview, helm or flux, in files of any name, as documents, lists
 * or JSON arrays. What they say is taken as it is. A field is led back to the line that holds the same value: in the manifest of that
 * kind, namespace and name in `repository` (which may itself be rendered), else at the one place in Git where a field of that name has
 * that literal; otherwise it stands in the rendered file. Throws InvalidInput for a folder that does not exist.
 */
export async function readRendered(
  folders: readonly string[],
  repository: Pick<Repository, 'manifests' | 'workloads' | 'documents'>,
  options: { readonly cwd: string },
): Promise<RenderedInput> {
  if (folders.length === 0) return { manifests: [], workloads: [], notes: [], files: new Set(), folders: [] }
  const discovery = await discover(folders, { ...options, finished: true, maxFileBytes: MAX_FILE })
  const parsed = parseFiles(discovery.files, discovery.roots, { finished: true })
  const shown = folders.map(
    (folder) => relative(options.cwd, resolve(options.cwd, folder)).replaceAll('\\', '/') || '.',
  )
  const own = new Set(discovery.files.map(({ file }) => file))
  const sourceOf = manifestSources(
    [...repository.manifests, ...repository.workloads].filter(({ origin }) => !own.has(origin.file)),
  )
  const elsewhere = repository.documents.filter(({ source }) => !own.has(source.file))
  let literals: ReadonlyMap<string, Place | undefined> | undefined
  const find = (literal: Value, key: string) => {
    literals ??= literalIndex(elsewhere.map(({ document }) => document))
    return literals.get(`${key}\0${String(literal)}`)
  }
  const documents = new Map(parsed.documents.map((one) => [`${one.source.file}#${one.document.index}`, one.document]))
  const wanted = parsed.objects.filter(isManifestKind)
  const real = wanted.filter(({ holder }) => holder === undefined)
  const made = (object: SourceObject): Manifest[] => {
    const document = documents.get(`${object.source.file}#${object.document}`)
    return document === undefined ? [] : [finished(object, document, sourceOf(object.body), find)]
  }
  const manifests = wanted.flatMap((object): Manifest[] => {
    // What a chart makes of its values is in the folder, too, when something rendered the chart.
    if (object.holder !== undefined && real.some((one) => isSame(one, object))) return []
    return made(object)
  })
  const workloads = parsed.objects
    .filter((object) => object.holder === undefined && !isManifestKind(object) && mayUseSecrets(object))
    .map(withParsedValues)
    .flatMap(made)
  return { manifests, workloads, notes: [...discovery.notes, ...parsed.notes], files: own, folders: shown }
}

function isSame(one: SourceObject, other: SourceObject): boolean {
  return one.kind === other.kind && one.name === other.name && fits(one.namespace, other.namespace)
}

function finished(
  object: SourceObject,
  document: YamlDocument,
  source: Placed | undefined,
  find: (literal: Value, key: string) => Place | undefined,
): Manifest {
  // The paths of an object in a list, or inside another one, start at the object.
  const spanOfTextLine: YamlDocument['spanOfTextLine'] = (path, line) =>
    object.spanOfTextLine?.(path, line) ?? object.spanOf(path)
  const written = placed(withAnswers(document, { spanOf: object.spanOf, spanOfTextLine }), [], object.body)
  const node = merged(object.body, source ?? written, written, find)
  const { place } = source ?? written
  return {
    apiVersion: object.apiVersion,
    kind: object.kind,
    name: object.name,
    namespace: isClusterScoped(object.kind) ? undefined : object.namespace,
    body: withoutSecretData(object.kind, object.body),
    span: spanIn(source ?? written, []),
    spanOf: (path, part) => spanIn(node, path, part),
    spanOfTextLine: (path, line) => {
      const found = at(node, ...path)
      return found === undefined ? undefined : found.place.document.spanOfTextLine(found.place.path, line)
    },
    unresolved: [],
    ...endsInNewline(object.kind, object.body),
    patched: [],
    origin: {
      file: place.document.file,
      document: place.document.index,
      appliedBy: [],
      // Whatever rendered it says that it is applied.
      applied: { verdict: 'applied' },
      form: 'rendered',
      ...(object.holder === undefined ? {} : { embeddedIn: titleOf(object.holder) }),
    },
  }
}

/** The manifests of a run with `rendered`: a finished one takes the place of every other of its kind, namespace and name. */
export function withRendered(manifests: readonly Manifest[], input: RenderedInput): Manifest[] {
  const given = (file: string) =>
    input.files.has(file) || input.folders.some((folder) => folder === '.' || file.startsWith(`${folder}/`))
  const finished = new Map<string, Manifest[]>()
  const key = ({ kind, name }: Manifest) => `${kind}\0${name}`
  for (const one of input.manifests) finished.set(key(one), [...(finished.get(key(one)) ?? []), one])
  const kept = manifests.filter(
    (one) =>
      !given(one.origin.file) &&
      finished.get(key(one))?.some(({ namespace }) => fits(one.namespace, namespace)) !== true,
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
