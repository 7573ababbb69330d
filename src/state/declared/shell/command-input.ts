import type { PlacedText } from '../placed-text.ts'
import { buildText, type SymbolicText, sliceText, splitText } from '../symbolic-text.ts'
import { expandText, expandWord } from './expand-text.ts'
import type { Scope } from './scope.ts'
import type { Compound, ShellCommand, ShellNode } from './shell-commands.ts'

/** What a command is given on its standard input, or gives on its standard output. */
export type Stream =
  /** `placed`: the text it stands in, where that is not the script's own. */
  | { readonly text: SymbolicText; readonly placed?: PlacedText }
  /** A file's content; `altered`: by the command that changes it on its way. */
  | { readonly path: SymbolicText; readonly altered?: string }
  /** The output of a command that is not followed. */
  | { readonly from: string }
  /** One after the other; `more`: a loop whose turns are not known. */
  | { readonly parts: readonly Stream[]; readonly more?: string }

/** Where commands run, as far as their input and output need it. */
export interface Flow {
  /** What stands on the standard input of the function or script that the command is in. */
  readonly stdin?: Stream | undefined
  /** The scopes in which the nodes of a compound run: several for a loop. */
  readonly turnsOf: (node: Compound, scope: Scope, flow: Flow) => readonly Scope[]
  /** What a function prints that the words call; `undefined` where they call none that can be followed. */
  readonly outputOfCall: (
    words: readonly SymbolicText[],
    scope: Scope,
    stdin: () => Stream | undefined,
  ) => Stream | undefined
}

/** What stands on a command's standard input; `undefined` when nothing in the script is led there. */
export function inputOf(node: ShellNode, scope: Scope, flow: Flow): Stream | undefined {
  const redirect = node.redirects.findLast(({ operator, fd }) => fd === 0 && !operator.startsWith('>'))
  if (redirect?.operator === '<<') return { text: expandText(redirect.text, scope) }
  if (redirect?.operator === '<<<') {
    const text = buildText()
    text.append(expandText(redirect.text, scope))
    text.add('\n', redirect.text.origins.at(-1) ?? 0, 0)
    return { text: text.done() }
  }
  if (redirect?.operator === '<') return fileStream(expandText(redirect.text, scope), redirect.text, scope)
  if (node.pipedFrom !== undefined) return outputOf(node.pipedFrom, scope, flow)
  return node.within === undefined ? flow.stdin : inputOf(node.within, scope, flow)
}

/** `<(command)` in place of a file is what the command prints. */
function fileStream(expanded: SymbolicText, written: SymbolicText, scope: Scope): Stream {
  const hole =
    written.holes.length === 1 && written.holes[0]?.length === written.value.length ? written.holes[0] : undefined
  const printed = hole?.inner === undefined ? undefined : scope.printedBy(hole.inner, scope)
  return printed === undefined ? { path: expanded } : { text: printed }
}

/** What the commands that people write policies with print; of all others only their name is told. */
export function outputOf(node: ShellNode, scope: Scope, flow: Flow): Stream {
  if (node.kind === 'command') return outputOfCommand(node, scope, flow)
  const turns = flow.turnsOf(node, scope, flow)
  const parts = turns.flatMap((turn) => partsOf(node.body, turn, flow))
  // Of a branch one side alone is printed, and of a loop that is not known any number of turns: which is not told.
  const isOpen = node.kind === 'branch' || (node.kind !== 'group' && turns.every((turn) => turn.turns === scope.turns))
  return isOpen ? { parts, more: node.loop?.variable ?? (node.kind === 'branch' ? 'if' : node.kind) } : oneOf(parts)
}

/** What the nodes print, one after the other. */
export function outputOfAll(nodes: readonly ShellNode[], scope: Scope, flow: Flow): Stream {
  return oneOf(partsOf(nodes, scope, flow))
}

function oneOf(parts: readonly Stream[]): Stream {
  return parts.length === 1 && parts[0] !== undefined ? parts[0] : { parts }
}

