/** A part of a document that is shortened when space runs out. */
export interface Part {
  /** What stands before the items: a heading, a table's head. */
  readonly head: string
  readonly items: readonly string[]
  /** What closes the part (`</details>`). */
  readonly tail?: string
  /** The line that says how many items were left out. */
  readonly more: (left: number) => string
}

export type Measure = (text: string) => number

/** UTF-8 bytes: what GitHub counts in a job summary. */
export const bytes: Measure = (text) => Buffer.byteLength(text, 'utf8')

/** Code points: what GitHub counts in a comment. */
export const codePoints: Measure = (text) => {
  let count = 0
  for (const _ of text) count++
  return count
}

/**
 * Joins parts to one text of at most `most`; items that do not fit are counted, part by part, never cut in the middle: half a
 * table row or an unclosed `<details>` would garble all that follows. A part without items is always kept whole.
 */
export function joinWithin(parts: readonly Part[], most: number, measure: Measure): string {
  // What every part costs even when it is empty has to be paid first, or the last parts would not even be mentioned.
  const frame = (part: Part): number =>
    measure(part.head) + measure(part.tail ?? '') + (part.items.length > 0 ? measure(part.more(part.items.length)) : 0)
  let room = most - parts.reduce((sum, part) => sum + frame(part), 0)
  let text = ''
  for (const part of parts) {
    text += part.head
    let shown = 0
    for (const item of part.items) {
      const cost = measure(item)
      if (cost > room) break
      room -= cost
      text += item
      shown++
    }
    if (shown < part.items.length) text += part.more(part.items.length - shown)
    text += part.tail ?? ''
  }
  return text
}
