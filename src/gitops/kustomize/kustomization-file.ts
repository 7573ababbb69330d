import { posix } from 'node:path'
import type { Root } from '../../files/root.ts'
import type { SourceFile } from '../../files/source-file.ts'
import { parseEmbeddedYaml, parseYaml } from '../../files/yaml/parse-yaml.ts'
import type { ParsedYaml, YamlDocument } from '../../files/yaml/yaml-document.ts'
import { type Note, type NoteBody, noteAt } from '../../model/note.ts'
import type { Span } from '../../model/span.ts'
import { at, type FieldPath, isMap, listAt, stringAt, stringsAt, type Value, type ValueMap } from '../../model/value.ts'
import type { SourceObject } from '../objects/source-object.ts'
import { type GeneratedEntry, generatedData } from './generator-data.ts'
import { type Patch, readPatch, replacementPatches } from './patch.ts'
import { type PatchTarget, readTarget } from './patch-target.ts'

/** A path that a kustomization names, below the root. */
export interface Listed {
  readonly path: string
  readonly span: Span
}

/** What a kustomization does to the objects it gathers. */
export interface Changes {
  readonly patches: readonly Patch[]
  readonly namespace?: string
  readonly namePrefix?: string
  readonly nameSuffix?: string
}

/** A `kustomization.yaml`, or a Component, as far as it decides what is applied where. */
export interface KustomizationFile {
  readonly root: Root
  /** Below the root; `""` for the root itself. */
  readonly folder: string
  readonly source: SourceFile
  readonly span: Span
  readonly component: boolean
  readonly resources: readonly Listed[]
  readonly components: readonly Listed[]
  readonly changes: Changes
  /** ConfigMaps and Secrets of its generators. */
  readonly generated: readonly SourceObject[]
  /** Files it takes as something other than objects: patches, generator sources, values. */
  readonly parts: readonly string[]
  readonly notes: readonly Note[]
}

/** Gives the parsed file at a path below the root; `undefined` when it was not read. */
export type ReadYaml = (root: Root, path: string) => ParsedYaml | undefined

const MAX_ENTRIES = 10_000

/** Reads a kustomization; `read` is asked for the patch files that it names. */
export function readKustomization(
  root: Root,
  source: SourceFile,
  document: YamlDocument,
  read: ReadYaml,
): KustomizationFile | undefined {
  const body = document.value
  if (!isMap(body)) return undefined
  const folder = posix.dirname(source.relative) === '.' ? '' : posix.dirname(source.relative)
  const reader = new Reader(root, folder, source, document, body, read)
  return reader.kustomization()
}

class Reader {
  private readonly root: Root
  private readonly folder: string
  private readonly source: SourceFile
  private readonly document: YamlDocument
  private readonly body: ValueMap
  private readonly read: ReadYaml
  private readonly parts: string[] = []
  private readonly notes: Note[] = []

  constructor(root: Root, folder: string, source: SourceFile, document: YamlDocument, body: ValueMap, read: ReadYaml) {
    this.root = root
    this.folder = folder
    this.source = source
    this.document = document
    this.body = body
    this.read = read
  }

  kustomization(): KustomizationFile {
    const { body, document } = this
    const namespace = stringAt(body, 'namespace')
    const namePrefix = stringAt(body, 'namePrefix')
    const nameSuffix = stringAt(body, 'nameSuffix')
    const patches = [...this.patches(), ...this.replacements(), ...this.transformers(), ...this.variables()]
    const resources = [...this.listed('resources'), ...this.listed('bases')]
    const components = this.listed('components')
    const charts = listAt(body, 'helmCharts').length + listAt(body, 'helmChartInflationGenerator').length
    if (charts > 0) this.note(['helmCharts'], { code: 'charts-not-rendered', count: charts })
    if (listAt(body, 'generators').length > 0) this.note(['generators'], { code: 'generators-not-read' })
    return {
      root: this.root,
      folder: this.folder,
      source: this.source,
      span: document.span,
      component: stringAt(body, 'kind') === 'Component',
      resources,
      components,
      changes: {
        patches,
        ...(namespace === undefined || namespace === '' ? {} : { namespace }),
        ...(namePrefix === undefined ? {} : { namePrefix }),
        ...(nameSuffix === undefined ? {} : { nameSuffix }),
      },
      generated: [...this.generated('configMapGenerator', 'ConfigMap'), ...this.generated('secretGenerator', 'Secret')],
      parts: this.parts,
      notes: this.notes,
    }
  }

