import { type Event, parseEvents, YAMLException } from 'js-yaml'

export interface EventStream {
  readonly events: readonly Event[]
  /** The text that the events' offsets count in: the given one, or one with blanks put in. */
  readonly text: string
  /** From an offset in `text` to the one in the given text. */
  readonly original: (offset: number) => number
}

/** More would be no slip of a closing bracket, and each repair parses again. */
const MAX_REPAIRS = 60
const MAX_REPAIRED_LENGTH = 200_000
const MAX_DEPTH = 200

/**
 * The event stream of a text, read as leniently as the Go parsers behind kubectl, kustomize and Flux read it: they accept a
 * closing bracket, a continued string, or a tab inside brackets, at an indentation that YAML's grammar (and js-yaml) refuses.
 * Throws the parser's error for the text as it was given.
 */
export function readEvents(given: string): EventStream {
  let text = given
  let first: unknown
  const inserted: number[] = []
  for (let repair = 0; ; repair++) {
    try {
      return {
        events: parseEvents(text, { maxDepth: MAX_DEPTH }),
        text,
        original: inserted.length === 0 ? asGiven : (offset) => backToGiven(offset, inserted),
      }
    } catch (error) {
      first ??= error
      if (!(error instanceof YAMLException) || error.reason !== 'deficient indentation' || error.mark === undefined)
        throw first
      if (repair >= MAX_REPAIRS || text.length > MAX_REPAIRED_LENGTH) throw first
      const at = error.mark.position
      const lineStart = text.lastIndexOf('\n', at - 1) + 1
      const before = text.slice(lineStart, at)
      if (before.includes('\t')) text = text.slice(0, lineStart) + before.replaceAll('\t', ' ') + text.slice(at)
      else {
        text = `${text.slice(0, lineStart)} ${text.slice(lineStart)}`
        inserted.push(lineStart)
      }
    }
  }
}

/** Nothing was put in: offsets are those of the given text. */
export function asGiven(offset: number): number {
  return offset
}

/** Undoes the insertions, last first: each was made in the text that the ones before it had left. */
function backToGiven(offset: number, inserted: readonly number[]): number {
  let at = offset
  for (let index = inserted.length - 1; index >= 0; index--) if (at > (inserted[index] as number)) at--
  return at
}
