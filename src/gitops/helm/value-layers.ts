import { parseYaml } from '../../files/yaml/parse-yaml.ts'
import { withAnswers, type YamlDocument } from '../../files/yaml/yaml-document.ts'
import { type FieldPath, at as valueAt } from '../../model/value.ts'
import type { Checkout } from '../checkout.ts'
import {
  type Made,
  type MadeOf,
  type Place,
  type Placed,
  type PlacedScalar,
  placed,
  placedAt,
  plainValue,
  visitParts,
} from '../placed/placed.ts'
import { textDocument } from '../placed/text-document.ts'
import { type ChartRelease, type MissingValues, UNTOLD, type ValueLayer } from './chart-release.ts'
import { marked, valueMarksIn, withoutLineMarks, withoutMarks } from './marks.ts'
import { placeAt } from './template-lines.ts'

/** One string of a release's values that a marker can be appended to. */
export interface ValueScalar {
  /** By which its marker is known. */
  readonly id: number
  readonly text: string
  readonly place: Place
  /** How strong its layer is: 0 is the chart itself. */
  readonly layer: number
  /** Where it stands among the values; `undefined`: the name of the release, or its namespace. */
  readonly path: FieldPath | undefined
  /** It is one line of a text of several. */
  readonly isLine?: true
  /** What made it in the chart above, whose values these are. */
  readonly from?: readonly MadeOf[]
}

/** One layer of values as helm gets it. */
export interface LayerSource {
  readonly scalars: readonly ValueScalar[]
  /** All of it with its places, for what no marker tells (numbers, keys); absent for what is no map. */
  readonly values?: Placed
  /** As it is written, with markers on the scalars that are asked for. */
  write(isMarked: (scalar: ValueScalar) => boolean): LayerText
}

/** What is given over the chart's own values; the stronger the greater. */
interface StrongLayer extends LayerSource {
  readonly strength: number
}

export type LayerText =
  | { readonly as: 'values'; readonly text: string }
  | { readonly as: 'argument'; readonly flag: string; readonly text: string }
  /** `--set-file`: the text is a file's. */
  | { readonly as: 'set-file'; readonly name: string; readonly text: string }

export interface MissingLayer {
  readonly why: MissingValues
  readonly span: Extract<ValueLayer, { from: 'missing' }>['span']
  /** What is at most as strong as this may be another value in the cluster. */
  readonly above: number
  /** It is about what stands below this name alone, in whatever layer. */
  readonly only?: string
}

export interface ReleaseValues {
  /** The chart's own values files, by their path below the chart; markers can be put into them, too. */
  readonly own: ReadonlyMap<string, LayerSource>
  readonly layers: readonly StrongLayer[]
  readonly missing: readonly MissingLayer[]
  /** Of the release itself: its name, its namespace. */
  readonly name: ValueScalar
  readonly namespace: ValueScalar
  /** Scalars that nothing in Git tells, by id: the two, and what a deployer left open. */
  readonly unknown: ReadonlyMap<number, MissingValues>
  readonly scalars: readonly ValueScalar[]
}

/** A file of values beyond this is not read, and the release is not rendered. */
const MAX_VALUES = 5 * 1024 * 1024

/** `ownFiles`: values files of the chart and its subcharts, by their path in the chart, with the file of the checkout. */
export function valuesOf(
  checkout: Checkout,
  release: ChartRelease,
  ownFiles: ReadonlyMap<string, string>,
): ReleaseValues {
  let count = 0
  const number = (): number => count++
  const own = new Map<string, LayerSource>()
  for (const [path, file] of ownFiles) {
    // Of a subchart the values stand below its name.
    const below = [...path.matchAll(/(?:^|\/)charts\/([^/]+)/g)].map((match) => match[1] as string)
    own.set(path, fileLayer(checkout, file, 0, number, below))
  }
  const layers: StrongLayer[] = []
  const missing: MissingLayer[] = []
  for (const [index, layer] of release.layers.entries()) {
    const strength = index + 1
    const add = (source: LayerSource) => layers.push({ ...source, strength })
    if (layer.from === 'missing') missing.push({ ...layer, above: strength })
    else if (layer.from === 'file') {
      const text = checkout.tree.size(layer.file) > MAX_VALUES ? '' : checkout.tree.read(layer.file)
      if (isEncrypted(text)) {
        const [document] = checkout.objects.documents(layer.file)
        const span = document?.span ?? {
          file: checkout.shown(layer.file),
          line: 1,
          column: 1,
          endLine: 1,
          endColumn: 1,
        }
        missing.push({ why: { code: 'encrypted', name: checkout.shown(layer.file) }, span, above: strength })
      } else add(fileLayer(checkout, layer.file, strength, number, []))
    } else if (layer.from === 'map') add(mapLayer(layer.node, strength, number))
    else if (layer.from === 'text') add(textLayer(layer.node, strength, number))
    else if (layer.from === 'set-file') add(setFileLayer(layer, checkout, strength, number))
    else add(setLayer(layer, strength, number))
  }
  const name: ValueScalar = scalarOf(release.name, number())
  const namespace: ValueScalar =
    release.namespace === undefined ? { ...name, id: number(), text: 'default' } : scalarOf(release.namespace, number())
  const unknown = new Map<number, MissingValues>()
  if (release.isUndeployed === true) unknown.set(name.id, { code: 'installer', name: '.Release.Name' })
  if (release.namespace === undefined) unknown.set(namespace.id, { code: 'installer', name: '.Release.Namespace' })
  const scalars = [...[...own.values(), ...layers].flatMap((layer) => layer.scalars), name, namespace]
  for (const { id, text, path } of scalars)
    if (text.includes(UNTOLD)) unknown.set(id, { code: 'variable', name: path?.join('.') ?? '.Release.Name' })
  return { own, layers, missing, name, namespace, unknown, scalars: byId(scalars) }
}

