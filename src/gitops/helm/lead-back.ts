import type { RelatedPlace } from '../../model/finding.ts'
import type { PatchedField } from '../../model/manifest.ts'
import type { Span } from '../../model/span.ts'
import { type FieldPath, isList, isMap, type Value, at as valueAt } from '../../model/value.ts'
import { at, type MadeOf, type Place, type Placed, type PlacedEntry, type PlacedScalar } from '../placed/placed.ts'
import type { ChartFiles } from './chart-files.ts'
import type { ChartDocument } from './chart-output.ts'
import { type MissingValues, UNTOLD } from './chart-release.ts'
import { lineMarkIn, partsOf, valueMarksIn, withoutMarks } from './marks.ts'
import { placeAt, type TemplateLine, type TemplateLines } from './template-lines.ts'
import { madeOf, nameOf, type ReleaseValues, type ValueScalar } from './value-layers.ts'

/** An object as helm gives it, each field at the line that wrote it. */
export interface LedBack {
  readonly node: Placed
  /** Scalars that stand at the best known line, not the certain one. */
  readonly guessed: number
  /** Fields that values which Git does not hold may make otherwise. */
  readonly uncertain: readonly PatchedField[]
  /** Fields that the chart's own text says, in every rendering: by their paths as JSON. */
  readonly fixed: ReadonlySet<string>
  /** What else made what stands at a place. */
  relatedTo(span: Span): readonly RelatedPlace[]
}

export interface LeadBackInput {
  readonly chart: ChartFiles
  readonly lines: TemplateLines
  readonly values: ReleaseValues
  /** The object in the first rendering. */
  readonly object: ChartDocument
  /** The same object in renderings with marks, those first whose lines are to be taken. */
  readonly marked: readonly ChartDocument[]
  /** Values that made fields vanish or differ when they were marked: they decide the flow. */
  readonly flow: readonly ValueScalar[]
}

/** helm.md §5.2 steps 3, 5 and 6. */
export function leadBack(input: LeadBackInput): LedBack {
  const { object, lines, chart, values, flow } = input
  const related = new Map<string, RelatedPlace[]>()
  const uncertain: PatchedField[] = []
  const fixed = new Set<string>()
  let guessed = 0
  const file = chart.fileOf(object.source)
  const top = file === undefined ? archivePlace(input) : lines.placeOfFile(file)
  // Values are called by their names: what they hold may be nobody's business.
  const flowPlaces = flow.map((one) => ({
    span: spanOfPlace(one.place),
    message: `\`${nameOf(one)}\` decides what the chart makes here`,
  }))

  const relate = (span: Span, places: readonly RelatedPlace[]) => {
    const others = places.filter((one) => keyOf(one.span) !== keyOf(span))
    if (others.length === 0) return
    const all = new Map((related.get(keyOf(span)) ?? []).map((one) => [keyOf(one.span), one]))
    for (const one of others) if (!all.has(keyOf(one.span))) all.set(keyOf(one.span), one)
    related.set(keyOf(span), [...all.values()])
  }

  const scalar = (value: PlacedScalar['value'], path: FieldPath, paths: readonly (FieldPath | undefined)[]): Placed => {
    const found = traceOf(input, value, path, paths)
    if (!found.isExact) guessed++
    if (found.isFixed) fixed.add(JSON.stringify(path))
    const place = found.place ?? top
    const span = spanOfPlace(place)
    relate(span, [...found.related, ...flowPlaces])
    const unknown = found.scalars.find(({ id }) => values.unknown.has(id))
    if (unknown !== undefined) {
      const why = values.unknown.get(unknown.id) as MissingValues
      uncertain.push({ path, span, because: { code: 'values-elsewhere', ...named(why) } })
    } else if (typeof value === 'string' && value.toLowerCase().includes(UNTOLD))
      uncertain.push({ path, span, because: { code: 'values-elsewhere', kind: 'variable', name: fieldOf(path) ?? '' } })
    const missing = values.missing.find(({ above, only }) => found.dependsOn(above, only))
    if (missing !== undefined)
      uncertain.push({ path, span: missing.span, because: { code: 'values-elsewhere', ...named(missing.why) } })
    const made = new Map(found.scalars.map((one) => [one.id, madeOf(one)]))
    return {
      type: 'scalar',
      place,
      value,
      ...(made.size === 0 || found.marked === undefined ? {} : { made: { marked: found.marked, values: made } }),
    }
  }

  const walk = (value: Value, path: FieldPath, paths: readonly (FieldPath | undefined)[], above: Place): Placed => {
    if (!isList(value) && !isMap(value)) return scalar(value as PlacedScalar['value'], path, paths)
    const line = lineIn(input, paths)
    const place = line === undefined || line.isBlock ? above : lines.place(line.line, fieldOf(path))
    if (isList(value))
      return {
        type: 'list',
        place,
        items: value.map((item, index) =>
          walk(
            item,
            [...path, index],
            paths.map((one) => one && [...one, index]),
            place,
          ),
        ),
      }
    const entries = new Map<string, PlacedEntry>()
    for (const [key, item] of Object.entries(value)) {
      const below = paths.map((one, probe) => one && keyIn(input.marked[probe], one, key))
      // A namespace that nothing tells is none.
      if (key === 'namespace' && path.length === 1 && path[0] === 'metadata' && isUnknown(input, item, below)) continue
      const own = lineIn(input, below)
      const keyPlace = own === undefined ? place : lines.place(own.line, undefined)
      entries.set(key, { key: keyPlace, node: walk(item, [...path, key], below, place) })
    }
    return { type: 'map', place, entries }
  }

  const body = walk(
    object.body,
    [],
    input.marked.map(() => []),
    top,
  )
  // The object stands where its first field does.
  const first = body.type === 'map' ? [...body.entries.values()][0]?.key : undefined
  const whole = first === undefined || body.type !== 'map' ? body : { ...body, place: first }
  return { node: whole, guessed, uncertain, fixed, relatedTo: (span) => related.get(keyOf(span)) ?? [] }
}

