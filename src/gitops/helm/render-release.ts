import type { RenderReason } from '../../model/reason.ts'
import type { Span } from '../../model/span.ts'
import { isList, isMap, type Value, type ValueMap, at as valueAt } from '../../model/value.ts'
import type { Checkout } from '../checkout.ts'
import { textsOfUse } from '../objects/secret-users.ts'
import { plainValue } from '../placed/placed.ts'
import {
  type ChartFile,
  type ChartFiles,
  chartFiles,
  type MissingDependency,
  type TemplatesTaken,
} from './chart-files.ts'
import { type ChartDocument, chartDocuments } from './chart-output.ts'
import type { ChartRelease } from './chart-release.ts'
import { type LedBack, leadBack } from './lead-back.ts'
import { marked, withoutMarks } from './marks.ts'
import { HELM_LIMITS, MOST_RUNS, type Template, type Templated } from './run-helm.ts'
import { type TemplateLines, templateLines } from './template-lines.ts'
import { ownValuesFiles, type ReleaseValues, type ValueScalar, valuesOf } from './value-layers.ts'

/** What a release of a chart gives. */
export interface ChartOutput {
  readonly objects: readonly ChartObject[]
  readonly missing: readonly MissingDependency[]
  /** The templates that were rendered, below the checkout. */
  readonly templates: readonly string[]
  /** Templates of what uses Secrets were rendered, too, and no part of the chart is missing that may use some. */
  readonly withUsers: boolean
  /** Nothing is known to be applied by it. */
  readonly failure?: { readonly why: RenderReason; readonly span?: Span }
}

export interface ChartObject extends LedBack {
  /** The template, below the checkout, and which of its documents. */
  readonly file: string
  readonly document: number
}

export interface RenderOptions {
  template(template: Template): Promise<Templated>
  /** `group/version` and `group/version/Kind` that the cluster serves, as far as Git and settings tell (helm.md §4.5). */
  readonly apiVersions: readonly string[]
  /** Nobody needs lines (a comparison): one rendering. */
  readonly keysOnly?: boolean
}

/** A current one: what helm takes for its own without it may be years old (helm.md §4.5). */
const KUBE_VERSION = 'v1.34.0'
/** Renderings of one release beyond the first. */
const MOST_PROBES = 24

export async function renderRelease(
  checkout: Checkout,
  release: ChartRelease,
  options: RenderOptions,
): Promise<ChartOutput> {
  let wanted: TemplatesTaken = 'users'
  let chart = chartFiles(checkout, release.chart, wanted)
  const { missing } = chart
  if (chart.refused !== undefined) return failed({ code: 'chart-refused', says: chart.refused }, missing)
  if (chart.isLibrary)
    return failed({ code: 'chart-refused', says: 'it is a library, which is not installed by itself' }, missing)
  const own = ownValuesFiles(
    new Map(chart.files.flatMap(({ path, source }) => (isReplaced(path, release) ? [] : [[path, source]]))),
  )
  const values = valuesOf(checkout, release, own)
  const render = (files: ChartFiles) => options.template(templateOf(files, values, release, options, undefined))
  let first = await render(chart)
  if ('failed' in first && first.failed !== 'total-time' && first.failed !== 'run-time') {
    // What a workload of the chart breaks costs the chart's references nothing.
    wanted = 'judged'
    chart = chartFiles(checkout, release.chart, wanted)
    first = await render(chart)
  }
  if (isLackOfTemplate(first)) {
    const whole = chartFiles(checkout, release.chart, 'all')
    const again = await render(whole)
    // What fails as a whole, too, fails by what it asks for, and not by what was left out.
    if (!('failed' in again)) {
      wanted = 'all'
      chart = whole
      first = again
    }
  }
  if ('failed' in first) {
    const place = placeOfFailure(checkout, chart, first)
    const value = lackedValue(first, place, checkout)
    const lacks = value === undefined ? undefined : { chart: checkout.shown(release.chart), ...value }
    return failed(reasonOf(first, lacks), missing, place?.span)
  }
  const objects = chartDocuments(first.stdout)
  if (objects === undefined) return failed({ code: 'output-unreadable' }, missing)
  const templates = chart.files.flatMap(({ isTemplate, source }) => (isTemplate ? [source] : []))
  const withUsers = wanted !== 'judged' && missing.length === 0
  if (objects.length === 0) return { objects: [], missing, templates, withUsers }
  const lines = templateLines(checkout, chart)
  const probes =
    options.keysOnly === true
      ? NO_PROBES
      : await probe(objects, chart, lines, values, release, options, () =>
          chartFiles(checkout, release.chart, 'judged'),
        )
  return {
    missing,
    templates,
    withUsers,
    objects: objects.map((object): ChartObject => {
      const file = chart.fileOf(object.source)
      return {
        ...leadBack({
          chart,
          lines,
          values,
          object,
          marked: probes.rendered.flatMap((documents) => twinOf(object, documents) ?? []),
          flow: probes.flow.filter(({ objects }) => objects.has(object)).map(({ scalar }) => scalar),
        }),
        file: file?.source ?? chart.files.find(({ path }) => path === 'Chart.yaml')?.source ?? chart.folder,
        document: object.index,
      }
    }),
  }
}