/** By their number: a scalar's place in the list. */
function byId(scalars: readonly ValueScalar[]): ValueScalar[] {
  return [...scalars].sort((one, other) => one.id - other.id)
}

function scalarOf(node: Placed, id: number): ValueScalar {
  const layer = Number.MAX_SAFE_INTEGER
  const scalar = { id, text: String(plainValue(node)), place: node.place, layer, path: undefined }
  return scalarOver(scalar, madeOfScalar(node))
}

/** Values that SOPS has encrypted are YAML all the same, with other texts in it (helm.md §7.5). */
export function isEncrypted(text: string): boolean {
  return /^sops:/m.test(text) && text.includes('ENC[')
}

function fileLayer(
  checkout: Checkout,
  file: string,
  layer: number,
  number: () => number,
  below: readonly string[],
): LayerSource {
  const text = checkout.tree.read(file)
  const [document] = checkout.objects.documents(file)
  return documentLayer(text, document, document, layer, number, below)
}

function textLayer(node: Placed, layer: number, number: () => number): LayerSource {
  const text = String(plainValue(node))
  const [inner] = parseYaml({ file: '', text }).documents
  return documentLayer(text, inner, textDocument(node), layer, number, [], madeIn(node))
}

/** What a chart above put into the scalars of a text that it made: found by the marks in them. */
function madeIn(node: Placed): (path: FieldPath, value: string) => readonly MadeOf[] {
  const made = madeAsIs(node)
  if (made === undefined) return () => []
  const [twin] = parseYaml({ file: '', text: withoutLineMarks(made.marked) }).documents
  return (path, value) => {
    const seen = twin === undefined ? undefined : valueAt(twin.value, ...path)
    if (typeof seen !== 'string' || withoutMarks(seen) !== value) return []
    return valueMarksIn(seen).flatMap((id) => made.values.get(id) ?? [])
  }
}

/** What a value is called: its path, or that it is the release's own. */
export function nameOf({ path }: ValueScalar): string {
  return path === undefined ? '.Release' : path.join('.')
}

/** As what is made with it in turn has it. */
export function madeOf(scalar: ValueScalar): MadeOf {
  const { text, place, from = [] } = scalar
  return { name: nameOf(scalar), text, place, from }
}

/** A scalar that is one value of the chart above as it is stands where that stands. */
function scalarOver(scalar: ValueScalar, from: readonly MadeOf[]): ValueScalar {
  const [only, ...others] = from
  if (only === undefined) return scalar
  if (others.length > 0 || only.text !== scalar.text) return { ...scalar, from }
  return { ...scalar, place: only.place, from: [...only.from, madeOf(scalar)] }
}