  private note(path: FieldPath, body: NoteBody): void {
    this.notes.push(noteAt({ file: this.source.file, line: this.document.spanOf(path).line }, body))
  }

  /** The path below the root that an entry names; `undefined` for URLs and for what leads out of the repository. */
  private resolve(text: string): string | undefined {
    return this.root.resolve(posix.join(this.folder, text))
  }

  /** A file that a generator takes; most of them cannot matter by themselves and were not read. */
  private data(target: string): { readonly file: string; readonly text: string } | undefined {
    const file = this.resolve(target)
    const text = file === undefined ? undefined : this.root.read?.(file)
    return file === undefined || text === undefined ? undefined : { file, text }
  }

  /** A path below the root as people see it. */
  private shown(path: string): string {
    const { file, relative } = this.source
    return file.slice(0, file.length - relative.length) + path
  }

  private listed(field: string): Listed[] {
    const entries = listAt(this.body, field)
    if (entries.length > MAX_ENTRIES) this.note([field], { code: 'entries-too-many', field, most: MAX_ENTRIES })
    let remote = 0
    let outside = 0
    const found = new Map<string, Listed>()
    entries.slice(0, MAX_ENTRIES).forEach((entry, index) => {
      if (typeof entry !== 'string' || entry === '') return
      const path = this.resolve(entry)
      const exists = path !== undefined && (this.root.files.has(path) || this.root.folders.has(path))
      if (exists && path !== undefined) {
        if (!found.has(path)) found.set(path, { path, span: this.document.spanOf([field, index]) })
      } else if (isRemote(entry)) remote++
      else if (path === undefined) outside++
    })
    if (remote > 0) this.note([field], { code: 'entries-remote', field, count: remote })
    if (outside > 0) this.note([field], { code: 'entries-leave', field, count: outside })
    return [...found.values()]
  }

  private patches(): Patch[] {
    const of = (field: string, entry: Value, index: number): Patch[] => {
      if (typeof entry === 'string') {
        const inline = entry.includes('\n') || entry.includes('{')
        const documents = this.patchDocuments(inline ? undefined : entry, [field, index])
        if (documents === undefined) return [anything([], this.document.spanOf([field, index]))]
        return documents.flatMap((found) => readPatch(found, undefined))
      }
      const target = isMap(entry) && isMap(entry.target) ? readTarget(entry.target) : undefined
      const documents = this.patchDocuments(stringAt(entry, 'path'), [field, index, 'patch'], target !== undefined)
      if (documents === undefined) return [anything([], this.document.spanOf([field, index]), target)]
      return documents.flatMap((found) => readPatch(found, target))
    }
    return ['patches', 'patchesStrategicMerge', 'patchesJson6902'].flatMap((field) =>
      listAt(this.body, field).flatMap((entry, index) => of(field, entry, index)),
    )
  }

  /**
   * The documents of a patch; `undefined`: it may change anything, because it cannot be read. A patch that says by itself what it is for
   * is about ESO only when the search found it; one with a `target` need not name ESO.
   */
  private patchDocuments(
    path: string | undefined,
    inline: FieldPath,
    hasTarget = false,
  ): readonly YamlDocument[] | undefined {
    if (path === undefined) {
      const text = parseEmbeddedYaml(this.document, inline)
      return text === undefined ? [] : text.notes.length > 0 ? undefined : text.documents
    }
    const file = this.resolve(path)
    if (file === undefined || isRemote(path)) return undefined
    this.parts.push(file)
    let parsed = this.read(this.root, file)
    if (parsed === undefined && hasTarget) {
      const found = this.data(path)
      if (found === undefined) return undefined
      parsed = parseYaml({ file: this.shown(file), text: found.text })
    }
    if (parsed === undefined) return []
    return parsed.notes.some(({ code }) => code !== 'yaml-duplicate-key') ? undefined : parsed.documents
  }

  private replacements(): Patch[] {
    return listAt(this.body, 'replacements').flatMap((entry, index) => {
      const path = stringAt(entry, 'path')
      if (path === undefined)
        return replacementPatches(entry, (field) => this.document.spanOf(['replacements', index, ...field]))
      const documents = this.patchDocuments(path, [], true)
      if (documents === undefined) return [anything([], this.document.spanOf(['replacements', index]))]
      return documents.flatMap((found) => {
        const list = Array.isArray(found.value) ? (found.value as readonly Value[]) : [found.value]
        return list.flatMap((item, at) =>
          replacementPatches(item, (field) => found.spanOf(Array.isArray(found.value) ? [at, ...field] : field)),
        )
      })
    })
  }

