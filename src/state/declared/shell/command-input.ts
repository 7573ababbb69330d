import { buildText, literalText, type SymbolicText, splitText } from '../symbolic-text.ts'
import { expandText, expandWord, type Scope } from './scope.ts'
import type { ShellCommand } from './shell-commands.ts'

/** What a command is given on its standard input, or gives on its standard output. */
export type Stream =
  | { readonly text: SymbolicText }
  | { readonly path: SymbolicText; readonly altered?: string }
  | { readonly from: string }

/** What stands on a command's standard input; `undefined` when nothing in the script is led there. */
export function inputOf(command: ShellCommand, scope: Scope): Stream | undefined {
  const redirect = command.redirects.findLast(({ operator, fd }) => fd === 0 && operator !== '>')
  if (redirect?.operator === '<<') return { text: expandText(redirect.text, scope) }
  if (redirect?.operator === '<<<') {
    const text = buildText()
    text.append(expandText(redirect.text, scope))
    text.add('\n', redirect.text.origins.at(-1) ?? command.to, 0)
    return { text: text.done() }
  }
  if (redirect?.operator === '<') return { path: expandText(redirect.text, scope) }
  return command.pipedFrom === undefined ? undefined : outputOf(command.pipedFrom, scope)
}

/** What the commands that people write policies with print; of all others only their name is told. */
export function outputOf(command: ShellCommand, scope: Scope): Stream {
  const words = command.words.flatMap((word) => expandWord(word.text, scope))
  const name = words[0]?.value.split('/').at(-1) ?? ''
  const args = words.slice(1)
  switch (name) {
    case 'cat': {
      const files = args.filter((word) => !word.value.startsWith('-'))
      if (files.length === 0) return inputOf(command, scope) ?? { from: name }
      return files.length === 1 && files[0] !== undefined ? { path: files[0] } : { from: name }
    }
    case 'tee':
      return inputOf(command, scope) ?? { from: name }
    case 'echo': {
      const flags = args.findIndex((word) => !/^-[neE]+$/.test(word.value))
      const said = flags < 0 ? [] : args.slice(flags)
      const escapes = args.slice(0, Math.max(flags, 0)).some((word) => word.value.includes('e'))
      return { text: joined(escapes ? said.map(withEscapes) : said, command.to) }
    }
    case 'printf': {
      const [format, ...values] = args
      if (format === undefined) return { from: name }
      if (/^%[sb](\\n)?$/.test(format.value) && values.length > 0) return { text: joined(values, command.to) }
      return format.value.includes('%') ? { from: name } : { text: withEscapes(format) }
    }
    case 'envsubst':
    case 'sed':
    case 'tr':
    case 'jq':
    case 'gomplate': {
      const given = inputOf(command, scope)
      const file = name === 'sed' ? args.slice(1).findLast((word) => !word.value.startsWith('-')) : undefined
      if (given === undefined) return file === undefined ? { from: name } : { path: file, altered: name }
      if ('path' in given) return { path: given.path, altered: name }
      return name === 'envsubst' && 'text' in given ? { text: envsubst(given.text) } : { from: name }
    }
    default:
      return { from: name }
  }
}

/** Files that a command writes, by `>` or `tee`. */
export function filesWrittenBy(command: ShellCommand, scope: Scope): SymbolicText[] {
  const files = command.redirects
    .filter(({ operator, fd }) => operator === '>' && fd === 1)
    .map(({ text }) => expandText(text, scope))
  const words = command.words.map((word) => expandText(word.text, scope))
  const tee = words.findIndex((word) => word.value === 'tee')
  if (tee >= 0 && tee <= 1) files.push(...words.slice(tee + 1).filter((word) => !word.value.startsWith('-')))
  return files.filter((file) => file.value !== '/dev/null')
}

function joined(words: readonly SymbolicText[], end: number): SymbolicText {
  const text = buildText()
  for (const [index, word] of words.entries()) {
    if (index > 0) text.add(' ', word.origins[0] ?? end)
    text.append(word)
  }
  text.add('\n', words.at(-1)?.origins.at(-1) ?? end, 0)
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
  for (let at = 0; at < part.value.length; at++) {
    const escaped = part.value[at] === '\\' ? part.value[at + 1] : undefined
    const origin = part.origins[at] ?? 0
    if (escaped === undefined) text.add(part.value[at] ?? '', origin)
    else {
      text.add(escaped === 't' ? '\t' : escaped, origin)
      at++
    }
  }
  return text.done()
}

/** `${NAME}` in a text that the shell took to the letter is a variable to `envsubst`. */
function envsubst(text: SymbolicText): SymbolicText {
  const result = buildText()
  let at = 0
  for (const match of text.value.matchAll(/\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))/g)) {
    if (text.holes.some((hole) => hole.at <= match.index && match.index < hole.at + hole.length)) continue
    result.append(sliceLiteral(text, at, match.index))
    result.addHole({ name: match[1] ?? match[2] ?? '', quoted: true }, text.origins[match.index] ?? 0)
    at = match.index + match[0].length
  }
  result.append(sliceLiteral(text, at, text.value.length))
  return result.done()
}

function sliceLiteral(text: SymbolicText, from: number, to: number): SymbolicText {
  const slice = literalText(text.value.slice(from, to), 0)
  return {
    value: slice.value,
    origins: text.origins.slice(from, to),
    holes: text.holes
      .filter((hole) => hole.at >= from && hole.at < to)
      .map((hole) => ({ ...hole, at: hole.at - from })),
  }
}