/** `inner`: the text by itself; `outer`: the same with the places of the repository. */
function documentLayer(
  text: string,
  inner: YamlDocument | undefined,
  outer: YamlDocument | undefined,
  layer: number,
  number: () => number,
  below: readonly string[],
  madeAt: (path: FieldPath, value: string) => readonly MadeOf[] = () => [],
): LayerSource {
  const ends: { readonly scalar: ValueScalar; readonly at: number }[] = []
  const starts = lineStarts(text)
  const offset = (line: number, column: number) => (starts[line - 1] ?? text.length) + column - 1
  if (inner !== undefined && outer !== undefined)
    for (const path of stringPaths(placed(inner))) {
      const place = { document: outer, path }
      const common = { layer, path: [...below, ...path] }
      const value = textOf(inner, path)
      if (value === undefined || inner.aliasesOf(path).length > 0) continue
      const span = inner.spanOf(path)
      const end = offset(span.endLine, span.endColumn)
      const first = text[offset(span.line, span.column)]
      if (inner.isPlain(path)) {
        if (!isOddPlain(value))
          ends.push({
            scalar: scalarOver({ id: number(), text: value, place, ...common }, madeAt(path, value)),
            at: end,
          })
      } else if ((first === '"' || first === "'") && text[end - 1] === first)
        ends.push({
          scalar: scalarOver({ id: number(), text: value, place, ...common }, madeAt(path, value)),
          at: end - 1,
        })
      else
        for (const [index, line] of value.split('\n').entries()) {
          if (!ENDS_IN_TEXT.test(line)) continue
          const within = inner.spanOfTextLine(path, index + 1)
          const at = offset(within.line, within.endColumn)
          if (within.line !== within.endLine || !text.slice(0, at).endsWith(line.trimEnd().slice(-8))) continue
          const scalar: ValueScalar = {
            id: number(),
            text: lastWord(line),
            place: { document: lineOf(outer, path, index + 1), path: [] },
            ...common,
            isLine: true,
          }
          ends.push({ scalar, at })
        }
    }
  ends.sort((one, other) => one.at - other.at)
  return {
    scalars: ends.map(({ scalar }) => scalar),
    ...(outer === undefined ? {} : { values: placed(outer) }),
    write(isMarked) {
      const parts: string[] = []
      let from = 0
      for (const { scalar, at } of ends) {
        if (!isMarked(scalar)) continue
        parts.push(text.slice(from, at), marked('', scalar.id))
        from = at
      }
      parts.push(text.slice(from))
      return { as: 'values', text: parts.join('') }
    },
  }
}

/** The end of a line that goes on as text, whatever reads it: no key, no list, no block. */
const ENDS_IN_TEXT = /(?:[A-Za-z0-9_./]|\}\})$/

/** What of a line of a text is the value that it gives: `key: apps/db` gives `apps/db`. */
function lastWord(line: string): string {
  return /(?:^|:\s|\s-\s|^-\s)\s*([^:]*)$/.exec(line.trim())?.[1] ?? line.trim()
}

function lineOf(document: YamlDocument, path: FieldPath, line: number): YamlDocument {
  const span = document.spanOfTextLine(path, line)
  return withAnswers(document, { spanOf: () => span, definitionOf: () => span, spanOfTextLine: () => span })
}

