import { basename, posix } from 'node:path'
import { formOf, holdsEsoDefinition, isKustomizationName, isWorthParsing, namesEsoKind } from '../../files/relevance.ts'
import type { Root } from '../../files/root.ts'
import type { SourceFile } from '../../files/source-file.ts'
import { type ParsedYamlFile, parseYaml } from '../../files/yaml/parse-yaml.ts'
import type { Comment, YamlDocument } from '../../files/yaml/yaml-document.ts'
import { type Deadline, NO_DEADLINE } from '../../model/deadline.ts'
import { type Note, noteAt } from '../../model/note.ts'
import type { SourceObject } from './source-object.ts'
import { sourceObjects } from './source-objects.ts'

/** The YAML files of a repository, parsed. */
export interface ParsedFiles {
  readonly documents: readonly { readonly source: SourceFile; readonly document: YamlDocument }[]
  /** Every object, embedded ones too. */
  readonly objects: readonly SourceObject[]
  readonly notes: readonly Note[]
  rootOf(source: SourceFile): Root
  yamlAt(root: Root, path: string): ParsedYamlFile | undefined
  /** The objects of a file, without embedded ones: those go where the object goes that holds them. */
  objectsAt(root: Root, path: string): readonly SourceObject[]
  sourceLine(file: string, line: number): string | undefined
  comments(file: string): readonly Comment[]
}

/** Documents of all files together (platform.md §7 threat 5). */
const MAX_DOCUMENTS = 50_000

/** A CRD of another project is not worth parsing. */
const DEFINITION = /^["']?kind["']?: *["']?CustomResourceDefinition\b/m

/** Finds objects that something else than Kubernetes' own tools applies, and says which YAML files it fills as templates. */
export type ObjectsElsewhere = (files: readonly SourceFile[]) => {
  readonly objects: readonly SourceObject[]
  readonly replaced: ReadonlySet<SourceFile>
  readonly notes: readonly Note[]
}

export interface ParseFilesOptions {
  readonly maxDocuments?: number | undefined
  /** Objects that stand in other files than YAML (Terraform). */
  readonly elsewhere?: ObjectsElsewhere | undefined
  /** Finished manifests: every file is YAML, no file a template or a kustomization, and a JSON array is a list of objects. */
  readonly finished?: boolean
  /** Files that are not parsed by then are told by notes. */
  readonly deadline?: Deadline | undefined
}

export function parseFiles(
  files: readonly SourceFile[],
  roots: readonly Root[],
  options: ParseFilesOptions = {},
): ParsedFiles {
  const { maxDocuments = MAX_DOCUMENTS, finished = false, deadline = NO_DEADLINE } = options
  const elsewhere = deadline.over() ? undefined : options.elsewhere?.(files)
  const rootsByPath = new Map(roots.map((root) => [root.path, root]))
  const rootOf = (source: SourceFile) => rootsByPath.get(source.root) as Root
  const documents: { source: SourceFile; document: YamlDocument }[] = []
  const objects: SourceObject[] = []
  const notes: Note[] = []
  const parsed = new Map<string, { readonly yaml: ParsedYamlFile; readonly objects: readonly SourceObject[] }>()
  const byShownPath = new Map<string, SourceFile>(files.map((file) => [file.file, file]))
  const key = (root: string, path: string) => `${root}\0${path}`
  let skipped = 0
  let late = 0

  for (const source of files) {
    if (source.use !== undefined) continue
    if (!finished && formOf(basename(source.relative)) !== 'yaml') continue
    if (deadline.over()) {
      if (namesEsoKind(source.text)) notes.push(noteAt({ file: source.file }, { code: 'run-time-over' }))
      else late++
      continue
    }
    if (!finished && !isKustomizationName(basename(source.relative)) && !isWorthParsing(source.text)) continue
    if (!finished && isChartTemplate(source, rootOf(source))) {
      if (source.text.includes('external-secrets.io'))
        notes.push(noteAt({ file: source.file }, { code: 'chart-template' }))
      continue
    }
    if (documents.length >= maxDocuments) {
      skipped++
      continue
    }
    const { yaml, own } = finished ? parse(source, true) : parseOnce(source)
    for (const document of yaml.documents) documents.push({ source, document })
    notes.push(...yaml.notes.filter((note) => note.code !== 'yaml-duplicate-key' || own.length > 0))
    const counting = elsewhere?.replaced.has(source) === true ? [] : own
    for (const object of counting) objects.push(object)
    parsed.set(key(source.root, source.relative), {
      yaml,
      objects: counting.filter((object) => object.holder === undefined),
    })
  }
  for (const object of elsewhere?.objects ?? []) objects.push(object)
  notes.push(...(elsewhere?.notes ?? []))
  if (late > 0) notes.push(noteAt({ file: '.' }, { code: 'run-time-over', count: late }))
  if (skipped > 0)
    notes.push(noteAt({ file: '.' }, { code: 'documents-too-many', count: skipped, documents: maxDocuments }))

  return {
    documents,
    objects,
    notes,
    rootOf,
    yamlAt: (root, path) => parsed.get(key(root.path, path))?.yaml,
    objectsAt: (root, path) => parsed.get(key(root.path, path))?.objects ?? [],
    sourceLine(file, line) {
      const source = byShownPath.get(file)
      if (source === undefined) return undefined
      return parsed.get(key(source.root, source.relative))?.yaml.line(line) ?? source.text.split(/\r?\n/)[line - 1]
    },
    comments(file) {
      const source = byShownPath.get(file)
      return source === undefined ? [] : (parsed.get(key(source.root, source.relative))?.yaml.comments() ?? [])
    },
  }
}

interface Parsed {
  readonly yaml: ParsedYamlFile
  readonly own: readonly SourceObject[]
}

/** The state before a change shares most files with the one after it: they are parsed for both. */
const parsedBefore = new WeakMap<SourceFile, Parsed>()

/** The documents of a file, parsed once for all who ask. */
export function documentsOf(source: SourceFile): readonly YamlDocument[] {
  return parseOnce(source).yaml.documents
}

function parseOnce(source: SourceFile): Parsed {
  const known = parsedBefore.get(source)
  if (known !== undefined) return known
  const parsed = parse(source, false)
  parsedBefore.set(source, parsed)
  return parsed
}

function parse(source: SourceFile, finished: boolean): Parsed {
  const yaml = parseYaml(source, { wanted: (text) => !DEFINITION.test(text) || holdsEsoDefinition(text) })
  const isKustomization = !finished && isKustomizationName(basename(source.relative))
  const own = isKustomization ? [] : yaml.documents.flatMap((document) => sourceObjects(source, document, finished))
  return { yaml, own }
}

/** A file with `{{` under the `templates` folder of a chart: also when it happens to parse as YAML (issue: garbage maps). */
function isChartTemplate(source: SourceFile, root: Root): boolean {
  if (!source.text.includes('{{')) return false
  const segments = posix.dirname(source.relative).split('/')
  return segments.some(
    (segment, index) =>
      segment === 'templates' && root.files.has(posix.join(...segments.slice(0, index), 'Chart.yaml')),
  )
}