interface Probes {
  /** Documents of renderings with marks. */
  readonly rendered: readonly (readonly ChartDocument[])[]
  readonly flow: readonly { readonly scalar: ValueScalar; readonly objects: ReadonlySet<ChartDocument> }[]
}

const NO_PROBES: Probes = { rendered: [], flow: [] }

/** Renders with marks until each field is explained, or the runs are used up (helm.md §5.2 steps 2 to 4). */
async function probe(
  objects: readonly ChartDocument[],
  chart: ChartFiles,
  lines: TemplateLines,
  values: ReleaseValues,
  release: ChartRelease,
  options: RenderOptions,
  judgedFiles: () => ChartFiles,
): Promise<Probes> {
  const judged = objects.filter(({ isUser }) => !isUser)
  const text = objects
    .map(({ body, isUser }) => (isUser ? textsOfUse(body) : textsIn(body)).join('\n'))
    .join('\n')
    .toLowerCase()
  const candidates = values.scalars.filter(
    (one) => text.includes(one.text.toLowerCase()) || one.text.includes('{{') || values.unknown.has(one.id),
  )
  const rendered: ChartDocument[][] = []
  const flow: { scalar: ValueScalar; objects: ReadonlySet<ChartDocument> }[] = []
  let count = 0
  let staged = chart
  const run = async (scalars: readonly ValueScalar[], files = staged): Promise<ChartDocument[] | undefined> => {
    count++
    const ids = new Set(scalars.map(({ id }) => id))
    const result = await options.template(
      templateOf(files, values, release, options, { lines, isMarked: ({ id }) => ids.has(id) }),
    )
    return 'failed' in result ? undefined : chartDocuments(result.stdout)
  }
  const differing = (documents: readonly ChartDocument[] | undefined): Set<ChartDocument> =>
    new Set(
      documents === undefined
        ? objects
        : objects.filter((object) => {
            const twin = twinOf(object, documents)
            if (twin === undefined) return true
            return object.isUser ? !usesTheSame(object.body, twin.body) : !isSame(object.body, twin.body)
          }),
    )
  let whole = await run(candidates)
  if (whole === undefined && judged.length > 0 && judged.length < objects.length) {
    // A workload may take no mark, and is left out of these runs then.
    staged = judgedFiles()
    whole = await run(candidates)
  }
  if (whole !== undefined) rendered.push(whole)
  const differs = differing(whole)
  if (differs.size === 0) return { rendered, flow }
  // Lines are told without any marker; then the markers in halves, until those that change the flow are alone.
  const plain = candidates.length === 0 ? undefined : await run([], chart)
  if (plain !== undefined) rendered.unshift(plain)
  // What only a user of Secrets hangs on is not worth more runs: its fields stand at the lines of the templates.
  if (!judged.some((object) => differs.has(object))) return { rendered, flow }
  const halves: (readonly ValueScalar[])[] = candidates.length > 1 ? inHalves(candidates) : []
  if (candidates.length === 1) flow.push({ scalar: candidates[0] as ValueScalar, objects: differs })
  while (halves.length > 0 && count < MOST_PROBES) {
    const half = halves.shift() as readonly ValueScalar[]
    const documents = await run(half)
    const others = differing(documents)
    if (documents !== undefined) rendered.push(documents)
    if (!judged.some((object) => others.has(object))) continue
    if (half.length > 1) halves.push(...inHalves(half))
    else flow.push({ scalar: half[0] as ValueScalar, objects: others })
  }
  return { rendered, flow }
}

function isLackOfTemplate(first: Templated): boolean {
  return (
    'failed' in first && first.failed === 'says' && /not defined|no template|error calling include/.test(first.says)
  )
}

function inHalves<T>(items: readonly T[]): (readonly T[])[] {
  const middle = Math.ceil(items.length / 2)
  return [items.slice(0, middle), items.slice(middle)]
}

