import { posix } from 'node:path'
import type { Root } from '../../files/root.ts'
import { parseYaml } from '../../files/yaml/parse-yaml.ts'
import { compileGlob, type GlobDialect } from '../../model/glob.ts'
import { at, isList, isMap, listAt, stringAt, stringsAt, type Value } from '../../model/value.ts'

/** What one Application of an ApplicationSet is made with, by the names that templates use. */
export type Parameters = Readonly<Record<string, string>>

export interface ParameterSets {
  /** One for each Application; one without parameters when Git tells none, for a template whose path needs none. */
  readonly sets: readonly Parameters[]
  /** Generators whose outcome Git does not tell (clusters, pull requests, SCM providers, plugins). */
  readonly unknown: readonly string[]
  /** There are more sets than `MAX_SETS`, and they are not among these. */
  readonly more: boolean
}

export const MAX_SETS = 2000
const MAX_FILES = 2000
/** An unfilled path means every folder that fits it, up to so many. */
const MAX_FITTING = 500

/**
 * The parameters that an ApplicationSet's generators give, as far as Git tells them: `list`, `git` directories and files, and `matrix`
 * and `merge` of them. Of `clusters` only the `values` are known; a path that needs more stays unfilled, and is not followed.
 */
export function parameterSets(generators: readonly Value[], root: Root): ParameterSets {
  const unknown = new Set<string>()
  let more = false
  const limited = <T>(sets: readonly T[]): readonly T[] => {
    more ||= sets.length > MAX_SETS
    return sets.slice(0, MAX_SETS)
  }
  const one = (generator: Value): readonly Parameters[] => {
    if (!isMap(generator)) return []
    if (generator.list !== undefined) {
      if (at(generator.list, 'elementsYaml') !== undefined) unknown.add('list.elementsYaml')
      return listAt(generator.list, 'elements').map((element) => flatten(element))
    }
    if (generator.clusters !== undefined) {
      unknown.add('clusters')
      return [prefixed(flatten(at(generator.clusters, 'values') ?? null), 'values.')]
    }
    if (generator.git !== undefined) {
      const values = prefixed(flatten(at(generator.git, 'values') ?? null), 'values.')
      const found = [
        ...directories(listAt(generator.git, 'directories'), root),
        ...files(listAt(generator.git, 'files'), root, stringAt(generator.git, 'pathParamPrefix')),
      ]
      return found.map((set) => ({ ...set, ...values }))
    }
    if (generator.matrix !== undefined) {
      const [left = [], right = []] = listAt(generator.matrix, 'generators').map(one)
      const product: Parameters[] = []
      for (const outer of left) {
        if (product.length > MAX_SETS) break
        product.push(...limited(right).map((inner) => ({ ...outer, ...inner })))
      }
      return limited(product)
    }
    if (generator.merge !== undefined) return merged(generator.merge)
    unknown.add(Object.keys(generator).find((key) => key !== 'selector' && key !== 'template') ?? 'unknown')
    return []
  }
  const merged = (merge: Value): readonly Parameters[] => {
    const keys = stringsAt(merge, 'mergeKeys')
    const [base = [], ...others] = listAt(merge, 'generators').map((generator) => limited(one(generator)))
    const overrides = others.flat()
    // A base whose merge keys Git does not tell (clusters) stands for every cluster: with each override, and with none.
    const open = base.some((set) => keys.some((key) => set[key] === undefined))
    const results: Parameters[] = []
    for (const set of base) {
      if (results.length > MAX_SETS) break
      const fitting = overrides.filter((other) =>
        keys.every((key) => set[key] === undefined || set[key] === other[key]),
      )
      if (open) results.push(set, ...fitting.map((other) => ({ ...set, ...other })))
      else results.push(Object.assign({}, set, ...fitting) as Parameters)
    }
    return limited(results)
  }
  const sets = limited(unique(generators.flatMap(one)))
  return { sets: sets.length === 0 && unknown.size > 0 ? [{}] : sets, unknown: [...unknown], more }
}

/** Fills `{{name}}`, `{{.name}}` and `{{ index .path.segments 0 }}`; what is not known stays as written. */
export function fill(text: string, parameters: Parameters): string {
  return text
    .replace(
      /\{\{-?\s*index\s+\.path\.segments\s+(\d+)\s*-?\}\}/g,
      (whole, index: string) => parameters[`path[${index}]`] ?? whole,
    )
    .replace(/\{\{-?\s*\.?([\w.[\]-]+)\s*-?\}\}/g, (whole, name: string) => parameters[name] ?? whole)
}

