import { posix } from 'node:path'
import { compileGlob, type GlobDialect } from '../../model/glob.ts'
import type { Span } from '../../model/span.ts'
import { isMap, stringAt } from '../../model/value.ts'
import { type Sources, sourcesOfSpec } from '../applied/sources.ts'
import type { Checkout } from '../checkout.ts'
import { MENTIONS_JUDGED } from '../gitops-kinds.ts'
import { type ChartRelease, type MissingValues, UNTOLD, type ValueLayer } from '../helm/chart-release.ts'
import { at, itemsAt, type Placed, plainValue, spanIn, textAt } from '../placed/placed.ts'
import { buildEnvironment } from './build-environment.ts'
import { UNFILLED } from './fill-text.ts'
import { flattened, isNothing } from './parameters.ts'

export interface ArgoReleaseInput {
  readonly checkout: Checkout
  readonly sources: Sources
  readonly application: Placed
  /** As it is merged with the files of its folder. */
  readonly source: Placed
  /** The chart's folder, below the checkout; `undefined`: the chart is not here. */
  readonly folder: string | undefined
}

export type FoundRelease =
  | { readonly release: ChartRelease }
  /** Argo CD does not find a file of values, and renders nothing. */
  | { readonly absent: string; readonly span: Span }

/** The chart, name, namespace and values that Argo CD hands to helm for a source, in its order (helm.md §1.2). */
export function argoRelease(input: ArgoReleaseInput & { readonly folder: string }): FoundRelease {
  const { application, source, folder } = input
  const helm = at(source, 'helm')
  const { layers, absent } = argoValues(input)
  if (absent !== undefined) return absent
  const kubeVersion = told(textAt(helm, 'kubeVersion')) ?? told(textAt(source, 'kustomize', 'kubeVersion'))
  const apiVersions = itemsAt(helm, 'apiVersions').flatMap((item) => told(textAt(item)) ?? [])
  const releaseName = at(helm, 'releaseName')
  const name = isTold(releaseName) ? releaseName : at(application, 'metadata', 'name')
  const list = at(helm, 'valueFiles')
  return {
    release: {
      chart: folder,
      name: name === undefined ? { type: 'scalar', place: source.place, value: '' } : withUntold(name),
      namespace: [
        at(helm, 'namespace'),
        at(source, 'kustomize', 'namespace'),
        at(application, 'spec', 'destination', 'namespace'),
      ].find(isTold),
      layers,
      ...(kubeVersion === undefined ? {} : { kubeVersion }),
      ...(apiVersions.length === 0 ? {} : { apiVersions }),
      ...(list === undefined ? {} : { list: spanIn(list, []) }),
    },
  }
}

/** All that a source gives to a chart, wherever the chart is, the weakest first. */
export function argoValues(input: ArgoReleaseInput): Layers {
  const helm = at(input.source, 'helm')
  const files = valueFileLayers(input)
  if (files.absent !== undefined) return files
  const layers: ValueLayer[] = [...files.layers]
  const object = at(helm, 'valuesObject')
  const text = at(helm, 'values')
  if (object !== undefined && !isNothing(plainValue(object))) layers.push({ from: 'map', node: withUntold(object) })
  else if (text !== undefined && textAt(text) !== '') layers.push({ from: 'text', node: withUntold(text) })
  const given = parameterLayers(input)
  if (given.absent !== undefined) return given
  return { layers: [...layers, ...given.layers] }
}

function told(text: string | undefined): string | undefined {
  return text === undefined || text === '' || text.includes(UNFILLED) ? undefined : text
}

function isTold(node: Placed | undefined): node is Placed {
  return told(textAt(node)) !== undefined
}

/** What an ApplicationSet could not fill in, in a form that is a text to every chart. */
function withUntold(node: Placed): Placed {
  if (node.type === 'scalar')
    return typeof node.value === 'string' && node.value.includes(UNFILLED)
      ? { ...node, value: node.value.replaceAll(UNFILLED, UNTOLD) }
      : node
  if (node.type === 'list') return { ...node, items: node.items.map(withUntold) }
  const entries = [...node.entries].map(
    ([key, entry]) => [key.replaceAll(UNFILLED, UNTOLD), { ...entry, node: withUntold(entry.node) }] as const,
  )
  return { ...node, entries: new Map(entries) }
}