function partsOf(nodes: readonly ShellNode[], scope: Scope, flow: Flow): Stream[] {
  const piped = new Set(nodes.map((node) => node.pipedFrom))
  return nodes.filter((node) => !piped.has(node) && isPrinting(node)).map((node) => outputOf(node, scope, flow))
}

/** A command whose output is led elsewhere prints nothing, and neither does an assignment. */
function isPrinting(node: ShellNode): boolean {
  if (node.redirects.some(({ operator, fd }) => operator.startsWith('>') && fd === 1)) return false
  if (node.kind !== 'command') return true
  return node.words.length > 0 && !SILENT.has(node.words[0]?.text.value ?? '')
}

const SILENT = new Set(
  'set local export readonly declare shift true false : [ [[ test cd mkdir rm return exit'.split(' '),
)

function outputOfCommand(command: ShellCommand, scope: Scope, flow: Flow): Stream {
  const words = command.words.flatMap((word) => expandWord(word.text, scope))
  const name = words[0]?.value.split('/').at(-1) ?? ''
  const args = words.slice(1)
  const input = () => inputOf(command, scope, flow)
  switch (name) {
    case 'cat': {
      const files = args.filter((word) => word.value === '-' || !word.value.startsWith('-'))
      if (files.length === 0) return input() ?? { from: name }
      const parts = files.map((file) => (file.value === '-' ? (input() ?? { from: name }) : { path: file }))
      return parts.length === 1 && parts[0] !== undefined ? parts[0] : { parts }
    }
    case 'tee':
      return input() ?? { from: name }
    case 'echo': {
      const flags = args.findIndex((word) => !/^-[neE]+$/.test(word.value))
      const said = flags < 0 ? [] : args.slice(flags)
      const escapes = args.slice(0, Math.max(flags, 0)).some((word) => word.value.includes('e'))
      return { text: joined(escapes ? said.map(withEscapes) : said, command.to) }
    }
    case 'printf': {
      const [format, ...values] = args
      if (format === undefined) return { from: name }
      if (/^%[sb]\\n$/.test(format.value) && values.length > 0) return { text: joined(values, command.to, '\n') }
      if (/^%[sb]$/.test(format.value) && values.length > 0) return { text: joined(values, command.to) }
      return format.value.includes('%') ? { from: name } : { text: withEscapes(format) }
    }
    case 'basename':
    case 'dirname': {
      const [path, suffix] = args.filter((word) => !word.value.startsWith('-'))
      const text = path === undefined ? undefined : pathPart(name, path, suffix)
      return text === undefined ? { from: name } : { text }
    }
    case 'envsubst':
    case 'sed':
    case 'tr':
    case 'jq':
    case 'gomplate': {
      const written = name === 'jq' ? writtenJson(args) : undefined
      if (written !== undefined) return { text: written }
      const given = input()
      const file = name === 'sed' ? args.slice(1).findLast((word) => !word.value.startsWith('-')) : undefined
      if (given === undefined) return file === undefined ? { from: name } : { path: file, altered: name }
      if ('path' in given) return { path: given.path, altered: name }
      return name === 'envsubst' && 'text' in given ? { text: envsubst(given.text) } : { from: name }
    }
    default:
      return flow.outputOfCall(words, scope, input) ?? { from: name }
  }
}

