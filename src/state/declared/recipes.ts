import type { SourceFile } from '../../files/source-file.ts'
import type { Harvest, Reading } from './harvest.ts'
import { type Place, type PlacedText, placedSegments, type Segment, wholeFile } from './placed-text.ts'
import { readScript } from './shell/read-script.ts'
import { FOREIGN } from './shell/scope.ts'
import { TokenSection } from './shell/token-section.ts'
import { VAULT_CALL } from './shell/vault-call.ts'
import { WrittenFiles } from './shell/written-files.ts'
import type { SymbolicText } from './symbolic-text.ts'

type Environment = Map<string, SymbolicText>

/** One script of a recipe, and the variables that are filled in before a shell sees it. */
interface Recipe {
  readonly placed: PlacedText
  readonly environment: ReadonlyMap<string, SymbolicText>
}

/** Makefiles by their usual names. */
export function isMakefile({ relative }: SourceFile): boolean {
  return /(?:^|\/)(?:GNUmakefile|[Mm]akefile)$|\.mk$/.test(relative)
}

/** Files of the command runner `just`. */
export function isJustfile({ relative }: SourceFile): boolean {
  return /(?:^|\/)\.?[Jj]ustfile$|\.just$/.test(relative)
}

/** Reads the scripts in the recipes of a Makefile or a justfile (forms.md §4). Recipes share files, and no variables of the shell. */
export function readRecipes(source: SourceFile, reading: Reading, harvest: Harvest): void {
  if (!VAULT_CALL.test(source.text)) return
  const whole = wholeFile(source.file, source.text)
  const recipes = isMakefile(source) ? makeRecipes(whole) : justRecipes(whole)
  const context = { source, form: 'shell' as const, harvest, written: new WrittenFiles(), section: new TokenSection() }
  for (const { placed, environment } of recipes) readScript(placed, { ...context, ...reading, environment })
  context.section.settle(harvest)
}

/** `X := d` is what it says; `X ?= d` is so unless the environment says otherwise. */
const MAKE_VARIABLE = /^(?:export +|override +)*([A-Za-z_]\w*)[ \t]*(\?=|:?:?:=|=)[ \t]*(.*?)[ \t]*$/

function makeRecipes({ file, text }: PlacedText): Recipe[] {
  const lines = text.split('\n')
  const environment: Environment = new Map()
  for (const line of lines) {
    const [, name = '', operator, value = ''] = line.startsWith('\t')
      ? []
      : (MAKE_VARIABLE.exec(line.slice(0, 500)) ?? [])
    if (operator !== undefined && !value.includes('$'))
      environment.set(name, literal(value, operator === '?=' ? name : undefined))
  }
  const oneShell = lines.some((line) => line.startsWith('.ONESHELL'))
  const recipes: Recipe[] = []
  let target = ''
  let segments: Segment[] = []
  const finish = () => {
    if (segments.length > 0) recipes.push({ placed: placedSegments(file, segments), environment })
    segments = []
  }
  for (const [index, line] of lines.entries()) {
    if (!line.startsWith('\t')) {
      if (line.trim() !== '') finish()
      target = /^([\w./-]+)\s*:(?!=)/.exec(line.slice(0, 500))?.[1] ?? (line.trim() === '' ? target : '')
      continue
    }
    const goesOn = /\\\s*$/.test(lines[index - 1] ?? '') && (lines[index - 1] ?? '').startsWith('\t')
    if (!goesOn && !oneShell) finish()
    const prefix = goesOn ? 1 : (/^\t[@+-]*\s*/.exec(line)?.[0].length ?? 1)
    segments.push(...makeLine(`${line}\n`, prefix, index + 1, target))
  }
  finish()
  return recipes
}

/** A recipe's line as the shell sees it: `$$` is `$`, `$(X)` is a variable of make. */
function makeLine(line: string, from: number, at: number, target: string): Segment[] {
  const segments: Segment[] = []
  let start = from
  const put = (text: string, index: number, length: number) => {
    if (index > start) segments.push({ text: line.slice(start, index), place: place(at, start) })
    segments.push({ text, place: place(at, index) })
    start = index + length
  }
  for (const match of line.matchAll(/\$(?:\$|\(([A-Za-z_]\w*)\)|@|[<^?*])/g)) {
    if (match.index < start) continue
    if (match[0] === '$$') put('$', match.index, 2)
    else if (match[1] !== undefined) put(`\${${match[1]}}`, match.index, match[0].length)
    else if (match[0] === '$@') put(target === '' ? '${target}' : target, match.index, 2)
    else put('${prerequisite}', match.index, 2)
  }
  segments.push({ text: line.slice(start), place: place(at, start) })
  return segments
}