function named({ code, name }: ReleaseValues['missing'][number]['why']) {
  return { kind: code, name }
}

interface Trace {
  readonly place: Place | undefined
  readonly isExact: boolean
  /** No value has to do with it, nor with whether it is there. */
  readonly isFixed: boolean
  readonly related: readonly RelatedPlace[]
  /** The values that are in it, and the text with their marks. */
  readonly scalars: readonly ValueScalar[]
  readonly marked: string | undefined
  /** Whether values of a layer at most that strong make it, or may; `only`: those below this name, of any layer. */
  dependsOn(layer: number, only?: string): boolean
}

function traceOf(
  input: LeadBackInput,
  value: PlacedScalar['value'],
  path: FieldPath,
  paths: readonly (FieldPath | undefined)[],
): Trace {
  const { lines, values, marked } = input
  const text = String(value ?? '')
  const ids: number[] = []
  let isWhole = false
  let explained: string | undefined
  for (const [index, probe] of marked.entries()) {
    const at = paths[index]
    const seen = at === undefined ? undefined : valueAt(probe.body, ...at)
    if (seen === undefined || isMap(seen) || isList(seen)) continue
    const raw = String(seen ?? '')
    if (withoutMarks(raw) !== text) continue
    const own = valueMarksIn(raw)
    for (const id of own) if (!ids.includes(id)) ids.push(id)
    if (explained === undefined || own.length > 0) explained = raw
    const only = own.length === 1 ? values.scalars[own[0] as number] : undefined
    if (only !== undefined && only.text === text) isWhole = true
  }
  const scalars = ids.flatMap((id) => values.scalars[id] ?? [])
  const line = lineIn(input, paths)
  const template = line === undefined ? undefined : lines.text(line.line)
  // A text of several lines has a place for each of them.
  const textLines = text.includes('\n') && explained !== undefined ? linesWithin(input, explained) : undefined
  const linePlace =
    line === undefined
      ? undefined
      : textLines === undefined
        ? lines.place(line.line, line.isBlock ? undefined : fieldOf(path))
        : placeAt(spanOfPlace(lines.place(line.line, undefined)), textLines, text)
  const more = moreScalars(input, text, explained, scalars, line)
  const whole = isWhole && scalars.length === 1 ? scalars[0]?.place : scalars.length === 0 ? more.whole : undefined
  const from = [...scalars, ...more.scalars]
  const related: RelatedPlace[] = [
    ...(linePlace === undefined || whole === undefined
      ? []
      : [{ span: spanOfPlace(linePlace), message: 'the chart writes it here' }]),
    ...from.flatMap((one) => placesOfMade(madeOf(one))),
    ...more.places,
  ]
  return {
    place: whole ?? linePlace,
    isExact: whole !== undefined || (line !== undefined && !line.isBlock && more.isSettled),
    isFixed:
      line !== undefined &&
      !line.isBlock &&
      lines.isAlways(line.line) &&
      from.length === 0 &&
      !text.includes('\n') &&
      filledIn(lines.text(line.line), path, lines, line) === 0,
    related,
    scalars: from,
    marked: explained,
    dependsOn: (layer, only) =>
      (only === undefined
        ? from.some((one) => one.layer < layer) || more.unmarked.some((one) => one.layer < layer)
        : from.some((one) => one.path?.[0] === only) || more.unmarked.some((one) => one.top === only)) ||
      // What is filled in there and no marker tells of may be any value.
      (whole === undefined &&
        from.length + more.unmarked.length < (template === undefined ? 1 : filledIn(template, path, lines, line))),
  }
}