/** `jq -n '{…}'` prints the object that it is given, where nothing in it is computed. */
function writtenJson(args: readonly SymbolicText[]): SymbolicText | undefined {
  if (!args.some(({ value }) => /^(?:-\w*n\w*|--null-input)$/.test(value))) return undefined
  const filter = args.findLast(({ value }) => value.trimStart().startsWith('{'))
  if (filter === undefined || filter.holes.length > 0) return undefined
  const [origin = 0] = filter.origins
  // jq takes names without quotes.
  for (const value of [filter.value, filter.value.replace(/([{,]\s*)([A-Za-z_]\w*)(\s*:)/g, '$1"$2"$3')]) {
    try {
      JSON.parse(value)
      return { value, origins: Array.from(value, () => origin), holes: [] }
    } catch {}
  }
  return undefined
}

export interface WrittenFile {
  readonly file: SymbolicText
  readonly append: boolean
}

/** Files that a command writes, by `>`, `>>` or `tee`. */
export function filesWrittenBy(node: ShellNode, scope: Scope): WrittenFile[] {
  const files: WrittenFile[] = node.redirects
    .filter(({ operator, fd }) => operator.startsWith('>') && fd === 1)
    .map(({ text, operator }) => ({ file: expandText(text, scope), append: operator === '>>' }))
  const words = node.kind === 'command' ? node.words.map((word) => expandText(word.text, scope)) : []
  const tee = words.findIndex((word) => word.value === 'tee')
  if (tee >= 0 && tee <= 1) {
    const append = words.some((word) => word.value === '-a')
    for (const file of words.slice(tee + 1)) if (!file.value.startsWith('-')) files.push({ file, append })
  }
  return files.filter(({ file }) => !file.value.startsWith('/dev/'))
}

function joined(words: readonly SymbolicText[], end: number, between = ' '): SymbolicText {
  const text = buildText()
  for (const [index, word] of words.entries()) {
    if (index > 0) text.add(between, word.origins[0] ?? end, 0)
    text.append(word)
  }
  text.add('\n', words.at(-1)?.origins.at(-1) ?? end, 0)
  return text.done()
}

/** `basename PATH SUFFIX`; a part that is not known may hold slashes, but one before a slash does not matter. */
function pathPart(name: string, path: SymbolicText, suffix: SymbolicText | undefined): SymbolicText | undefined {
  if ((suffix?.holes.length ?? 0) > 0) return undefined
  const lastHole = path.holes.at(-1)
  if (lastHole !== undefined && (name === 'dirname' || !path.value.includes('/', lastHole.at + lastHole.length)))
    return undefined
  const value = path.value.replace(/\/+$/, '')
  const slash = value.lastIndexOf('/')
  const origin = path.origins[0] ?? 0
  if (name === 'dirname') return at(slash < 0 ? '.' : value.slice(0, slash) || '/', origin)
  const last = value.slice(slash + 1)
  const end = suffix?.value ?? ''
  return at(end !== '' && last !== end && last.endsWith(end) ? last.slice(0, -end.length) : last, origin)
}

function at(value: string, origin: number): SymbolicText {
  const text = buildText()
  text.add(value, origin, 0)
  return text.done()
}

function withEscapes(word: SymbolicText): SymbolicText {
  const parts = splitKeepingSpace(word, '\\n')
  const text = buildText()
  for (const [index, part] of parts.entries()) {
    if (index > 0) text.add('\n', part.origins[0] ?? word.origins.at(-1) ?? 0, 0)
    text.append(replaceEscapes(part))
  }
  return text.done()
}

function splitKeepingSpace(word: SymbolicText, separator: string): SymbolicText[] {
  return word.value.includes(separator) ? splitText(word, separator) : [word]
}

function replaceEscapes(part: SymbolicText): SymbolicText {
  if (!part.value.includes('\\') || part.holes.length > 0) return part
  const text = buildText()
  for (let index = 0; index < part.value.length; index++) {
    const escaped = part.value[index] === '\\' ? part.value[index + 1] : undefined
    const origin = part.origins[index] ?? 0
    if (escaped === undefined) text.add(part.value[index] ?? '', origin)
    else {
      text.add(escaped === 't' ? '\t' : escaped, origin)
      index++
    }
  }
  return text.done()
}

/** `${NAME}` in a text that the shell took to the letter is a variable to `envsubst`. */
function envsubst(text: SymbolicText): SymbolicText {
  const result = buildText()
  let at = 0
  let next = 0
  for (const match of text.value.matchAll(/\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))/g)) {
    while ((text.holes[next]?.at ?? Number.POSITIVE_INFINITY) + (text.holes[next]?.length ?? 0) <= match.index) next++
    if ((text.holes[next]?.at ?? Number.POSITIVE_INFINITY) <= match.index) continue
    result.append(sliceText(text, at, match.index))
    result.addHole({ name: match[1] ?? match[2] ?? '', quoted: true }, text.origins[match.index] ?? 0)
    at = match.index + match[0].length
  }
  result.append(sliceText(text, at, text.value.length))
  return result.done()
}
