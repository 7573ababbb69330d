import { createHash } from 'node:crypto'
import { posix } from 'node:path'
import type { AppliedBy } from '../../model/applied.ts'
import type { Cluster } from '../../model/cluster.ts'
import type { RenderReason } from '../../model/reason.ts'
import type { Span } from '../../model/span.ts'
import type { Chart } from '../applied/charts.ts'
import type { Sources } from '../applied/sources.ts'
import type { Checkout } from '../checkout.ts'
import type { ChartRelease, MissingValues, ValueLayer } from '../helm/chart-release.ts'
import { stepsOf } from '../helm/value-layers.ts'
import { joinRelative } from '../look-through/repository-tree.ts'
import type { NotFollowed } from '../not-followed.ts'
import { at, entriesAt, itemsAt, type Placed, plainValue, spanIn, textAt } from '../placed/placed.ts'
import { type GitOpsObject, type GitOpsRoot, gitOpsTitle, type RootContext } from '../root.ts'
import { sourceFolder } from '../source-path.ts'
import type { FindConfigMaps } from './variables.ts'

export interface HelmReleaseOptions {
  readonly sources: Sources
  readonly charts: ReadonlyMap<string, Chart>
  readonly configMaps: FindConfigMaps
  /** `HelmChart` objects of Flux, as they are written. */
  readonly helmCharts: readonly Placed[]
  /** Whether a chart that brings nothing else is rendered for its workloads. */
  readonly namesMadeSecrets: (release: ChartRelease) => boolean
  readonly context: RootContext
}

export interface FoundHelmRelease {
  readonly roots: readonly GitOpsRoot[]
  readonly notFollowed: readonly NotFollowed[]
  /** The chart's folder, where it lies here. */
  readonly chart?: string
  /** Why it is not rendered. */
  readonly unrendered?: RenderReason
  /** Files of this repository whose values are given to the chart, its own first. */
  readonly valueFiles: readonly string[]
  /** The values that it gives to a chart, wherever that is, where not all of them are its own. */
  readonly given?: readonly ValueLayer[]
}

const NOTHING: FoundHelmRelease = { roots: [], notFollowed: [], valueFiles: [] }

/** What a HelmRelease of Flux installs, where its chart lies in this repository (helm.md §2.1). */
export function helmReleaseRoot(object: GitOpsObject, options: HelmReleaseOptions): FoundHelmRelease {
  const { given, ...found } = chartRelease(object, options)
  // What stands in it alone is told by the object itself.
  return given?.some((layer) => layer.from !== 'map' && layer.from !== 'missing') === true ? { ...found, given } : found
}

