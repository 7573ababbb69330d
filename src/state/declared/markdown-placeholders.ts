import type { PlacedText } from './placed-text.ts'
import { placeAt, placedLines } from './placed-text.ts'

/** `<svc>`, `<your team>`, `{svc}`: a word that the reader of a page replaces. Not `<<EOF`, `${svc}`, `{{ svc }}`, `< file`. */
const PLACEHOLDER = /(?<![<$\\])<([A-Za-z][\w.-]*(?: [A-Za-z][\w.-]*){0,3})>|(?<![${\w])\{([A-Za-z][\w-]*)\}(?!\})/g

/**
 * A page says `eso-<svc>` or `eso-{svc}` for a pattern of names: the word becomes a variable, as `$svc` is one already. Lines stay
 * where they are.
 */
export function withPlaceholders(placed: PlacedText): PlacedText {
  const text = placed.text.replace(PLACEHOLDER, (_, angle: string | undefined, brace: string | undefined) => {
    return `\${${(angle ?? brace ?? '').replace(/[^\w]+/g, '_')}}`
  })
  if (text === placed.text) return placed
  return placedLines(placed.file, text, (line) => placeAt(placed, placed.lines[line - 1] ?? 0))
}
