import { readdirSync } from 'node:fs'
import { posix } from 'node:path'
import { parseYaml } from '../../files/yaml/parse-yaml.ts'
import { isMap, listAt, stringAt, type Value, type ValueMap } from '../../model/value.ts'
import type { Checkout } from '../checkout.ts'
import { joinRelative } from '../look-through/repository-tree.ts'
import { mayTellOfSecrets } from '../objects/secret-users.ts'

/** A file of a staged chart. */
export interface ChartFile {
  /** Its path below the chart. */
  readonly path: string
  /** The file of the checkout that it is; of a `Chart.yaml` that was written anew, too. */
  readonly source: string
  /** What helm gets, where that is not the file as it is. */
  readonly text?: string
  /** Where helm finds it, where that is another name: a partial that is no partial by its name. */
  readonly stagedAs?: string
  /** helm renders it. */
  readonly isTemplate: boolean
}

/** A dependency that is not here, so that the chart is rendered without it (helm.md §4.3). */
export interface MissingDependency {
  readonly name: string
  readonly repository: string
  /** The `Chart.yaml` that names it. */
  readonly file: string
}

/** What of a chart helm gets, and what of it lies where. */
export interface ChartFiles {
  readonly folder: string
  readonly name: string
  readonly isLibrary: boolean
  readonly files: readonly ChartFile[]
  readonly missing: readonly MissingDependency[]
  /** Why it cannot be staged at all. */
  readonly refused?: string
  /** The file of the chart that a `# Source:` line means, with the file of the checkout; `undefined`: it came out of an archive. */
  fileOf(sourceLine: string): ChartFile | undefined
}

/** helm.md §4.6: more is no chart that anybody renders. */
const MAX_FILES = 5_000
const MAX_BYTES = 50 * 1024 * 1024
/** Charts within charts, and `file://` after `file://`. */
const MAX_DEPTH = 4

/**
 * Which templates are staged: those that can make what is judged, or what leads to more; those that can ask for Secrets or make one, too
 * (consumers.md §8); or all.
 */
export type TemplatesTaken = 'judged' | 'users' | 'all'

/**
 * The chart in a folder as it is to be staged (helm.md §4.6, §4.7): regular files only, links inside the repository followed; no schema, no
 * dependency that is not here, and no template that can make nothing of what is wanted.
 */