function textOf(document: YamlDocument, path: FieldPath): string | undefined {
  let value = document.value
  for (const step of path) value = (value as Record<string, typeof value>)[String(step)] ?? null
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** Plain scalars that Go's reader of YAML 1.1 takes for booleans or numbers (helm.md §4.2), or that may be. */
function isOddPlain(text: string): boolean {
  return /^(?:y|n|yes|no|on|off|true|false|null|~)$/i.test(text) || /^[-+.]?\d[\d_.:,eExXoOa-fA-F+-]*$/.test(text)
}

/** Of a scalar that is one value of a chart above its own place is that already. */
function madeOfScalar(node: Placed): readonly MadeOf[] {
  const made = madeAsIs(node)
  return [...(made?.values.values() ?? [])].flatMap((one) => (one.place === node.place ? one.from : [one]))
}

/** What a chart above made, where the text is still what it was then. */
function madeAsIs(node: Placed): Made | undefined {
  if (node.type !== 'scalar' || node.made === undefined) return undefined
  return withoutMarks(node.made.marked) === node.value ? node.made : undefined
}

function mapLayer(node: Placed, layer: number, number: () => number): LayerSource {
  const scalars = new Map<Placed, ValueScalar>()
  /** Of a text of several lines, by line. */
  const texts = new Map<Placed, ReadonlyMap<number, ValueScalar>>()
  visitParts(node, (here, path) => {
    if (here.type !== 'scalar' || typeof here.value !== 'string' || here.value === '') return
    if (here.value.includes('\n')) texts.set(here, linesOfText(here, here.value, layer, path, number))
    else
      scalars.set(
        here,
        scalarOver({ id: number(), text: here.value, place: here.place, layer, path }, madeOfScalar(here)),
      )
  })
  return {
    scalars: [...scalars.values(), ...[...texts.values()].flatMap((lines) => [...lines.values()])],
    values: node,
    write(isMarked) {
      const value = (here: Placed): unknown => {
        if (here.type === 'list') return here.items.map(value)
        if (here.type === 'map')
          return Object.fromEntries([...here.entries].map(([key, entry]) => [key, value(entry.node)]))
        const lines = texts.get(here)
        if (lines !== undefined) return markedLines(String(here.value).split('\n'), lines, isMarked)
        const scalar = scalars.get(here)
        return scalar !== undefined && isMarked(scalar) ? marked(scalar.text, scalar.id) : here.value
      }
      return { as: 'values', text: JSON.stringify(value(node)) }
    },
  }
}

function linesOfText(
  node: PlacedScalar,
  text: string,
  layer: number,
  path: FieldPath,
  number: () => number,
): ReadonlyMap<number, ValueScalar> {
  const { document, path: at } = node.place
  return new Map(
    text.split('\n').flatMap((line, index): [number, ValueScalar][] => {
      if (!ENDS_IN_TEXT.test(line)) return []
      const place = { document: lineOf(document, at, index + 1), path: [] }
      return [[index, { id: number(), text: lastWord(line), place, layer, path, isLine: true }]]
    }),
  )
}

function markedLines(
  lines: readonly string[],
  scalars: ReadonlyMap<number, ValueScalar>,
  isMarked: (scalar: ValueScalar) => boolean,
): string {
  return lines
    .map((line, index) => {
      const scalar = scalars.get(index)
      return scalar !== undefined && isMarked(scalar) ? marked(line, scalar.id) : line
    })
    .join('\n')
}

function setLayer(
  { name, value, as }: Extract<ValueLayer, { from: 'set' }>,
  layer: number,
  number: () => number,
): LayerSource {
  const text = String(plainValue(value))
  const flag = { set: '--set', string: '--set-string', literal: '--set-literal', json: '--set-json' }[as]
  const path = stepsOf(name)
  const isText =
    as === 'string' || as === 'literal' || (as === 'set' && !/^(?:true|false|null|[-+]?\d+|\{.*\})$/s.test(text))
  const scalar: ValueScalar | undefined =
    isText && text !== '' && !text.includes('\n')
      ? scalarOver({ id: number(), text, place: value.place, layer, path }, madeOfScalar(value))
      : undefined
  return {
    scalars: scalar === undefined ? [] : [scalar],
    values: nested(path, value),
    write(isMarked) {
      const given = scalar !== undefined && isMarked(scalar) ? marked(text, scalar.id) : text
      return { as: 'argument', flag, text: `${name}=${escaped(given, as)}` }
    },
  }
}

/** The text of a file, as it is: of its lines those are marked that end in text. */
function setFileLayer(
  { name, file }: Extract<ValueLayer, { from: 'set-file' }>,
  checkout: Checkout,
  layer: number,
  number: () => number,
): LayerSource {
  const lines = checkout.tree.read(file).split('\n')
  const path = stepsOf(name)
  const isText = lines.length > 1 && lines[1] !== ''
  const scalars = new Map<number, ValueScalar>()
  for (const [index, line] of lines.entries()) {
    if (!ENDS_IN_TEXT.test(line)) continue
    const span = {
      file: checkout.shown(file),
      line: index + 1,
      column: 1,
      endLine: index + 1,
      endColumn: line.length + 1,
    }
    const common = { id: number(), place: placeAt(span), layer, path }
    scalars.set(index, isText ? { ...common, text: lastWord(line), isLine: true } : { ...common, text: line })
  }
  const [first] = scalars.values()
  return {
    scalars: [...scalars.values()],
    ...(first === undefined ? {} : { values: nested(path, placedAt(first.place, lines.join('\n'))) }),
    write: (isMarked) => ({
      as: 'set-file',
      name,
      text: markedLines(lines, scalars, isMarked),
    }),
  }
}

/** The path that a name in helm's syntax means: `a.b`, `a\\.b`, `x[0].y`. */
export function stepsOf(name: string): FieldPath {
  return name.split(/(?<!\\)\.|(?=\[)/).map((part) => {
    const index = /^\[(\d+)\]$/.exec(part)?.[1]
    return index === undefined ? part.replaceAll('\\.', '.') : Number(index)
  })
}

/** As Argo CD does: commas would begin another assignment, but in a list (helm.md §1.2). */
function escaped(text: string, as: Extract<ValueLayer, { from: 'set' }>['as']): string {
  if (as === 'literal' || as === 'json' || /^\{.*\}$/s.test(text)) return text
  return text.replace(/(?<!\\),/g, '\\,')
}

function nested(path: FieldPath, value: Placed): Placed {
  return path.reduceRight<Placed>(
    (below, step) => ({
      type: 'map',
      place: value.place,
      entries: new Map([[String(step), { key: value.place, node: below }]]),
    }),
    value,
  )
}

function lineStarts(text: string): number[] {
  const starts = [0]
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return starts
}

function stringPaths(node: Placed): FieldPath[] {
  const found: FieldPath[] = []
  visitParts(node, (part) => {
    if (part.type === 'scalar' && typeof part.value === 'string' && part.value !== '') found.push(part.place.path)
  })
  return found
}

/** The values files of a chart and of the charts below it that lie in the checkout. */
export function ownValuesFiles(files: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  return new Map([...files].filter(([path]) => /^(?:charts\/[^/]+\/)*values\.ya?ml$/.test(path)))
}