/** Where a value comes from, and what made it in the charts above. */
function placesOfMade({ name, place, from }: MadeOf): RelatedPlace[] {
  return [{ span: spanOfPlace(place), message: `\`${name}\` comes from here` }, ...from.flatMap(placesOfMade)]
}

/** Whether a field is the release's namespace, and nothing tells that. */
function isUnknown(
  { values, marked }: LeadBackInput,
  value: Value,
  paths: readonly (FieldPath | undefined)[],
): boolean {
  return marked.some((probe, index) => {
    const at = paths[index]
    const seen = at === undefined ? undefined : valueAt(probe.body, ...at)
    if (typeof seen !== 'string' || withoutMarks(seen) !== value) return false
    const ids = valueMarksIn(seen)
    return ids.some((id) => id === values.namespace.id && values.unknown.has(id))
  })
}

/** How much of what stands on a line is filled in, as far as the field goes. */
function filledIn(template: string, path: FieldPath, lines: TemplateLines, line: FoundLine | undefined): number {
  if (line === undefined || line.isBlock) return 1
  const span = lines.place(line.line, fieldOf(path)).document.spanOf([])
  return template.slice(span.column - 1, span.endColumn - 1).split('{{').length - 1
}

interface More {
  readonly whole: Place | undefined
  readonly scalars: readonly ValueScalar[]
  readonly places: readonly RelatedPlace[]
  /** The values that are in it and that no marker tells of: how strong, and below which name. */
  readonly unmarked: readonly { readonly layer: number; readonly top: string }[]
  /** The literal stands on the line, or was found elsewhere. */
  readonly isSettled: boolean
}

const NOTHING: More = { whole: undefined, scalars: [], places: [], unmarked: [], isSettled: true }

