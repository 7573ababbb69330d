/**
 * A tiny model of ApplicationSet generators, independent of the program's: it fills in a generator by replacing texts in its JSON, and
 * matches paths by regular expressions. It knows list, git, clusters, matrix, merge, `values` and `selector`, and names that are there.
 */

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }
export type Params = { [key: string]: Json }

export interface World {
  readonly files: Readonly<Record<string, string>>
  readonly clusters: readonly { readonly name: string; readonly labels: Readonly<Record<string, string>> }[]
  readonly go: boolean
}

export class Refused extends Error {}

const normal = (name: string) =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9.-]/g, '-')
    .replace(/^[-.]+|[-.]+$/g, '')

function lookUp(params: Params, name: string): Json | undefined {
  let value: Json | undefined = params
  for (const part of name.split('.')) value = (value as Params | undefined)?.[part]
  return value
}

/** Texts between braces replaced by what they name. */
export function put(text: string, params: Params, go: boolean): string {
  return go
    ? text.replace(/\{\{\s*\.([\w.]+)\s*\}\}/g, (_, name: string) => {
        const value = lookUp(params, name)
        return value === undefined ? '<no value>' : String(value)
      })
    : text.replace(/\{\{\s*([^{}\s]+)\s*\}\}/g, (whole, name: string) =>
        name in params ? String(params[name]) : whole,
      )
}

function putAll(value: Json, params: Params, go: boolean): Json {
  // One character after the other: no text of ours needs escaping in JSON.
  return JSON.parse(put(JSON.stringify(value), params, go)) as Json
}

const regexp = (pattern: string, star: string) =>
  new RegExp(
    `^${pattern
      .split('*')
      .map((part) => part.replace(/[.[\](){}+?^$|\\]/g, '\\$&'))
      .join(star)}$`,
  )

function foldersOf(files: World['files']): string[] {
  const found = new Set<string>()
  for (const file of Object.keys(files)) {
    const parts = file.split('/').slice(0, -1)
    for (const index of parts.keys()) found.add(parts.slice(0, index + 1).join('/'))
  }
  return [...found].filter((folder) => !folder.split('/').some((part) => part.startsWith('.'))).sort()
}

function pathParams(folder: string, file: string | undefined, prefix: string, go: boolean): Params {
  const base = folder.split('/').at(-1) as string
  const name = file?.split('/').at(-1)
  const more: Params = name === undefined ? {} : { filename: name, filenameNormalized: normal(name) }
  if (go) {
    const path: Params = {
      path: folder,
      basename: base,
      basenameNormalized: normal(base),
      segments: folder.split('/'),
      ...more,
    }
    return prefix === '' ? { path } : { [prefix]: { path } }
  }
  const own = prefix === '' ? 'path' : `${prefix}.path`
  const flat: Params = { [own]: folder, [`${own}.basename`]: base, [`${own}.basenameNormalized`]: normal(base) }
  for (const [key, value] of Object.entries(more)) flat[`${own}.${key}`] = value
  folder.split('/').forEach((part, index) => {
    flat[`${own}[${index}]`] = part
  })
  return flat
}

function leaves(value: Json, name = ''): Params {
  if (value === null || typeof value !== 'object') return { [name]: value }
  const entries = Array.isArray(value)
    ? value.map((item, index) => [String(index), item] as const)
    : Object.entries(value)
  return Object.assign(
    {},
    ...entries.map(([key, item]) => leaves(item, name === '' ? key : `${name}.${key}`)),
  ) as Params
}

const asTexts = (params: Params): Params =>
  Object.fromEntries(Object.entries(params).map(([key, value]) => [key, String(value)]))

function deep(weak: Params, strong: Params): Params {
  const all: Params = { ...weak }
  for (const [key, value] of Object.entries(strong)) {
    const old = all[key]
    const maps = [old, value].every((one) => one !== null && typeof one === 'object' && !Array.isArray(one))
    if (maps) all[key] = deep(old as Params, value as Params)
    else if (old === undefined || (value !== '' && value !== false && value !== 0 && value !== null)) all[key] = value
  }
  return all
}

function chosen(selector: Json | undefined, labels: Params): boolean {
  const { matchLabels = {}, matchExpressions = [] } = (selector ?? {}) as {
    matchLabels?: Params
    matchExpressions?: Params[]
  }
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, operator, values }) => {
      const has = (key as string) in labels
      const among = has && ((values ?? []) as Json[]).includes(labels[key as string] as Json)
      return { In: among, NotIn: !among, Exists: has, DoesNotExist: !has }[operator as 'In']
    })
  )
}

function withValues(params: Params, generator: Params, go: boolean): Params {
  if (generator.values === undefined) return params
  const filled = Object.entries(generator.values as Params).map(
    ([key, text]) => [key, put(text as string, params, go)] as const,
  )
  return go
    ? { ...params, values: Object.fromEntries(filled) }
    : { ...params, ...Object.fromEntries(filled.map(([key, text]) => [`values.${key}`, text])) }
}