function chartRelease(object: GitOpsObject, options: HelmReleaseOptions): FoundHelmRelease {
  const { node, checkout, file } = object
  const { sources, charts, context } = options
  const values = at(node, 'spec', 'values')
  const inline: ValueLayer[] = values?.type === 'map' ? [{ from: 'map', node: values }] : []
  const from = valuesFrom(object, options)
  // Values that a path is given to are put over the inline ones.
  const given = [...from.layers, ...inline, ...from.targeted]
  const template = chartTemplate(node, options.helmCharts)
  const path = textAt(template, 'chart')
  const kind = textAt(template, 'sourceRef', 'kind')
  const name = textAt(template, 'sourceRef', 'name')
  // The version of a chart in Git is not looked at; every other source is a registry.
  if (path === undefined || name === undefined || (kind !== 'GitRepository' && kind !== 'Bucket'))
    return { ...NOTHING, given }
  const source = sources.ofSource(kind, name)
  if (source.is === 'foreign') return { ...NOTHING, given }
  const title = `HelmRelease ${gitOpsTitle({ node })} (${path})`
  const span = spanIn(template as Placed, ['chart'])
  const stop = (why: RenderReason, where: Span = span): FoundHelmRelease => ({
    ...NOTHING,
    notFollowed: [{ title, span: where, unresolved: true, why }],
  })
  if (source.is === 'unknown') return stop({ code: 'artifact', source: source.source })
  if (/\$\{/.test(path)) return stop({ code: 'path-unfilled', path, generators: [] })
  const place = sourceFolder(checkout, file, joinRelative(source.folder, path))
  if (place === undefined) return stop({ code: 'path-absent', path })
  const { folder } = place
  const chart = charts.get(folder)
  if (chart === undefined) return stop({ code: 'chart-absent', folder: path })
  const notRendered = (unrendered: RenderReason, where: Span) => ({
    ...stop(unrendered, where),
    chart: folder,
    unrendered,
  })
  const files = chartValues(template as Placed, source.folder, checkout)
  if (files.absent !== undefined)
    return notRendered({ code: 'values-file-absent', file: files.absent.file }, files.absent.span)
  const valueFiles = files.files.length > 0 ? files.files : [joinRelative(folder, 'values.yaml')]
  const namespace = at(node, 'spec', 'targetNamespace') ?? at(node, 'metadata', 'namespace')
  const appliedBy: AppliedBy = {
    kind: 'HelmRelease',
    name: gitOpsTitle({ node }),
    span,
    ...(context.by === undefined ? {} : { by: context.by }),
  }
  const renderers = itemsAt(node, 'spec', 'postRenderers').flatMap((one) => at(one, 'kustomize') ?? [])
  const release: ChartRelease = {
    chart: folder,
    name: releaseName(node),
    namespace,
    layers: [...files.files.map((one): ValueLayer => ({ from: 'file', file: one })), ...given],
    ...(files.files.length > 0 ? { replacesChartValues: true as const } : {}),
    ...(renderers.length > 0 ? { postRenderers: renderers } : {}),
    ...(at(node, 'spec', 'valuesFrom') === undefined ? {} : { list: spanIn(node, ['spec', 'valuesFrom']) }),
  }
  if (!chart.brings && !options.namesMadeSecrets(release))
    return { ...NOTHING, chart: folder, valueFiles, given: release.layers }
  const root: GitOpsRoot = {
    checkout,
    appliedBy,
    folder,
    build: { by: 'helm', release, ...(chart.brings ? {} : { forUsers: true as const }) },
    cluster: context.cluster,
    certainty: source.presumed === true ? 'presumed' : context.certainty,
    ...(context.suspendedBy === undefined ? {} : { suspendedBy: context.suspendedBy }),
    ...(place.nested === true ? { nested: true as const } : {}),
    // Helm's client puts what names no namespace into the release's.
    ...(namespace === undefined ? {} : { namespace }),
    ...metadataOf(node),
  }
  return { roots: [root], notFollowed: [], chart: folder, valueFiles, given: release.layers }
}

function metadataOf(node: Placed): Pick<GitOpsRoot, 'commonMetadata'> {
  const common = at(node, 'spec', 'commonMetadata')
  return common === undefined ? {} : { commonMetadata: common }
}

/** `spec.chart.spec`, or the spec of the HelmChart that `chartRef` names. */
function chartTemplate(node: Placed, helmCharts: readonly Placed[]): Placed | undefined {
  const own = at(node, 'spec', 'chart', 'spec')
  if (own !== undefined) return own
  const reference = at(node, 'spec', 'chartRef')
  if (textAt(reference, 'kind') !== 'HelmChart') return undefined
  const namespace = textAt(reference, 'namespace') ?? textAt(node, 'metadata', 'namespace')
  const found = helmCharts.find((chart) => {
    const its = textAt(chart, 'metadata', 'namespace')
    return (
      textAt(chart, 'metadata', 'name') === textAt(reference, 'name') &&
      (its === undefined || namespace === undefined || its === namespace)
    )
  })
  return at(found, 'spec')
}

interface ChartValues {
  readonly files: readonly string[]
  readonly absent?: { readonly file: string; readonly span: Span }
}

/** `valuesFiles`, from the source's root: they take the place of the chart's own, the later ones winning. */
function chartValues(template: Placed, root: string, checkout: Checkout): ChartValues {
  const single = at(template, 'valuesFile')
  const named = [
    ...(single === undefined || textAt(single) === '' ? [] : [single]),
    ...itemsAt(template, 'valuesFiles'),
  ]
  const forgives = at(template, 'ignoreMissingValuesFiles')
  const files: string[] = []
  for (const item of named) {
    const file = joinRelative(root, textAt(item) ?? '')
    if (checkout.root.files.has(file)) files.push(file)
    else if (!(forgives?.type === 'scalar' && forgives.value === true))
      return { files, absent: { file, span: spanIn(item, []) } }
  }
  return { files }
}

/** Helm takes names of 53 characters; Flux cuts longer ones and adds a part of their hash. */
const MAX_NAME = 53

function releaseName(node: Placed): Placed {
  const own = at(node, 'spec', 'releaseName')
  if (own !== undefined && textAt(own) !== '') return own
  const name = at(node, 'metadata', 'name') ?? node
  const target = textAt(node, 'spec', 'targetNamespace')
  const whole = target === undefined || target === '' ? (textAt(name) ?? '') : `${target}-${textAt(name) ?? ''}`
  const short =
    whole.length > MAX_NAME
      ? `${whole.slice(0, 40)}-${createHash('sha256').update(whole).digest('hex').slice(0, 12)}`
      : whole
  return { type: 'scalar', place: name.place, value: short }
}

interface GivenValues {
  readonly layers: readonly ValueLayer[]
  /** With a `targetPath`: stronger than `spec.values`. */
  readonly targeted: readonly ValueLayer[]
}

/** `valuesFrom` in its order. What Secrets hold is nobody's to read. */
function valuesFrom({ node, checkout }: GitOpsObject, { configMaps, context }: HelmReleaseOptions): GivenValues {
  const layers: ValueLayer[] = []
  const targeted: ValueLayer[] = []
  for (const item of itemsAt(node, 'spec', 'valuesFrom')) {
    const kind = textAt(item, 'kind') ?? ''
    const name = textAt(item, 'name') ?? ''
    const key = textAt(item, 'valuesKey') ?? 'values.yaml'
    const target = textAt(item, 'targetPath') ?? ''
    const span = spanIn(item, ['name'])
    // A path is all that it sets: `a.b[0]` stands below `a`.
    const top = target === '' ? undefined : String(stepsOf(target)[0])
    const missing = (code: MissingValues['code'], only?: string) =>
      layers.push({ from: 'missing', why: { code, name }, span, ...(only === undefined ? {} : { only }) })
    if (kind !== 'ConfigMap') {
      missing('secret', top)
      continue
    }
    const found = configMapOf(name, textAt(node, 'metadata', 'namespace'), context.cluster, configMaps)
    const value = found === undefined ? undefined : at(found, 'data', key)
    const text = textAt(value)
    // An optional one may be made by something else; what a root fills in is not what the file holds.
    if (value === undefined || text === undefined || /\$\{/.test(text)) {
      const isLeftOut = found !== undefined && value === undefined && flag(item, 'optional')
      if (!isLeftOut) missing(value === undefined ? 'config-map' : 'substituted', top)
    } else if (target === '') layers.push(layerOf(value, checkout))
    else if (isSetInline(node, target)) missing('target-path', target)
    else targeted.push(setOf(target, value, text, flag(item, 'literal')))
  }
  return { layers, targeted }
}

/** A name at the top that `spec.values` sets too: documentation and code of Flux differ on which one wins. */
function isSetInline(node: Placed, target: string): boolean {
  return !/[.[]/.test(target) && entriesAt(node, 'spec', 'values').some(([name]) => name === target)
}

function setOf(name: string, value: Placed, text: string, literal: boolean): ValueLayer {
  if (literal) return { from: 'set', name, value, as: 'literal' }
  const quoted = /^(["'])(.*)\1$/s.exec(text)
  return quoted === null
    ? { from: 'set', name, value, as: 'set' }
    : { from: 'set', name, value: { type: 'scalar', place: value.place, value: quoted[2] ?? '' }, as: 'string' }
}

function flag(node: Placed, name: string): boolean {
  const found = at(node, name)
  return found?.type === 'scalar' && found.value === true
}

function configMapOf(
  name: string,
  namespace: string | undefined,
  cluster: Cluster | undefined,
  configMaps: FindConfigMaps,
): Placed | undefined {
  const found = configMaps(name, cluster).filter(
    (one) => one.namespace === undefined || namespace === undefined || one.namespace === namespace,
  )
  // Of several that differ nobody knows which one it is.
  const [first] = found
  const same = found.every(
    (one) => JSON.stringify(plainValue(one.node)) === JSON.stringify(first && plainValue(first.node)),
  )
  return same ? first?.node : undefined
}

/** The text of a key; where a generator takes it from a file, that file. */
function layerOf(value: Placed, checkout: Checkout): ValueLayer {
  const { document, path } = value.place
  if (path[0] === 'configMapGenerator' && path[2] === 'files') {
    const written = document.rawOf(path) ?? ''
    const target = written.slice(written.indexOf('=') + 1)
    const folder = posix.dirname(checkout.below(document.file))
    const file = joinRelative(folder === '.' ? '' : folder, target)
    if (checkout.root.files.has(file)) return { from: 'file', file }
  }
  return { from: 'text', node: value }
}