/** Whether something in a text is still to be filled in. */
export function isOpen(text: string): boolean {
  return text.includes('{{')
}

/** Folders that a path with unfilled parameters may mean: a parameter stands for one segment, or a part of one (applied.md §2.2). */
export function fittingFolders({ folders }: Pick<Root, 'folders'>, path: string): string[] {
  const wanted = path.replace(/^(?:\.?\/)+/, '').split('/')
  // A path that nothing fixes would mean every folder.
  if (wanted.every(isOpen)) return []
  const tests = wanted.map((segment) => {
    const fixed = segment.split(/\{\{.*?\}\}/)
    return (name: string) => {
      const [first = '', ...rest] = fixed
      if (rest.length === 0) return name === segment
      const last = rest.at(-1) as string
      return name.length >= first.length + last.length && name.startsWith(first) && name.endsWith(last)
    }
  })
  const fits = (folder: string) => {
    const parts = folder.split('/')
    return parts.length === tests.length && tests.every((test, index) => test(parts[index] as string))
  }
  return [...folders].filter(fits).sort().slice(0, MAX_FITTING)
}

function unique(sets: readonly Parameters[]): Parameters[] {
  return [...new Map(sets.map((set) => [JSON.stringify(set), set])).values()]
}

function prefixed(parameters: Parameters, prefix: string): Parameters {
  return Object.fromEntries(Object.entries(parameters).map(([key, value]) => [prefix + key, value]))
}

function flatten(value: Value, prefix = ''): Parameters {
  if (!isMap(value)) return {}
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]): [string, string][] =>
      isMap(item)
        ? Object.entries(flatten(item, `${prefix}${key}.`))
        : isList(item)
          ? []
          : [[prefix + key, String(item)]],
    ),
  )
}

interface Pattern {
  readonly exclude: boolean
  readonly test: (path: string) => boolean
}

/** Patterns of the git generator mean a whole path: `*` stays within one level, and what lies below a match is none. */
const FOLDERS: GlobDialect = { segments: true, question: true, sets: true, braces: true }
/** Of files, `**` is any number of levels. */
const FILES: GlobDialect = { ...FOLDERS, doubleStar: 'anywhere' }

/** A pattern that cannot be read fits nothing. */
function patterns(entries: readonly Value[], dialect: GlobDialect): Pattern[] {
  return entries.flatMap((entry) => {
    const path = stringAt(entry, 'path')
    const compiled =
      path === undefined ? undefined : compileGlob(path.replace(/^\.\//, '').replace(/\/+$/, ''), dialect)
    return compiled?.ok ? [{ exclude: at(entry, 'exclude') === true, test: compiled.fits }] : []
  })
}

function matching(paths: Iterable<string>, tests: readonly Pattern[]): string[] {
  const fits = (exclude: boolean, path: string) => tests.some((one) => one.exclude === exclude && one.test(path))
  return [...paths].filter((path) => path !== '' && fits(false, path) && !fits(true, path)).sort()
}

function directories(entries: readonly Value[], root: Root): Parameters[] {
  return matching(root.folders, patterns(entries, FOLDERS)).map((folder) => pathParameters(folder, 'path'))
}

/** The content of each file that fits, and where it lies. */
function files(entries: readonly Value[], root: Root, prefix: string | undefined): Parameters[] {
  const called = prefix === undefined ? 'path' : `${prefix}.path`
  if (entries.length === 0) return []
  return matching(root.files, patterns(entries, FILES))
    .slice(0, MAX_FILES)
    .flatMap((file) => {
      const text = root.read?.(file)
      if (text === undefined) return []
      const place = pathParameters(posix.dirname(file), called)
      const name = posix.basename(file)
      const own = { ...place, [`${called}.filename`]: name, [`${called}.filenameNormalized`]: normalised(name) }
      const values = parseYaml({ file, text }).documents.flatMap(({ value }) => (isList(value) ? value : [value]))
      return values.flatMap((value) => (isMap(value) ? [{ ...flatten(value), ...own }] : []))
    })
}

function pathParameters(folder: string, called: string): Parameters {
  const segments = folder.split('/')
  const basename = segments.at(-1) as string
  return {
    [called]: folder,
    [`${called}.path`]: folder,
    [`${called}.basename`]: basename,
    [`${called}.basenameNormalized`]: normalised(basename),
    ...Object.fromEntries(segments.map((segment, index) => [`${called}[${index}]`, segment])),
  }
}

function normalised(name: string): string {
  return name.replace(/[^a-z0-9.-]/gi, '-').toLowerCase()
}