/** The same object in another rendering: of the same template, the same by place or by name. */
function twinOf(object: ChartDocument, documents: readonly ChartDocument[]): ChartDocument | undefined {
  // A kind may come from the values, too.
  const kind = (one: ChartDocument) => withoutMarks(String(one.body.kind ?? ''))
  const fits = (one: ChartDocument) => one.source === object.source && kind(one) === kind(object)
  const name = (one: ChartDocument) => withoutMarks(String(valueAt(one.body, 'metadata', 'name') ?? ''))
  return (
    documents.find((one) => fits(one) && one.index === object.index && name(one) === name(object)) ??
    documents.find((one) => fits(one) && name(one) === name(object))
  )
}

function isSame(one: Value, other: Value): boolean {
  if (isMap(one)) {
    if (!isMap(other)) return false
    const keys = new Map(Object.keys(other).map((key) => [withoutMarks(key), key]))
    return (
      keys.size === Object.keys(one).length &&
      Object.entries(one).every(([key, value]) => {
        const twin = keys.get(key)
        return twin !== undefined && isSame(value, other[twin] as Value)
      })
    )
  }
  if (isList(one))
    return isList(other) && one.length === other.length && one.every((item, at) => isSame(item, other[at] as Value))
  return !isMap(other) && !isList(other) && String(one ?? '') === withoutMarks(String(other ?? ''))
}

/** Whether the same Secrets are used, and the same of each; what else differs between renderings (a checksum) is no matter. */
function usesTheSame(one: ValueMap, other: ValueMap): boolean {
  const texts = textsOfUse(other).map(withoutMarks)
  const own = textsOfUse(one)
  return own.length === texts.length && own.every((text, index) => text === texts[index])
}

function textsIn(value: Value): string[] {
  if (isList(value)) return value.flatMap(textsIn)
  if (isMap(value)) return Object.entries(value).flatMap(([key, below]) => [key, ...textsIn(below)])
  return value === null ? [] : [String(value)]
}

interface Marking {
  readonly lines: TemplateLines
  isMarked(scalar: ValueScalar): boolean
}

function templateOf(
  { files }: ChartFiles,
  values: ReleaseValues,
  release: ChartRelease,
  { apiVersions }: RenderOptions,
  marking: Marking | undefined,
): Template {
  const isMarked = (scalar: ValueScalar) => marking?.isMarked(scalar) === true
  const chart = new Map<string, { source: string } | { text: string }>()
  for (const file of files) {
    const { path, source, text, stagedAs = path, isTemplate } = file
    if (isReplaced(path, release)) continue
    const own = values.own.get(path)
    if (own !== undefined) {
      const written = own.scalars.some(isMarked) ? own.write(isMarked) : undefined
      chart.set(stagedAs, written?.as === 'values' ? { text: written.text } : { source })
    } else if (isTemplate && marking !== undefined) chart.set(stagedAs, { text: marking.lines.marked(file) })
    else chart.set(stagedAs, text === undefined ? { source } : { text })
  }
  const nameOf = (scalar: ValueScalar, most: number) =>
    isMarked(scalar) && marked(scalar.text, scalar.id).length <= most ? marked(scalar.text, scalar.id) : scalar.text
  return {
    chart,
    name: nameOf(values.name, 53),
    namespace: nameOf(values.namespace, 63),
    kubeVersion: release.kubeVersion ?? KUBE_VERSION,
    apiVersions: [...apiVersions, ...(release.apiVersions ?? [])],
    values: values.layers.map((layer) => layer.write(isMarked)),
  }
}

/** The chart's own values, where the deployer's files take their place. */
function isReplaced(path: string, { replacesChartValues }: ChartRelease): boolean {
  return replacesChartValues === true && /^values\.ya?ml$/.test(path)
}

function failed(why: RenderReason, missing: readonly MissingDependency[], span?: Span): ChartOutput {
  return {
    objects: [],
    missing,
    templates: [],
    withUsers: false,
    failure: { why, ...(span === undefined ? {} : { span }) },
  }
}

type Failure = Extract<Templated, { readonly failed: string }>
type Lacks = Extract<RenderReason, { readonly code: 'helm-fails' }>['lacks']

function reasonOf(failure: Failure, lacks: Lacks): RenderReason {
  switch (failure.failed) {
    case 'says':
      return { code: 'helm-fails', says: complaint(failure.says), ...(lacks === undefined ? {} : { lacks }) }
    case 'time':
      return { code: 'helm-stopped', by: 'time', limit: HELM_LIMITS.seconds }
    case 'run-time':
      return { code: 'run-time-over' }
    case 'memory':
      return { code: 'helm-stopped', by: 'memory', limit: HELM_LIMITS.gib }
    case 'output':
      return { code: 'output-too-large', mib: HELM_LIMITS.mib }
    case 'total-time':
      return { code: 'helm-stopped', by: 'runs', limit: MOST_RUNS }
    case 'killed':
    case 'not-started':
      return { code: 'helm-stopped', by: 'system', limit: 0 }
    case 'copy':
      return { code: 'copy-fails', says: 'its files cannot be copied' }
  }
}