/** A file that a deployer names: of this checkout, or one that Git does not hold here. */
type NamedFile =
  | { readonly path: string }
  /** One that Git does not name whole: any that fits, `*` being what is not told. */
  | { readonly open: string; readonly why: MissingValues }
  | { readonly missing: MissingValues }

/** How Argo CD finds a file by its name: of a `$ref`, by an address, from the repository's root, or from the chart's folder. */
function fileNames({ checkout, sources, application, source, folder }: ArgoReleaseInput): (node: Placed) => NamedFile {
  const refs = new Map(
    sourcesOfSpec(at(application, 'spec')).flatMap((one) => {
      const ref = textAt(one, 'ref')
      return ref === undefined || ref === '' ? [] : [[ref, one] as const]
    }),
  )
  const environment = buildEnvironment(application, source)
  const missing = (code: MissingValues['code'], name: string): NamedFile => ({ missing: { code, name } })
  const whole = (path: string): NamedFile =>
    path.includes(UNFILLED)
      ? {
          open: path.replaceAll(UNFILLED, '*'),
          why: { code: 'unnamed-file', name: posix.basename(path).replaceAll(UNFILLED, '…') },
        }
      : { path }
  const within = (path: string): string => posix.normalize(path).replace(/^(?:\.\.\/)+|^\/+/, '')
  return (node) => {
    const written = textAt(node) ?? ''
    const [, name = '', below = ''] = /^\$([^/]+)(\/.*)?$/s.exec(written) ?? []
    const ref = refs.get(name)
    const { text, untold } = environment.substitute(ref === undefined ? written : below)
    const [variable] = untold
    if (variable !== undefined) return missing('variable', variable)
    if (ref !== undefined) {
      const path = within(text)
      const isHere = sources.ofAddress(textAt(ref, 'repoURL')).is === 'this' && isSameState(ref)
      return isHere || checkout.root.files.has(path) ? whole(path) : missing('other-repository', written)
    }
    const [, scheme] = /^([a-zA-Z][a-zA-Z0-9+.-]*):/.exec(text) ?? []
    if (scheme !== undefined) return missing('address', scheme)
    if (text.startsWith('/')) return whole(within(text))
    const path = folder === undefined ? '../' : posix.normalize(posix.join(folder, text))
    // Out of the repository nothing is read.
    return path.startsWith('../') ? missing('other-repository', written) : whole(path)
  }
}

/** A branch that is named may hold other files than are checked out; usual names of the main one are taken for it. */
function isSameState(ref: Placed): boolean {
  const revision = textAt(ref, 'targetRevision') ?? ''
  return /^(?:|HEAD|main|master|refs\/heads\/(?:main|master))$/.test(revision)
}

const PATTERN: GlobDialect = {
  segments: true,
  question: true,
  sets: true,
  escapes: true,
  braces: true,
  doubleStar: 'as a segment',
}

interface Layers {
  readonly layers: readonly ValueLayer[]
  /** A file that Argo CD does not find: it renders nothing. */
  readonly absent?: Extract<FoundRelease, { readonly absent: string }>
}

