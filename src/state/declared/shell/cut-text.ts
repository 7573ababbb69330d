import { type Hole, type SymbolicText, sliceText } from '../symbolic-text.ts'

/**
 * `${NAME%.hcl}`, `${NAME##*\/}`: a value without its beginning or end. Patterns are a literal, with one `*` at most; `undefined`
 * where the pattern is another, or a part that is cut is not known.
 */
export function cutText(text: SymbolicText, { end, longest, pattern }: NonNullable<Hole['cut']>) {
  const star = pattern.indexOf('*')
  const literal = pattern.replace('*', '')
  if (/[*?[\\$`]/.test(literal) || text.holes.length > 0) return undefined
  const { value } = text
  if (star < 0) {
    if (end === 'front') return value.startsWith(literal) ? sliceText(text, literal.length) : text
    return value.endsWith(literal) ? sliceText(text, 0, value.length - literal.length) : text
  }
  if (literal === '') return longest ? sliceText(text, 0, 0) : text
  // `##*/` and `#*/` cut up to the last or the first slash; `%%.*` and `%.*` from the first or the last dot.
  if (end === 'front' && star === 0) {
    const at = longest ? value.lastIndexOf(literal) : value.indexOf(literal)
    return at < 0 ? text : sliceText(text, at + literal.length)
  }
  if (end === 'back' && star === pattern.length - 1) {
    const at = longest ? value.indexOf(literal) : value.lastIndexOf(literal)
    return at < 0 ? text : sliceText(text, 0, at)
  }
  return undefined
}