const MAX_LENGTH = 400

/** What helm says, as one line without what it repeats: the last cause is what the chart's author wrote or broke. */
function complaint(text: string): string {
  const said = text
    .replace(/\n\s*Use --debug flag[^\n]*/g, '')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what a program prints must not steer a terminal or a runner.
    .replace(/[\u0000-\u001f\u007f\s]+/g, ' ')
    .replace(/^Error: /, '')
    .trim()
  const own = /execution error at \(([^)]*)\): (.*)$/.exec(said)
  // `template: FILE:1:2: executing "FILE" at <.Values.a.b>: nil pointer …`, in helm 4 without the first word.
  const broken = /(?:template: )?([^\s:]+:\d+:\d+):? executing "[^"]*" at (<.*>): (.*)$/.exec(said)
  const short =
    own !== null ? `${own[1]}: ${own[2]}` : broken === null ? said : `${broken[1]}: ${broken[2]}: ${broken[3]}`
  return short.length > MAX_LENGTH ? `${short.slice(0, MAX_LENGTH)}…` : short
}

interface FailurePlace {
  readonly file: ChartFile
  readonly span: Span
}

/**
 * The value that a chart asks for and does not get, by `required`, `fail` or by a field of what is not there; without a name where only
 * that is known. `undefined`: it fails by something else.
 */
function lackedValue(
  failure: Failure,
  place: FailurePlace | undefined,
  checkout: Checkout,
): { readonly value?: string } | undefined {
  if (failure.failed !== 'says') return undefined
  const text = failure.says.replace(/\s+/g, ' ')
  const isAsked = text.includes('execution error at (')
  if (!isAsked && !/nil pointer evaluating|nil data/.test(text)) return undefined
  const line = place === undefined ? '' : (checkout.tree.read(place.file.source).split('\n')[place.span.line - 1] ?? '')
  const named = isAsked
    ? (/\brequired\s+(?:"(?:[^"\\]|\\.)*"|`[^`]*`)\s+\$?\.Values\.([\w.]+)/.exec(line) ??
      /\.Values\.([\w.]+)\s*\|\s*required\b/.exec(line))
    : /<\$?\.Values\.([\w.]+)>: nil/.exec(text)
  const name = named?.[1]
  if (name === undefined) return {}
  // Values of a subchart stand below its name.
  const below = name.startsWith('global.') ? [] : [...(place?.file.path ?? '').matchAll(/(?:^|\/)charts\/([^/]+)/g)]
  return { value: [...below.map((match) => match[1] as string), name].join('.') }
}

/** The template line that helm names last. */
function placeOfFailure(checkout: Checkout, chart: ChartFiles, failure: Failure): FailurePlace | undefined {
  if (!('says' in failure)) return undefined
  const named = [
    ...failure.says.matchAll(/([\w.@+-]+(?:\/[\w.@+-]+)*\/templates\/[\w./@+-]+?)(?::(\d+))?(?=[:)\s]|$)/g),
  ]
  for (const [, source, line] of named.reverse()) {
    const file = chart.fileOf(source ?? '')
    if (file === undefined) continue
    const at = line === undefined ? 1 : Number(line)
    return { file, span: { file: checkout.shown(file.source), line: at, column: 1, endLine: at, endColumn: 1 } }
  }
  return undefined
}

/** By which two releases of one checkout are the same: what is rendered and with what, whoever deploys it. */
export function releaseKey({
  chart,
  name,
  namespace,
  layers,
  replacesChartValues,
  kubeVersion,
  apiVersions,
}: ChartRelease): string {
  return JSON.stringify([
    chart,
    plainValue(name),
    namespace === undefined ? null : plainValue(namespace),
    layers.map((layer) => {
      switch (layer.from) {
        case 'map':
        case 'text':
          return [layer.from, plainValue(layer.node)]
        case 'set':
          return [layer.as, layer.name, plainValue(layer.value)]
        case 'set-file':
          return [layer.from, layer.name, layer.file]
        case 'file':
          return [layer.from, layer.file]
        default:
          return [layer.from, layer.why]
      }
    }),
    replacesChartValues ?? false,
    kubeVersion,
    apiVersions,
  ])
}