/** `valueFiles`: an explicit file keeps its place, and a pattern gives in its place what no other entry names. */
function valueFileLayers(input: ArgoReleaseInput): Layers {
  const { checkout, source } = input
  const { files } = checkout.root
  const names = fileNames(input)
  const forgives = at(source, 'helm', 'ignoreMissingValueFiles')
  const ignores = forgives?.type === 'scalar' && forgives.value === true
  const entries = itemsAt(source, 'helm', 'valueFiles').map((node) => ({ node, found: names(node) }))
  const isPattern = (path: string) => /[*?[]/.test(path) && !files.has(path)
  const explicit = new Set(
    entries.flatMap(({ found }) => ('path' in found && !isPattern(found.path) ? [found.path] : [])),
  )
  const taken = new Set<string>()
  const layers: ValueLayer[] = []
  let absent: Layers['absent']
  const take = (file: string) => {
    if (taken.has(file)) return
    taken.add(file)
    layers.push({ from: 'file', file })
  }
  for (const { node, found } of entries) {
    const span = spanIn(node, [])
    if ('missing' in found) {
      layers.push({ from: 'missing', why: found.missing, span })
      continue
    }
    if ('open' in found) {
      const others = matching(found.open, files).filter((file) => !explicit.has(file))
      // One that is forgiven is one of those that are here, or none.
      if (!ignores || mayMatter(others, input)) layers.push({ from: 'missing', why: found.why, span })
      continue
    }
    const { path } = found
    if (isPattern(path)) {
      const matches = matching(path, files)
      if (matches.length === 0 && !ignores) absent ??= { absent: path, span }
      for (const file of matches) if (!explicit.has(file)) take(file)
    } else if (files.has(path)) take(path)
    else if (!ignores) absent ??= { absent: path, span }
  }
  return absent === undefined ? { layers } : { layers, absent }
}

function matching(pattern: string, files: ReadonlySet<string>): string[] {
  const compiled = compileGlob(pattern, PATTERN)
  return compiled.ok ? [...files].filter((file) => compiled.fits(file)).sort() : []
}

const MAX_CHART_FILES = 500

/** Whether any of these files of values sets something that the chart reads. */
function mayMatter(candidates: readonly string[], { checkout, folder }: ArgoReleaseInput): boolean {
  if (candidates.length === 0) return false
  if (folder === undefined) return true
  const reads = new Set<string>()
  for (const file of checkout.tree.filesBelow(folder, MAX_CHART_FILES)) {
    // What templates of other objects read changes nothing that is looked at.
    const isRead = /(?:^|\/)_[^/]*$|\.tpl$/.test(file) || checkout.mentions(file, MENTIONS_JUDGED)
    if (!isRead || !/\.(?:ya?ml|tpl|txt|json)$/.test(file)) continue
    for (const [, names = ''] of checkout.tree.read(file).matchAll(/\.Values((?:\.[\w-]+)*)/g)) reads.add(names)
  }
  // All of them at once.
  if (reads.has('')) return true
  const isRead = (path: string) =>
    [...reads].some((one) => `${path}.`.startsWith(`${one}.`) || `${one}.`.startsWith(`${path}.`))
  return candidates.some((file) => {
    const value = checkout.objects.documents(file)[0]?.value ?? null
    // A file of another group of Validated Patterns is no cluster's.
    if (!isMap(value) || stringAt(value, 'clusterGroup', 'name') !== undefined) return false
    // Of a chart below this one the first name is its own.
    return [...flattened(value).keys()].some(
      (name) => isRead(`.${name}`) || isRead(name.slice(name.indexOf('.') + 1).replace(/^/, '.')),
    )
  })
}

/** The files of this checkout whose values an Application's source gives to its chart, wherever that is. */
export function valueFilesOf(input: ArgoReleaseInput): string[] {
  return valueFileLayers(input).layers.flatMap((layer) => (layer.from === 'file' ? [layer.file] : []))
}

/** `parameters` by their names, the last one of a name; those that are forced to be texts after the others; files last. */
function parameterLayers(input: ArgoReleaseInput): Layers {
  const { application, source, checkout } = input
  const environment = buildEnvironment(application, source)
  const sets = new Map<string, ValueLayer>()
  const strings = new Map<string, ValueLayer>()
  for (const item of itemsAt(source, 'helm', 'parameters')) {
    const name = textAt(item, 'name') ?? ''
    const value = at(item, 'value')
    if (name === '' || name.includes('\n') || name.includes(UNFILLED)) continue
    const { text, untold } = environment.substitute(textAt(value) ?? '')
    const forced = at(item, 'forceString')
    const isForced = forced?.type === 'scalar' && forced.value === true
    const node: Placed = {
      type: 'scalar',
      place: (value ?? item).place,
      value: untold.length > 0 ? UNTOLD : text.replaceAll(UNFILLED, UNTOLD),
      ...(value?.type === 'scalar' && value.made !== undefined ? { made: value.made } : {}),
    }
    const into = isForced ? strings : sets
    into.delete(name)
    into.set(name, { from: 'set', name, value: node, as: isForced ? 'string' : 'set' })
  }
  const layers = [...sets.values(), ...strings.values()]
  const names = fileNames(input)
  const files = new Map<string, ValueLayer>()
  for (const item of itemsAt(source, 'helm', 'fileParameters')) {
    const [name, path] = [textAt(item, 'name') ?? '', at(item, 'path')]
    if (name === '' || path === undefined) continue
    const found = names(path)
    files.delete(name)
    if (!('path' in found))
      files.set(name, { from: 'set', name, value: { type: 'scalar', place: path.place, value: UNTOLD }, as: 'string' })
    else if (checkout.root.files.has(found.path)) files.set(name, { from: 'set-file', name, file: found.path })
    else return { layers: [], absent: { absent: found.path, span: spanIn(path, []) } }
  }
  return { layers: [...layers, ...files.values()] }
}
