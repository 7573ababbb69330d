import { posix } from 'node:path'
import type { Root } from '../../files/root.ts'
import { parseYaml } from '../../files/yaml/parse-yaml.ts'
import { compileGlob, type GlobDialect } from '../../model/glob.ts'
import { at, isList, isMap, listAt, stringAt, type Value, type ValueMap } from '../../model/value.ts'
import { at as nodeAt, type Placed, placed } from '../placed/placed.ts'
import { UNFILLED } from './fill-text.ts'
import { GeneratorFailure } from './generator-failure.ts'
import { flattened, type ParameterSet, placesIn } from './parameters.ts'
import { normalised } from './template-functions.ts'

/** Go's `path.Match`: of a whole path, `*` stays within one level. */
const FOLDERS: GlobDialect = { segments: true, question: true, sets: true, escapes: true }
/** What Git takes after `git ls-files --`: `*` crosses folders. */
const PATHSPEC: GlobDialect = { question: true, sets: true, escapes: true }
/** With `--enable-new-git-file-globbing`, which Git does not tell of. */
const DOUBLE_STAR: GlobDialect = { ...FOLDERS, braces: true, doubleStar: 'as a segment' }

/** Paths that one ApplicationSet may hold against patterns: a matrix may ask for as many patterns as it has sets. */
const MAX_TESTS = 5_000_000
const MAX_FILES = 2_000

/** The folders and files of a checkout as the git generators of one ApplicationSet see them. */
export interface GitFinder {
  /** The sets that `directories` or `files` give, without the generator's `values`. */
  sets(generator: Value, goTemplate: boolean): readonly ParameterSet[]
  /** Whether it was asked for more than is looked into. */
  readonly tooMany: boolean
}

interface Asked {
  readonly include: readonly string[]
  readonly exclude: readonly string[]
}

export function gitFinder(root: Root, shown: (file: string) => string): GitFinder {
  let tests = 0
  let tooMany = false
  const files = [...root.files]
  // Folders that begin with a dot are skipped with all below them.
  const folders = [...root.folders].filter((folder) => folder !== '' && !/(?:^|\/)\./.test(folder)).sort()
  const known = new Map<string, ReadonlySet<string>>()
  const matching = (pattern: string, dialect: GlobDialect, paths: readonly string[]): ReadonlySet<string> => {
    const key = `${JSON.stringify(dialect)} ${pattern}`
    const before = known.get(key)
    if (before !== undefined) return before
    const found = new Set<string>()
    tests += paths.length
    if (tests > MAX_TESTS) tooMany = true
    else {
      const fits = fitting(pattern, dialect)
      for (const path of paths) if (fits(path)) found.add(path)
    }
    known.set(key, found)
    return found
  }
  const all = (patterns: readonly string[], dialect: GlobDialect, paths: readonly string[]) =>
    new Set(patterns.flatMap((pattern) => [...matching(pattern, dialect, paths)]))

  const directorySets = (asked: Asked, prefix: string, goTemplate: boolean): ParameterSet[] => {
    const taken = all(asked.include, FOLDERS, folders)
    const left = all(asked.exclude, FOLDERS, folders)
    const sure = !hasUnfilled(asked)
    return [...taken]
      .filter((folder) => !left.has(folder))
      .sort()
      .map((folder) => ({ values: withPath({}, folder, undefined, prefix, goTemplate), unknown: [], sure }))
  }

  const parsedFiles = new Map<string, readonly FileParameters[] | 'unreadable'>()
  const contentsOf = (file: string): readonly FileParameters[] | 'unreadable' => {
    let contents = parsedFiles.get(file)
    if (contents === undefined) {
      contents = parametersIn(root.read?.(file), shown(file))
      parsedFiles.set(file, contents)
    }
    return contents
  }

  const fileSets = (asked: Asked, prefix: string, goTemplate: boolean): ParameterSet[] => {
    const taken = all(asked.include, PATHSPEC, files)
    const left = all(asked.exclude, PATHSPEC, files)
    const [stars, starsLeft] = [all(asked.include, DOUBLE_STAR, files), all(asked.exclude, DOUBLE_STAR, files)]
    const found = [...taken].filter((file) => !left.has(file)).sort()
    if (found.length > MAX_FILES) tooMany = true
    return found.slice(0, MAX_FILES).flatMap((file): ParameterSet[] => {
      const sure = stars.has(file) && !starsLeft.has(file) && !hasUnfilled(asked)
      const contents = contentsOf(file)
      if (contents === 'unreadable') {
        // Argo CD stops at it, where its pattern means this file at all.
        if (sure) throw new GeneratorFailure(`unable to parse file ${file}`)
        return []
      }
      return contents.map(({ content, node }) => ({
        ...(node === undefined ? {} : { places: placesIn(node) }),
        values: withPath(goTemplate ? content : texts(content), posix.dirname(file), file, prefix, goTemplate),
        unknown: [],
        sure,
      }))
    })
  }

  return {
    sets(generator, goTemplate) {
      const prefix = stringAt(generator, 'pathParamPrefix') ?? ''
      const directories = listAt(generator, 'directories')
      // Folders win where both are asked for.
      return directories.length > 0
        ? directorySets(askedBy(directories), prefix, goTemplate)
        : fileSets(askedBy(listAt(generator, 'files')), prefix, goTemplate)
    },
    get tooMany() {
      return tooMany
    },
  }
}

