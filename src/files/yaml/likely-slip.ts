import type { Slip } from '../../model/invalid-yaml.ts'

/** Most slips that people make in YAML show in the line where the parser stops or in the one above it. */
export function likelySlip(lineOf: (line: number) => string | undefined, line: number): Slip | undefined {
  const near = [line, previous(lineOf, line)].filter((one) => one > 0)
  const at = (test: (text: string) => boolean) => near.find((one) => test(lineOf(one) ?? ''))

  const tab = at((text) => /^ *\t/.test(text))
  if (tab !== undefined) return { code: 'tab', line: tab }
  const tight = at((text) => /^\s*(?:- +)?["']?[A-Za-z_][\w.-]*["']?:[^\s:/]/.test(text))
  if (tight !== undefined) return { code: 'no-space-after-colon', line: tight }
  const reserved = at((text) => /(?::|^\s*-)\s+[@`%]/.test(text))
  if (reserved !== undefined) return { code: 'reserved-character', line: reserved }
  const colon = at((text) => /^\s*(?:- +)?[\w.-]+:\s+[^\s'"[{|>&*!#][^#'"]*:(?:\s|$)/.test(text))
  if (colon !== undefined) return { code: 'colon-in-value', line: colon }
  const quote = at((text) => hasOpenQuote(text))
  if (quote !== undefined) return { code: 'quote-not-closed', line: quote }
  const bracket = at((text) => count(text, /[[{]/g) > count(text, /[\]}]/g))
  if (bracket !== undefined) return { code: 'bracket-not-closed', line: bracket }
  return indentation(lineOf, line)
}

/** A line that fits no open block: between the indentation of two lines above it, or deeper than a value above it allows. */
function indentation(lineOf: (line: number) => string | undefined, line: number): Slip | undefined {
  const text = lineOf(line)
  if (text === undefined || !isEntry(text)) return undefined
  const own = indentOf(text)
  const above = previous(lineOf, line)
  if (above === 0) return undefined
  const before = indentOf(lineOf(above) ?? '')
  if (own > before) return { code: 'indented-too-far', line, like: above }
  // It ends blocks of the lines above: the nearest one below which it could go on stands deeper or less deep.
  let at = above
  while (at > 0 && indentOf(lineOf(at) ?? '') > own) at = previous(lineOf, at)
  if (at > 0 && indentOf(lineOf(at) ?? '') === own) return undefined
  let deeper = above
  for (let one = above; one > at; one = previous(lineOf, one))
    if (indentOf(lineOf(one) ?? '') > own && indentOf(lineOf(one) ?? '') <= indentOf(lineOf(deeper) ?? '')) deeper = one
  return { code: 'not-indented-enough', line, like: deeper }
}

function isEntry(text: string): boolean {
  return /^\s*(?:- |-$|[^\s#].*:(?:\s|$))/.test(text)
}

function indentOf(text: string): number {
  return text.length - text.trimStart().length
}

/** The line above that holds more than a comment; 0: there is none in the document. */
function previous(lineOf: (line: number) => string | undefined, line: number): number {
  let at = line - 1
  while (at > 0 && /^\s*(?:#|$)/.test(lineOf(at) ?? '')) at--
  return at > 0 && /^---(?:\s|$)/.test(lineOf(at) ?? '') ? 0 : at
}

function hasOpenQuote(text: string): boolean {
  const value = /^\s*(?:- +)?(?:[\w.-]+:\s+)?(["'])(.*)$/.exec(text)
  if (value === null) return false
  const [, quote = '', rest = ''] = value
  return quote === "'" ? count(rest, /'/g) % 2 === 0 : count(rest.replaceAll(/\\./g, ''), /"/g) % 2 === 0
}

function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0
}