export function chartFiles(checkout: Checkout, folder: string, wanted: TemplatesTaken): ChartFiles {
  const { tree } = checkout
  const missing: MissingDependency[] = []
  const files: ChartFile[] = []
  const charts = new Map<string, { readonly name: string; readonly aliases: ReadonlyMap<string, string> }>()
  let bytes = 0
  let refused: string | undefined
  let usesFiles = false

  const addChart = (at: string, from: string, depth: number): void => {
    const found = filesBelow(checkout, from)
    const own = found.filter(({ path }) => !isOfSubchart(path))
    const chartYaml = own.find(({ path }) => path === 'Chart.yaml')
    if (chartYaml === undefined) return
    const definition = readMap(checkout, chartYaml.source)
    const requirements = own.find(({ path }) => path === 'requirements.yaml')
    const lists = [
      ...listAt(definition, 'dependencies').map((one) => ({ one, file: chartYaml.source })),
      ...(requirements === undefined
        ? []
        : listAt(readMap(checkout, requirements.source), 'dependencies').map((one) => ({
            one,
            file: requirements.source,
          }))),
    ]
    const children = new Map<string, string>()
    for (const { path } of found) {
      const child = /^charts\/([^/]+)\/Chart\.yaml$/.exec(path)?.[1]
      if (child !== undefined) children.set(child, chartName(checkout, joinRelative(from, `charts/${child}`)) ?? child)
    }
    const archives = found.flatMap(({ path }) => /^charts\/([^/]+)\.tgz$/.exec(path)?.[1] ?? [])
    const gone = new Set<Value>()
    const aliases = new Map<string, string>()
    for (const { one, file } of lists) {
      const name = stringAt(one, 'name') ?? ''
      const repository = stringAt(one, 'repository') ?? ''
      const alias = stringAt(one, 'alias')
      if (alias !== undefined) aliases.set(alias, name)
      const isHere =
        [...children].some(([child, of]) => of === name || child === name) ||
        archives.some((archive) => archive === name || archive.startsWith(`${name}-`))
      if (isHere) continue
      const local = /^file:\/\/(.*)$/s.exec(repository)?.[1]
      const target = local === undefined ? undefined : joinRelative(from, local)
      if (target !== undefined && depth < MAX_DEPTH && tree.entry(joinRelative(target, 'Chart.yaml')) === 'file') {
        children.set(name, name)
        addChart(joinRelative(at, `charts/${name}`), target, depth + 1)
        continue
      }
      gone.add(one)
      missing.push({ name, repository, file })
    }
    charts.set(at, { name: stringAt(definition, 'name') ?? '', aliases })
    for (const { path, source } of own) {
      const placed = joinRelative(at, path)
      const size = tree.size(source)
      bytes += size
      if (isLeftOut(path) || size > MAX_FILE) continue
      if (path === 'Chart.yaml' || path === 'requirements.yaml') {
        const isEdited = lists.some(({ one, file }) => file === source && gone.has(one))
        const text = isEdited ? { text: withoutDependencies(checkout, source, gone) } : {}
        files.push({ path: placed, source, ...text, isTemplate: false })
        continue
      }
      if (!path.startsWith('templates/')) {
        files.push({ path: placed, source, isTemplate: false })
        continue
      }
      const name = posix.basename(path)
      const isPartial = name.startsWith('_')
      const text = tree.read(source)
      if (/\.Files\b/.test(text)) usesFiles = true
      if (isPartial || isTaken(text, wanted)) files.push({ path: placed, source, isTemplate: true })
      else if (/\{\{-?\s*define\s/.test(text))
        files.push({
          path: placed,
          source,
          stagedAs: joinRelative(posix.dirname(placed), `_${name}`),
          isTemplate: true,
        })
    }
    for (const { path, source } of found)
      if (/^charts\/[^/]+\.tgz$/.test(path)) files.push({ path: joinRelative(at, path), source, isTemplate: false })
    for (const child of children.keys())
      if (depth < MAX_DEPTH && found.some(({ path }) => path === `charts/${child}/Chart.yaml`))
        addChart(joinRelative(at, `charts/${child}`), joinRelative(from, `charts/${child}`), depth + 1)
    if (files.length > MAX_FILES || bytes > MAX_BYTES)
      refused = `it is larger than ${MAX_FILES} files or ${MAX_BYTES / 1024 / 1024} MiB`
  }

  addChart('', folder, 0)
  const definition = readMap(checkout, joinRelative(folder, 'Chart.yaml'))
  // What no template reads by `.Files` is only copied.
  const kept = files.filter(({ path, isTemplate }) => usesFiles || isTemplate || isOfChart(path))
  const byPath = new Map(kept.map((file) => [file.path, file]))
  return {
    folder,
    name: stringAt(definition, 'name') ?? '',
    isLibrary: stringAt(definition, 'type') === 'library',
    files: kept,
    missing,
    ...(refused === undefined ? {} : { refused }),
    fileOf(sourceLine) {
      const [, ...segments] = sourceLine.split('/')
      let at = ''
      while (segments[0] === 'charts' && segments.length > 2) {
        const [, name = ''] = segments.splice(0, 2)
        const real = charts.get(at)?.aliases.get(name) ?? name
        const below = [...charts].find(
          ([path, chart]) =>
            path !== at &&
            posix.dirname(path) === joinRelative(at, 'charts') &&
            (chart.name === real || posix.basename(path) === real),
        )
        if (below === undefined) return undefined
        at = below[0]
      }
      return byPath.get(joinRelative(at, segments.join('/')))
    },
  }
}

/** helm refuses larger ones. */
const MAX_FILE = 5 * 1024 * 1024

interface Found {
  readonly path: string
  readonly source: string
}

/** Every file below a folder of the checkout; links inside the repository are followed, others are not there. */
function filesBelow({ tree }: Checkout, folder: string): Found[] {
  const found: Found[] = []
  const walk = (path: string, source: string, hops: number): void => {
    for (const file of tree.filesBelow(source, MAX_FILES + 1))
      found.push({ path: joinRelative(path, posix.relative(source === '' ? '.' : source, file)), source: file })
    for (const link of linksBelow(tree.absolute(source)).map((one) => joinRelative(source, one))) {
      const at = joinRelative(path, posix.relative(source === '' ? '.' : source, link))
      const kind = tree.entry(link)
      const real = tree.real(link)
      if (kind === 'file') found.push({ path: at, source: real })
      // A link to a folder above would never end.
      else if (kind === 'directory' && hops < MAX_DEPTH && !isWithin(folder, real)) walk(at, real, hops + 1)
    }
  }
  walk('', folder, 0)
  return found
}

function isWithin(path: string, folder: string): boolean {
  return folder === '' || path === folder || path.startsWith(`${folder}/`)
}

function linksBelow(absolute: string): string[] {
  const links: string[] = []
  const walk = (at: string, below: string): void => {
    let entries: ReturnType<typeof list>
    try {
      entries = list(at)
    } catch {
      return
    }
    for (const one of entries) {
      const path = below === '' ? one.name : `${below}/${one.name}`
      if (one.isSymbolicLink()) links.push(path)
      else if (one.isDirectory()) walk(`${at}/${one.name}`, path)
    }
  }
  walk(absolute, '')
  return links
}

function list(folder: string) {
  return readdirSync(folder, { withFileTypes: true })
}

function isOfSubchart(path: string): boolean {
  return path.startsWith('charts/')
}

/** Of a chart itself, whatever its templates read. */
function isOfChart(path: string): boolean {
  return /^(?:charts\/[^/]+\/)*(?:Chart\.yaml|values\.ya?ml|requirements\.yaml|\.helmignore|charts\/[^/]+\.tgz)$/.test(
    path,
  )
}

/** A schema can fetch or read anything; locks and notes only fail; CRDs are nobody's objects here (helm.md §4.6, §4.7). */
function isLeftOut(path: string): boolean {
  return (
    /^(?:values\.schema\.json|Chart\.lock|requirements\.lock|templates\/NOTES\.txt)$/.test(path) ||
    path.startsWith('crds/')
  )
}

const MATTERS =
  /external-secrets\.io|ExternalSecret|SecretStore|PushSecret|argoproj\.io|helm\.toolkit\.fluxcd\.io|kustomize\.toolkit\.fluxcd\.io/

function isTaken(text: string, wanted: TemplatesTaken): boolean {
  return wanted === 'all' || canMatter(text) || (wanted === 'users' && mayTellOfSecrets(text))
}

/** Whether a template can make an object that is judged, or that leads to more; one without a kind of its own may make any. */
function canMatter(text: string): boolean {
  if (MATTERS.test(text)) return true
  const makesAny = /\{\{-?[^}]*\b(?:include|template|tpl|toYaml)\b/.test(text) || /^kind:\s*["']?\{\{/m.test(text)
  return makesAny && !/^kind:\s*["']?\w/m.test(text) && !/\{\{-?\s*define\s/.test(text)
}

function readMap(checkout: Checkout, file: string): ValueMap {
  if (checkout.tree.entry(file) !== 'file') return {}
  const value = checkout.objects.documents(file)[0]?.value
  return isMap(value) ? value : {}
}

function chartName(checkout: Checkout, folder: string): string | undefined {
  return stringAt(readMap(checkout, joinRelative(folder, 'Chart.yaml')), 'name')
}

/** The definition of a chart without these dependencies, as JSON: what is a text in it stays the text that is written. */
function withoutDependencies({ tree }: Checkout, file: string, gone: ReadonlySet<Value>): string {
  const [document] = parseYaml({ file, text: tree.read(file) }).documents
  const names = new Set([...gone].map((one) => JSON.stringify(one)))
  const walk = (value: Value, path: readonly (string | number)[]): unknown => {
    if (Array.isArray(value)) return value.map((item: Value, index) => walk(item, [...path, index]))
    if (isMap(value))
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, walk(item, [...path, key])]))
    return typeof value === 'number' ? (document?.rawOf(path) ?? value) : value
  }
  const value = document?.value
  if (!isMap(value)) return '{}'
  const kept = listAt(value, 'dependencies')
    .map((one, index) => ({ one, index }))
    .filter(({ one }) => !names.has(JSON.stringify(one)))
  const definition = walk(value, []) as Record<string, unknown>
  return JSON.stringify({
    ...definition,
    dependencies: kept.map(({ one, index }) => walk(one, ['dependencies', index])),
  })
}
