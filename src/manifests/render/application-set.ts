import { globTest } from '../files/glob.ts'
import type { Root } from '../files/root.ts'
import type { Value } from '../manifest.ts'
import { at, isMap, listAt, stringAt, stringsAt } from '../value.ts'

/** What one Application of an ApplicationSet is made with, by the names that templates use. */
export type Parameters = Readonly<Record<string, string>>

export interface ParameterSets {
  readonly sets: readonly Parameters[]
  /** Generators whose outcome Git does not tell (pull requests, SCM providers, plugins). */
  readonly unknown: readonly string[]
}

const MAX_SETS = 2000

/**
 * The parameters that an ApplicationSet's generators give, as far as Git tells them: `list`, `git` directories, and `matrix` and
 * `merge` of them. Of `clusters` only the `values` are known; a path that needs more stays unfilled, and is not followed.
 */
export function parameterSets(generators: readonly Value[], root: Root): ParameterSets {
  const unknown: string[] = []
  const one = (generator: Value): Parameters[] => {
    if (!isMap(generator)) return []
    if (generator.list !== undefined) return listAt(generator.list, 'elements').map((element) => flatten(element))
    if (generator.clusters !== undefined)
      return [prefixed(flatten(at(generator.clusters, 'values') ?? null), 'values.')]
    if (generator.git !== undefined) {
      const folders = directories(listAt(generator.git, 'directories'), root)
      if (listAt(generator.git, 'files').length > 0) unknown.push('git files')
      const values = prefixed(flatten(at(generator.git, 'values') ?? null), 'values.')
      return folders.map((folder) => ({ ...folder, ...values }))
    }
    if (generator.matrix !== undefined) {
      const [left = [], right = []] = listAt(generator.matrix, 'generators').map(one)
      return left.flatMap((outer) => right.map((inner) => ({ ...outer, ...inner }))).slice(0, MAX_SETS)
    }
    if (generator.merge !== undefined) return merged(generator.merge)
    unknown.push(Object.keys(generator).find((key) => key !== 'selector' && key !== 'template') ?? 'unknown')
    return []
  }
  const merged = (merge: Value): Parameters[] => {
    const keys = stringsAt(merge, 'mergeKeys')
    const [base = [], ...others] = listAt(merge, 'generators').map(one)
    const overrides = others.flat()
    // A base whose merge keys Git does not tell (clusters) stands for every cluster: with each override, and with none.
    const open = base.some((set) => keys.some((key) => set[key] === undefined))
    const results = base.flatMap((set) => {
      const fitting = overrides.filter((other) =>
        keys.every((key) => set[key] === undefined || set[key] === other[key]),
      )
      const joined = fitting.map((other) => ({ ...set, ...other }))
      if (!open) return [Object.assign({}, set, ...fitting) as Parameters]
      return [set, ...joined]
    })
    return results.slice(0, MAX_SETS)
  }
  const sets = generators.flatMap(one)
  return { sets: unique(sets).slice(0, MAX_SETS), unknown }
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
      isMap(item) ? Object.entries(flatten(item, `${prefix}${key}.`)) : [[prefix + key, String(item)]],
    ),
  )
}

/** Argo CD's pattern is anchored and `*` stays within one level. */
function directories(entries: readonly Value[], root: Root): Parameters[] {
  const tests = entries.flatMap((entry) => {
    const path = stringAt(entry, 'path')
    if (path === undefined) return []
    try {
      const test = globTest(path, 'git generator')
      return [{ exclude: at(entry, 'exclude') === true, test, levels: path.split('/').length }]
    } catch {
      return []
    }
  })
  const fits = (exclude: boolean, folder: string) =>
    tests.some((entry) => entry.exclude === exclude && folder.split('/').length === entry.levels && entry.test(folder))
  return [...root.folders].sort().flatMap((folder) => {
    if (folder === '' || fits(true, folder) || !fits(false, folder)) return []
    const segments = folder.split('/')
    const basename = segments.at(-1) as string
    return [
      {
        path: folder,
        'path.path': folder,
        'path.basename': basename,
        'path.basenameNormalized': basename.replace(/[^a-z0-9.-]/gi, '-').toLowerCase(),
        ...Object.fromEntries(segments.map((segment, index) => [`path[${index}]`, segment])),
      },
    ]
  })
}
