/**
 * Text out of manifests, policies and servers may hold anything: terminal escapes, line breaks that start a workflow command,
 * marks that turn text around (platform.md §7 threat 7). Every reporter passes it through here.
 */

/**
 * Control characters but line feed and tab, DEL and C1, zero-width and bidirectional marks (U+202E and its like), the tag and
 * interlinear blocks, and lone halves of surrogate pairs.
 */
const UNSAFE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]|\p{Surrogate}/gu

/** Unicode's own line breaks count as line feeds. */
const LINE_BREAKS = /\r\n?|[\u0085\u2028\u2029]/g

/** Without control and bidi characters; line feeds and tabs stay. */
export function plainText(text: string): string {
  return text.replace(LINE_BREAKS, '\n').replace(UNSAFE, '')
}

/** As `plainText`, and line breaks and tabs become single spaces. */
export function oneLine(text: string): string {
  return plainText(text).replace(/[\n\t]+/g, ' ')
}

/** A source line for a terminal: every character that would not show keeps its place, as one `�`. */
export function visibleLine(text: string): string {
  return text.replace(UNSAFE, '\ufffd').replace(/[\u2028\u2029\n]/g, '\ufffd')
}

/** The first `most` code points, an ellipsis as the last of them when the text is longer. */
export function cut(text: string, most: number): string {
  if (text.length <= most) return text
  const points = [...text]
  return points.length <= most ? text : `${points.slice(0, Math.max(0, most - 1)).join('')}…`
}

/**
 * Lines for standard output that no runner takes for a command. It parses every line of a step's output: `::name::` at the start,
 * whatever blanks stand before it, and the older `##[name]` anywhere (platform.md §7 threat 7). Look-alikes of the same width
 * stand in for one colon or bracket, so that carets stay under what they mark.
 */
export function logSafe(text: string): string {
  return text.replaceAll('##[', '##\u2045').replace(/^([^\S\n]*):(?=:)/gm, '$1\ua789')
}

/** The same for JSON, where an escape loses nothing. */
export function logSafeJson(json: string): string {
  return json.replaceAll('##[', '##\\u005b')
}