function place(line: number, index: number): Place {
  return { line, column: index + 1 }
}

const JUST_VARIABLE = /^(?:export +)?([A-Za-z_][\w-]*)\s*:=\s*(.*?)\s*$/
const JUST_DEFAULT = /env(?:_var_or_default)?\(\s*["'](\w+)["']\s*,\s*(["'])(.*?)\2\s*\)/
const JUST_RECIPE = /^@?([A-Za-z_][\w-]*)((?: +[*+$]?[\w-]+(?:=(?:"[^"]*"|'[^']*'|\S+))?)*)\s*:(?!=)/

function justRecipes({ file, text }: PlacedText): Recipe[] {
  const lines = text.split('\n')
  const common: Environment = new Map()
  for (const line of lines) {
    const [, name = '', value = ''] = JUST_VARIABLE.exec(line.slice(0, 500)) ?? []
    const known = justValue(name, value)
    if (name === '' || known === undefined) continue
    common.set(`{{${name}}}`, known)
    if (line.startsWith('export')) common.set(name, known)
  }
  const recipes: Recipe[] = []
  for (let index = 0; index < lines.length; index++) {
    const head = JUST_RECIPE.exec((lines[index] ?? '').slice(0, 500))
    if (head === null) continue
    const environment: Environment = new Map(common)
    for (const [, name = '', value] of (head[2] ?? '').matchAll(/[*+$]?([\w-]+)(?:=("[^"]*"|'[^']*'|\S+))?/g))
      if (value === undefined) environment.delete(`{{${name}}}`)
      else environment.set(`{{${name}}}`, literal(unquoted(value), name))
    const from = index + 1
    let end = from
    while (end < lines.length && (/^[ \t]/.test(lines[end] ?? '') || lines[end]?.trim() === '')) end++
    for (const placed of justScripts(file, lines, from, end)) recipes.push({ placed, environment })
    index = end - 1
  }
  return recipes
}

/** The value of a variable: a literal, or the default of an environment variable. */
function justValue(name: string, value: string): SymbolicText | undefined {
  const otherwise = JUST_DEFAULT.exec(value)
  if (otherwise !== null) return literal(otherwise[3] ?? '', otherwise[1] ?? name)
  return /^"[^"\\]*"$|^'[^']*'$/.test(value) ? literal(unquoted(value)) : undefined
}

function unquoted(text: string): string {
  return text.replace(/^(["'])(.*)\1$/s, '$2')
}

/** A recipe that begins with `#!` is one script; else each line is one, and goes on over a backslash. */
function justScripts(file: string, lines: readonly string[], from: number, end: number): PlacedText[] {
  const body = lines.slice(from, end)
  const indents = body.filter((line) => line.trim() !== '').map((line) => line.length - line.trimStart().length)
  const indent = indents.length === 0 ? 0 : Math.min(...indents)
  const whole =
    body
      .find((line) => line.trim() !== '')
      ?.trimStart()
      .startsWith('#!') === true
  const scripts: PlacedText[] = []
  let segments: Segment[] = []
  const finish = () => {
    if (segments.length > 0) scripts.push(placedSegments(file, segments))
    segments = []
  }
  for (const [index, line] of body.entries()) {
    const goesOn = segments.length > 0 && /\\\s*$/.test(body[index - 1] ?? '')
    if (!whole && !goesOn) finish()
    const prefix = whole || goesOn ? indent : (/^[ \t]*[@-]*\s*/.exec(line)?.[0].length ?? indent)
    const cut = Math.min(prefix, line.length)
    segments.push({ text: `${line.slice(cut)}\n`, place: place(from + index + 1, cut) })
  }
  finish()
  return scripts
}

function literal(value: string, assumed?: string): SymbolicText {
  const text = { value, origins: [...value].map(() => FOREIGN), holes: [] }
  return assumed === undefined ? text : { ...text, assumed: [assumed] }
}
