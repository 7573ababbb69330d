import { toBytes } from './byte-string.ts'
import type { HoledText } from './hole.ts'

/**
 * A set of paths: bytes, `ANY` for every text, `SEGMENT` for every text without a slash. Rules with wildcards, rules with
 * unknown parts and requests with unknown parts all become this, so that one question — do two sets meet? — answers
 * whether a rule may match.
 */
export type PathTokens = readonly number[]

export const ANY = -1
export const SEGMENT = -2
const SLASH = 47

export function literalTokens(bytes: string): number[] {
  return Array.from(bytes, (byte) => byte.charCodeAt(0))
}

/** Tokens of a text with holes and no wildcards: a request's path. */
export function holedTokens(text: HoledText): PathTokens {
  return text.flatMap((piece) =>
    typeof piece === 'string' ? literalTokens(toBytes(piece)) : [piece.holds === 'segment' ? SEGMENT : ANY],
  )
}

/** Whether any path is in both sets. */
export function meet(a: PathTokens, b: PathTokens): boolean {
  // reach[j]: after the tokens of `a` seen so far, the first j tokens of `b` can be used up.
  let reach = closeOver(b, new Array<boolean>(b.length + 1).fill(false).fill(true, 0, 1))
  for (const token of a) {
    reach = token >= 0 ? stepByte(token, b, reach) : stepWild(token, b, reach)
    if (!reach.includes(true)) return false
  }
  return reach[b.length] === true
}

/** A wild token of `b` may stand for nothing. */
function closeOver(b: PathTokens, reach: boolean[]): boolean[] {
  b.forEach((token, j) => {
    if (token < 0 && reach[j]) reach[j + 1] = true
  })
  return reach
}

function stepByte(byte: number, b: PathTokens, reach: readonly boolean[]): boolean[] {
  const next = new Array<boolean>(b.length + 1).fill(false)
  b.forEach((token, j) => {
    if (!reach[j]) return
    if (token === byte) next[j + 1] = true
    else if (token === ANY || (token === SEGMENT && byte !== SLASH)) next[j] = true
  })
  return closeOver(b, next)
}

function stepWild(wild: number, b: PathTokens, reach: readonly boolean[]): boolean[] {
  const next = [...reach]
  b.forEach((token, j) => {
    // A wild token of `a` takes any number of tokens of `b`; all but a slash, or what may hold one, into SEGMENT.
    // `ANY` of `b` meets SEGMENT too (in the texts without a slash), so only the slash itself stops it.
    if (next[j] && !(wild === SEGMENT && token === SLASH)) next[j + 1] = true
  })
  return closeOver(b, next)
}

/** What every path of the set begins with. */
export function literalStart(tokens: PathTokens): string {
  const end = tokens.findIndex((token) => token < 0)
  return String.fromCharCode(...(end === -1 ? tokens : tokens.slice(0, end)))
}