/** Values that no marker tells of: numbers, keys, what was cut out of a text, files of the chart (helm.md §5.2 step 5). */
function moreScalars(
  { values, lines, chart, object }: LeadBackInput,
  text: string,
  explained: string | undefined,
  known: readonly ValueScalar[],
  line: FoundLine | undefined,
): More {
  const left = literalsLeft(text, explained, values)
  if (left.length === 0) return NOTHING
  const template = line === undefined ? '' : lines.text(line.line)
  const reach = reachOf(template, line, lines, chart)
  if (left.every((part) => reach.includes(part.toLowerCase()))) {
    // A literal that a variable of the template holds stands in the template; a short one may stand there by chance.
    const isThere = (text.length > 2 ? reach : template.toLowerCase()).includes(text.toLowerCase())
    if (known.length > 0 || !/\{\{/.test(template) || isThere) return NOTHING
  }
  const child = subchartOf(object.source)
  const named: { readonly place: Place; readonly value: string; readonly layer: number; readonly name: string }[] = []
  for (const match of template.matchAll(/\.Values((?:\.[A-Za-z_]\w*)+)/g)) {
    const path = (match[1] as string).slice(1).split('.')
    const found = strongest(values, child === undefined ? [path] : [[child, ...path], path])
    if (found !== undefined) named.push({ ...found, name: path.join('.') })
  }
  const same = named.filter(({ value }) => value === text)
  const marks = new Set(known.map(({ place }) => keyOf(spanOfPlace(place))))
  const [only] = same
  if (only !== undefined && same.length === 1 && known.length === 0)
    return { ...NOTHING, whole: only.place, unmarked: [unmarkedOf(only)] }
  if (named.length > 0)
    return {
      ...NOTHING,
      unmarked: named.filter(({ place }) => !marks.has(keyOf(spanOfPlace(place)))).map(unmarkedOf),
      places: named.map(({ place, name }) => ({ span: spanOfPlace(place), message: `\`${name}\` comes from here` })),
      isSettled: named.some(({ value }) => value !== '' && text.includes(value)),
    }
  const keys = keysEqual(values, text)
  const [key] = keys
  if (key !== undefined && keys.length === 1 && known.length === 0)
    return { ...NOTHING, whole: key.place, unmarked: [key] }
  for (const part of [text, ...left]) {
    const holding = values.scalars.filter(
      (one) => one.path !== undefined && one.text !== part && one.text.includes(part) && part.length > 2,
    )
    if (holding.length === 1) return { ...NOTHING, scalars: holding }
  }
  const held = chart.files.filter(
    (one) => !one.isTemplate && !/(?:^|\/)(?:Chart|values)\.ya?ml$/.test(one.path) && lines.whole(one).includes(text),
  )
  const [holder] = held
  if (holder !== undefined && held.length === 1 && text.length > 2) {
    const all = lines.whole(holder).split('\n')
    const at = all.flatMap((one, index) => (one.includes(text) ? [index] : []))
    const [index] = at
    if (index !== undefined && at.length === 1) {
      const column = (all[index] as string).indexOf(text) + 1
      const { file } = spanOfPlace(lines.placeOfFile(holder))
      const span = { file, line: index + 1, column, endLine: index + 1, endColumn: column + text.length }
      return { ...NOTHING, whole: placeAt(span) }
    }
  }
  return { ...NOTHING, isSettled: false }
}

/** What of a field stands neither in a marked scalar nor, as it seems, anywhere: the words between the markers. */
function literalsLeft(text: string, explained: string | undefined, { scalars }: ReleaseValues): string[] {
  const parts = explained === undefined ? [{ text, id: undefined }] : partsOf(explained)
  return parts.flatMap(({ text: part, id }) => {
    const scalar = id === undefined ? undefined : scalars[id]
    const own = withoutMarks(part)
    if (scalar === undefined) return words(own)
    const isEnd = own.toLowerCase().endsWith(scalar.text.toLowerCase())
    return isEnd ? words(own.slice(0, own.length - scalar.text.length)) : []
  })
}

function words(text: string): string[] {
  return text.split(/[^A-Za-z0-9_]+/).filter((word) => word !== '')
}

/** The text in which a literal of a line may stand: the line, and the helpers that it includes. */
function reachOf(template: string, line: FoundLine | undefined, lines: TemplateLines, chart: ChartFiles): string {
  if (line === undefined) return ''
  if (/\b(?:include|template|tpl)\b/.test(template))
    return chart.files
      .flatMap((file) => (file.isTemplate ? [lines.whole(file)] : []))
      .join('\n')
      .toLowerCase()
  if (/\{\{[^}]*\$\w/.test(template)) return lines.whole(line.line.file).toLowerCase()
  return template.toLowerCase()
}

function subchartOf(source: string): string | undefined {
  return /^[^/]+\/charts\/([^/]+)\//.exec(source)?.[1]
}

/** The value at a path in the strongest layer that has one. */
function strongest(values: ReleaseValues, paths: readonly FieldPath[]) {
  const all = [
    ...values.layers.map(({ values: node, strength }) => ({ node, layer: strength })).reverse(),
    ...[...values.own].map(([path, layer]) => ({ node: ownBelow(path, layer.values), layer: 0 })),
  ]
  for (const { node, layer } of all)
    for (const path of paths) {
      const found = at(node, ...path)
      if (found?.type === 'scalar') return { place: found.place, value: String(found.value ?? ''), layer }
    }
  return undefined
}

/** Values of a subchart as its parent would give them. */
function ownBelow(path: string, node: Placed | undefined): Placed | undefined {
  if (node === undefined) return undefined
  return [...path.matchAll(/(?:^|\/)charts\/([^/]+)/g)].reverse().reduce<Placed>(
    (below, match) => ({
      type: 'map',
      place: node.place,
      entries: new Map([[match[1] as string, { key: node.place, node: below }]]),
    }),
    node,
  )
}

function unmarkedOf({ name, layer }: { readonly name: string; readonly layer: number }) {
  return { layer, top: name.split('.')[0] ?? name }
}

function keysEqual(values: ReleaseValues, text: string) {
  const found: { readonly place: Place; readonly layer: number; readonly top: string }[] = []
  const walk = (node: Placed, layer: number, top?: string): void => {
    if (node.type === 'list') for (const item of node.items) walk(item, layer, top)
    else if (node.type === 'map')
      for (const [key, entry] of node.entries) {
        if (key === text) found.push({ place: keyPlace(entry.key), layer, top: top ?? key })
        walk(entry.node, layer, top ?? key)
      }
  }
  for (const own of values.own.values()) if (own.values !== undefined) walk(own.values, 0)
  for (const layer of values.layers) if (layer.values !== undefined) walk(layer.values, layer.strength)
  return found
}

function keyPlace({ document, path }: Place): Place {
  return placeAt(document.spanOf(path, 'key'))
}

interface FoundLine {
  readonly line: TemplateLine
  /** It is the line of something around the field: what pasted it as a block. */
  readonly isBlock: boolean
}

/** The template line that wrote what stands at a path: its own mark, or the nearest around it. */
function lineIn({ marked, lines }: LeadBackInput, paths: readonly (FieldPath | undefined)[]): FoundLine | undefined {
  for (const [index, probe] of marked.entries()) {
    const path = paths[index]
    if (path === undefined) continue
    for (let length = path.length; length >= 0; length--) {
      const here = path.slice(0, length)
      const mark = markAt(probe, here)
      const line = mark === undefined ? undefined : lines.of(mark)
      if (line !== undefined) return { line, isBlock: length < path.length && !isItem(path, length) }
      if (length === 0) break
    }
  }
  return undefined
}

/** An item of a list in one line with it, or one without a key of its own, is no block. */
function isItem(path: FieldPath, length: number): boolean {
  return length === path.length - 1 && typeof path.at(-1) === 'number'
}

function markAt({ document, lines }: ChartDocument, path: FieldPath): number | undefined {
  const aliased = document.aliasesOf(path).length > 0
  const spans = aliased
    ? [document.definitionOf(path)]
    : typeof path.at(-1) === 'string'
      ? [document.spanOf(path, 'key'), document.spanOf(path)]
      : path.length === 0
        ? []
        : [document.spanOf(path)]
  const value = valueAt(document.value, ...path)
  // The first line of a map or a list is that of its first entry.
  const own = isMap(value) || isList(value) ? spans.slice(0, 1) : spans
  for (const { line } of own) {
    const mark = lineMarkIn(lines[line - 1] ?? '')
    if (mark !== undefined) return mark
  }
  return undefined
}

/** The places of the lines of a text that a template holds, by the marks that stand in it; one without is where the one before is. */
function linesWithin({ lines }: LeadBackInput, text: string): Span[] | undefined {
  const found: (Span | undefined)[] = []
  let last: Span | undefined
  for (const part of text.split('\n')) {
    const mark = lineMarkIn(part)
    const line = mark === undefined ? undefined : lines.of(mark)
    if (line !== undefined) last = spanOfPlace(lines.place(line, undefined))
    found.push(last)
  }
  const first = found.find((one) => one !== undefined)
  return first === undefined ? undefined : found.map((one) => one ?? first)
}

/** What came out of an archive stands where the chart asks for it. */
function archivePlace({ chart, lines }: LeadBackInput): Place {
  const definition = chart.files.find(({ path }) => path === 'Chart.yaml')
  return definition === undefined
    ? placeAt({ file: chart.folder, line: 1, column: 1, endLine: 1, endColumn: 1 })
    : lines.placeOfFile(definition)
}

/** The path of a key in a marked rendering, where the key may have marks in it. */
function keyIn(probe: ChartDocument | undefined, path: FieldPath, key: string): FieldPath | undefined {
  const map = probe === undefined ? undefined : valueAt(probe.body, ...path)
  if (!isMap(map)) return undefined
  if (Object.hasOwn(map, key)) return [...path, key]
  const found = Object.keys(map).find((one) => withoutMarks(one) === key)
  return found === undefined ? undefined : [...path, found]
}

function fieldOf(path: FieldPath): string | undefined {
  const last = path.at(-1)
  return typeof last === 'string' ? last : undefined
}

function spanOfPlace({ document, path }: Place): Span {
  return document.spanOf(path)
}

function keyOf({ file, line, column }: Span): string {
  return `${file}:${line}:${column}`
}