  /** Transformer files: the ones that cannot change what ESO reads are let pass, of the others anything is possible. */
  private transformers(): Patch[] {
    return listAt(this.body, 'transformers').flatMap((entry, index) => {
      if (typeof entry !== 'string') return []
      const inline = entry.includes('\n')
      const documents = this.patchDocuments(inline ? undefined : entry, ['transformers', index])
      if (documents === undefined || documents.length === 0)
        return [anything([], this.document.spanOf(['transformers', index]))]
      return documents.flatMap((document): Patch[] => {
        const kind = stringAt(document.value, 'kind') ?? ''
        if (/^(?:Label|Labels|Annotations|ImageTag|ReplicaCount)Transformer$/.test(kind)) return []
        const span = document.span
        const path: FieldPath = kind === 'NamespaceTransformer' ? ['metadata', 'namespace'] : []
        return [anything(path, span)]
      })
    })
  }

  /** Fields in which `configurations` let kustomize put its `vars`: by default none of ESO's. */
  private variables(): Patch[] {
    return stringsAt(this.body, 'configurations').flatMap((target, index) => {
      const found = this.data(target)
      if (found === undefined) return []
      const span = this.document.spanOf(['configurations', index])
      return parseYaml(found).documents.flatMap(({ value }) =>
        listAt(value, 'varReference').flatMap((reference): Patch[] => {
          const path = stringAt(reference, 'path')?.split('/').slice(0, 2)
          if (path === undefined) return []
          return [{ target: readTarget(reference), deletes: false, fields: [{ path, span }], apply: () => undefined }]
        }),
      )
    })
  }

  private generated(field: 'configMapGenerator' | 'secretGenerator', kind: string): SourceObject[] {
    return listAt(this.body, field).flatMap((entry, index): SourceObject[] => {
      for (const file of [...stringsAt(entry, 'files'), ...stringsAt(entry, 'envs'), stringAt(entry, 'env') ?? '']) {
        const path = this.resolve(file.slice(file.indexOf('=') + 1))
        if (path !== undefined && path !== '') this.parts.push(path)
      }
      const name = stringAt(entry, 'name')
      if (name === undefined) return []
      const namespace = stringAt(entry, 'namespace') ?? stringAt(this.body, 'namespace')
      const base: FieldPath = [field, index]
      const entries = kind === 'Secret' ? secretKeys(entry) : generatedData(entry, (target) => this.data(target))
      const pairs = entries.map(({ key, value }): [string, Value] => [key, kind === 'Secret' ? null : value])
      const metadata = { name, ...(namespace === undefined ? {} : { namespace }) }
      return [
        {
          source: this.source,
          document: this.document.index,
          body: { apiVersion: 'v1', kind, metadata, data: Object.fromEntries(pairs) },
          apiVersion: 'v1',
          kind,
          name,
          namespace,
          span: this.document.spanOf(base),
          spanOf: (path, part) => {
            if (path[0] !== 'data')
              return this.document.spanOf(path[0] === 'metadata' ? [...base, ...path.slice(1)] : base, part)
            const found = entries.findLast(({ key }) => key === path[1])
            if (found?.line === undefined) return this.document.spanOf([...base, ...(found?.path ?? [])], part)
            const { file, line } = found.line
            return { file: this.shown(file), line, column: 1, endLine: line, endColumn: 1 }
          },
          embedded: () => undefined,
        },
      ]
    })
  }
}

/** Of a Secret only names are known, never values: no file of it is opened. */
function secretKeys(entry: Value): GeneratedEntry[] {
  return generatedData({ literals: stringsAt(entry, 'literals') }, () => undefined)
}

/** A change of which only the place is known: to all objects, or to those of a target. */
function anything(path: FieldPath, span: Span, target: PatchTarget = {}): Patch {
  return { target, deletes: false, fields: [{ path, span }], apply: () => undefined }
}

function isRemote(entry: string): boolean {
  return /^[a-z+]+:\/\/|^git@|^github\.com\/|[?&]ref=|\.git(?:\/\/|$)/.test(entry)
}

/** Whether a document is a kustomization by its content; by its file name it is one without apiVersion and kind too. */
export function looksLikeKustomization(value: Value): boolean {
  const kind = stringAt(value, 'kind')
  const apiVersion = stringAt(value, 'apiVersion')
  if (apiVersion !== undefined && !apiVersion.startsWith('kustomize.config.k8s.io/')) return false
  return kind === undefined || kind === 'Kustomization' || kind === 'Component' || at(value, 'resources') !== undefined
}