/** What the first generator of a matrix does to the second: what its `values` do not find stays, for its own parameters. */
function filledIn(generator: Params, outer: Params, go: boolean): Params {
  const { values, generators, ...rest } = generator
  const filled = putAll(rest, outer, go) as Params
  if (generators !== undefined)
    return {
      ...filled,
      generators: (generators as Params[]).map((child) => {
        const inner = Object.keys(child).find((key) => key !== 'selector') as string
        const { [inner]: of, ...more } = child
        return { ...(putAll(more, outer, go) as Params), [inner]: filledIn(of as Params, outer, go) }
      }),
    }
  if (values === undefined) return filled
  const kept = Object.entries(values as Params).map(([key, text]) => {
    const made = put(text as string, outer, go)
    return [key, made.includes('<no value>') ? text : made]
  })
  return { ...filled, values: Object.fromEntries(kept) as Params }
}

export function modelSets(entry: Params, world: World, outer?: Params): Params[] {
  const { go } = world
  const kind = Object.keys(entry).find((key) => key !== 'selector') as string
  const generator = (outer === undefined ? entry[kind] : filledIn(entry[kind] as Params, outer, go)) as Params
  const found = ofKind(kind, generator, world)
  if (entry.selector === undefined) return found
  return found.filter((params) => chosen(entry.selector, asTexts(leaves(params))))
}

function ofKind(kind: string, generator: Params, world: World): Params[] {
  const { go, files, clusters } = world
  if (kind === 'list') {
    const elements = generator.elements as Params[]
    return go
      ? elements
      : elements.map((element) =>
          Object.fromEntries(
            Object.entries(element).flatMap(([key, value]): [string, Json][] =>
              key === 'values'
                ? Object.entries(value as Params).map(([name, text]) => [`values.${name}`, text])
                : [[key, value]],
            ),
          ),
        )
  }
  if (kind === 'git') {
    const wanted = (generator.directories ?? generator.files) as Params[]
    const isFolders = generator.directories !== undefined
    const prefix = (generator.pathParamPrefix ?? '') as string
    const tests = wanted.map((one) => {
      const out = one.exclude === true
      // Git takes many slashes for one; in names of folders there is none of them.
      const pattern = isFolders ? (one.path as string) : (one.path as string).replace(/\/+/g, '/')
      const whole = regexp(pattern, isFolders ? '[^/]*' : '.*')
      // Git takes a folder's name for all below it.
      return {
        out,
        fits: (path: string) => whole.test(path) || (!isFolders && path.startsWith(`${pattern.replace(/\/$/, '')}/`)),
      }
    })
    const paths = (isFolders ? foldersOf(files) : Object.keys(files).sort()).filter(
      (path) => tests.some(({ out, fits }) => !out && fits(path)) && !tests.some(({ out, fits }) => out && fits(path)),
    )
    return paths.map((path) => {
      const text = isFolders ? '' : (files[path] as string)
      const content = text === '' ? {} : (JSON.parse(text) as Params)
      const own = pathParams(
        isFolders ? path : path.split('/').slice(0, -1).join('/'),
        isFolders ? undefined : path,
        prefix,
        go,
      )
      return withValues({ ...(go ? content : asTexts(leaves(content))), ...own }, generator, go)
    })
  }
  if (kind === 'clusters') {
    const taken = clusters.filter(({ labels }) => chosen(generator.selector, { ...labels }))
    const sets = taken.map(
      ({ name, labels }): Params => ({
        name,
        nameNormalized: normal(name),
        project: '',
        ...(go
          ? { metadata: { labels: { ...labels } } }
          : Object.fromEntries(Object.entries(labels).map(([key, value]) => [`metadata.labels.${key}`, value]))),
      }),
    )
    return sets.map((params) => withValues(params, generator, go))
  }
  const children = generator.generators as Params[]
  if (kind === 'matrix') {
    const [first, second] = children as [Params, Params]
    return modelSets(first, world).flatMap((a) =>
      modelSets(second, world, a).map((b) => {
        if (go) return deep(b, a)
        for (const key of Object.keys(b)) if (key in a && String(a[key]) !== String(b[key])) throw new Refused()
        return asTexts({ ...a, ...b })
      }),
    )
  }
  const keys = generator.mergeKeys as string[]
  const keyOf = (params: Params) => JSON.stringify(keys.map((key) => params[key] ?? null))
  const [base, ...others] = children.map((child) => modelSets(child, world))
  for (const sets of [base as Params[], ...others]) if (new Set(sets.map(keyOf)).size < sets.length) throw new Refused()
  return (base as Params[]).map((params) => {
    let merged = params
    for (const sets of others) {
      const over = sets.find((one) => keyOf(one) === keyOf(params))
      if (over !== undefined) merged = go ? deep(merged, over) : Object.assign({}, merged, over)
    }
    return merged
  })
}
