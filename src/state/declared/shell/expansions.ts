import { isVaultDirective } from '../partly-known.ts'
import { buildText, type Hole, literalText, type SymbolicText } from '../symbolic-text.ts'

/** Longer ones are taken as plain text, so that an unclosed brace costs no more than this. */
const LONGEST_EXPANSION = 500

/** Reads the inside of `$(…)` from its first character; gives the offset after the parenthesis. */
export type OnSubstitution = (open: number) => number

export interface Expansion {
  /** `undefined`: the `$` stands for itself. */
  readonly hole: Omit<Hole, 'at' | 'length' | 'quoted'> | undefined
  readonly end: number
}

/** Reads what begins with `$`, with a backtick, with `<(`, or with `{{` at `at`. */
export function readExpansion(source: string, at: number, onSubstitution: OnSubstitution): Expansion {
  if (source[at] === '`') return readBackticks(source, at)
  if (source.startsWith('<(', at) || source.startsWith('>(', at)) return command(source, at + 2, onSubstitution)
  if (source.startsWith('$((', at)) {
    const close = source.slice(at, at + LONGEST_EXPANSION).indexOf('))')
    if (close >= 0) return { hole: { name: '$((…))', opaque: true }, end: at + close + 2 }
  }
  if (source.startsWith('$(', at)) return command(source, at + 2, onSubstitution)
  if (source.startsWith('${{', at)) {
    const filled = readMoustache(source, at)
    if (filled.hole !== undefined) return filled
  }
  if (source.startsWith('${', at)) return readBraces(source, at)
  const plain = /^\$([A-Za-z_]\w*|[0-9@*#?$!-])/.exec(source.slice(at, at + 80))
  const name = plain?.[1]
  if (plain === null || name === undefined) return { hole: undefined, end: at + 1 }
  return { hole: { name, ...(name === '@' || name === '*' ? { list: true } : {}) }, end: at + plain[0].length }
}

/**
 * Helm, Jinja and Go templates fill `{{ … }}` in before the shell, or Vault, sees the text, and a workflow fills in `${{ … }}`.
 * Vault's own templates (vault.md §2.7) are no hole, nor is what was meant as one.
 */
export function readMoustache(source: string, at: number): Expansion {
  const match = /^\$?\{\{-?\s*([^{}\n]*?)\s*-?\}\}/.exec(source.slice(at, at + 300))
  if (match === null || isVaultDirective(match[1] ?? '')) return { hole: undefined, end: at }
  const name = match[1] ?? ''
  const end = at + match[0].length
  const variable = /^env\.(\w+)$/.exec(name)?.[1]
  if (match[0].startsWith('$') && variable !== undefined) return { hole: { name: variable }, end }
  return { hole: { name, key: `{{${name}}}` }, end }
}

function command(source: string, open: number, onSubstitution: OnSubstitution): Expansion {
  const end = onSubstitution(open)
  const name = /^\s*([\w./-]*)/.exec(source.slice(open, open + 80))?.[1] ?? ''
  return { hole: { name: `$(${name})`, opaque: true, inner: open }, end }
}

function readBackticks(source: string, at: number): Expansion {
  let end = at + 1
  while (end < source.length && source[end] !== '`') end += source[end] === '\\' ? 2 : 1
  if (end >= source.length) return { hole: undefined, end: at + 1 }
  const name = /^\s*([\w./-]*)/.exec(source.slice(at + 1, at + 80))?.[1] ?? ''
  return { hole: { name: `$(${name})`, opaque: true }, end: end + 1 }
}

function readBraces(source: string, at: number): Expansion {
  const close = closingBrace(source, at + 2)
  if (close < 0) return { hole: undefined, end: at + 1 }
  const inside = source.slice(at + 2, close)
  const match = /^([A-Za-z_]\w*|[0-9@*#?$!-])(\[[@*]\])?/.exec(inside)
  const end = close + 1
  const name = match?.[1]
  if (match === null || name === undefined) return { hole: { name: inside.replaceAll('}', ''), opaque: true }, end }
  const rest = inside.slice(match[0].length)
  const list = match[2] !== undefined || name === '@' || name === '*'
  if (rest === '' || rest.startsWith('?') || rest.startsWith(':?'))
    return { hole: list ? { name, list } : { name }, end }
  const item = list ? /^:(\d{1,2})$/.exec(rest) : null
  if (item !== null) return { hole: { name, list, fromItem: Number(item[1]) }, end }
  const cut = list ? null : /^(##?|%%?)(.+)$/s.exec(rest)
  if (cut !== null) return { hole: { name, cut: cutOf(cut[1] ?? '', cut[2] ?? '') }, end }
  const fallback = /^:?[-=]/.exec(rest)
  if (fallback === null) return { hole: { name, opaque: true }, end }
  return { hole: { name, fallback: fallbackText(source, end - 1 - rest.length + fallback[0].length, end - 1) }, end }
}

function cutOf(operator: string, pattern: string): NonNullable<Hole['cut']> {
  return {
    end: operator.startsWith('#') ? 'front' : 'back',
    longest: operator.length > 1,
    pattern: pattern.replace(/^(["'])(.*)\1$/s, '$2'),
  }
}

function closingBrace(source: string, from: number): number {
  let depth = 0
  const stop = Math.min(source.length, from + LONGEST_EXPANSION)
  for (let at = from; at < stop; at++) {
    const ch = source[at]
    if (ch === '\\') at++
    else if (ch === '{') depth++
    else if (ch === '}' && depth-- === 0) return at
  }
  return -1
}

/** The text after `:-`: quotes dropped, variables in it are holes again. */
function fallbackText(source: string, from: number, to: number): SymbolicText {
  const builder = buildText()
  let at = from
  while (at < to) {
    const ch = source[at] ?? ''
    if (ch === '"' || ch === "'") at++
    else if (ch === '$') {
      const { hole, end } = readExpansion(source, at, (open) => Math.max(open, source.indexOf(')', open) + 1))
      if (hole === undefined || end > to) builder.append(literalText(ch, at))
      else builder.addHole({ ...hole, quoted: true }, at)
      at = hole === undefined || end > to ? at + 1 : end
    } else {
      builder.add(ch, at)
      at++
    }
  }
  return builder.done()
}
