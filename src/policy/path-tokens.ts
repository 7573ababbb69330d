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

/**
 * Whether any path is in both sets. Costs a step for each token of `a` as long as one place of `b` is in play, which is what literal
 * beginnings come to; wild tokens bring in more places, at most all of `b`.
 */
export function meet(a: PathTokens, b: PathTokens): boolean {
  // Places of `b` that can be reached with the tokens of `a` seen so far; `seen` keeps each from being added twice in a round.
  const seen = new Int32Array(b.length + 1)
  const extended = new Int32Array(b.length + 1)
  let round = 1
  let places: number[] = []
  const add = (place: number, into: number[]) => {
    // A wild token of `b` may stand for nothing.
    for (let at = place; seen[at] !== round; at += 1) {
      seen[at] = round
      into.push(at)
      if (at === b.length || (b[at] as number) >= 0) return
    }
  }
  add(0, places)
  for (const token of a) {
    const next: number[] = []
    round += 1
    for (const place of places) {
      if (token >= 0) stepByte(token, b[place], place, (reached) => add(reached, next))
      else {
        // A wild token of `a` takes any number of tokens of `b`; all but a slash, or what may hold one, into SEGMENT.
        // `ANY` of `b` meets SEGMENT too (in the texts without a slash), so only the slash itself stops it.
        for (let at = place; extended[at] !== round; at += 1) {
          extended[at] = round
          add(at, next)
          if (at === b.length || (token === SEGMENT && b[at] === SLASH)) break
        }
      }
    }
    places = next
    if (places.length === 0) return false
  }
  return seen[b.length] === round
}

function stepByte(byte: number, token: number | undefined, place: number, add: (reached: number) => void): void {
  if (token === byte) add(place + 1)
  else if (token === ANY || (token === SEGMENT && byte !== SLASH)) add(place)
}

/** What every path of the set begins with. */
export function literalStart(tokens: PathTokens): string {
  const end = tokens.findIndex((token) => token < 0)
  const literal = end === -1 ? tokens : tokens.slice(0, end)
  return literal.map((token) => String.fromCharCode(token)).join('')
}