function askedBy(entries: readonly Value[]): Asked {
  const paths = (exclude: boolean) =>
    entries.flatMap((entry) => ((at(entry, 'exclude') === true) === exclude ? (stringAt(entry, 'path') ?? []) : []))
  return { include: paths(false), exclude: paths(true) }
}

function hasUnfilled({ include, exclude }: Asked): boolean {
  return [...include, ...exclude].some((pattern) => pattern.includes(UNFILLED))
}

/** What is not told may be any name; a pattern that cannot be read fits nothing. */
function fitting(pattern: string, dialect: GlobDialect): (path: string) => boolean {
  const open = pattern.replaceAll(UNFILLED, '*')
  const isPathspec = dialect === PATHSPEC
  const written = isPathspec ? posix.normalize(open).replace(/^\/+/, '') : open
  const compiled = compileGlob(written, dialect)
  const fits = compiled.ok ? compiled.fits : () => false
  if (!isPathspec) return fits
  // A folder's name means all below it.
  const folder = written.endsWith('/') ? written : `${written}/`
  return (path) => fits(path) || path.startsWith(folder)
}

interface FileParameters {
  readonly content: ValueMap
  readonly node?: Placed | undefined
}

/** The sets of parameters that a file holds: a map, or a list of them; of several documents only the first is read. */
function parametersIn(text: string | undefined, file: string): readonly FileParameters[] | 'unreadable' {
  if (text === undefined) return 'unreadable'
  const { documents, notes } = parseYaml({ file, text })
  const [document] = documents
  const value = document?.value
  if (document === undefined || value === undefined) return notes.length > 0 ? 'unreadable' : [{ content: {} }]
  if (value === null) return [{ content: {} }]
  const node = placed(document)
  if (isMap(value)) return [{ content: value, node }]
  if (!isList(value) || !value.every(isMap)) return 'unreadable'
  return value.map((content, index) => ({ content, node: nodeAt(node, index) }))
}

function texts(content: ValueMap): ValueMap {
  return Object.fromEntries(flattened(content))
}

/** The parameters with those of the path, which win. */
function withPath(
  content: ValueMap,
  folder: string,
  file: string | undefined,
  prefix: string,
  goTemplate: boolean,
): ValueMap {
  const basename = posix.basename(folder)
  const filename = file === undefined ? undefined : posix.basename(file)
  const segments = folder.split('/')
  const named: Record<string, Value> = {
    basename,
    basenameNormalized: normalised(basename),
    ...(filename === undefined ? {} : { filename, filenameNormalized: normalised(filename) }),
  }
  if (goTemplate) {
    const path = { path: folder, ...named, segments }
    return { ...content, ...(prefix === '' ? { path } : { [prefix]: { path } }) }
  }
  const name = prefix === '' ? 'path' : `${prefix}.path`
  return {
    ...content,
    [name]: folder,
    ...Object.fromEntries(Object.entries(named).map(([key, value]) => [`${name}.${key}`, value])),
    ...Object.fromEntries(segments.flatMap((part, index) => (part === '' ? [] : [[`${name}[${index}]`, part]]))),
  }
}
