import { type PlacedText, placeAt, placedLines } from './placed-text.ts'

/** A part of a text that only running the script, or Terraform, or Flux, would tell. It stands in the text as `${NAME}`. */
export interface Hole {
  readonly name: string
  readonly at: number
  readonly length: number
  /** In double quotes or in a heredoc: its value is not split into words. */
  readonly quoted: boolean
  /** `${NAME:-fallback}`: what stands there when nothing sets the variable. */
  readonly fallback?: SymbolicText
  /** `${NAME[@]}`, `$@`: every item of a list. */
  readonly list?: boolean
  /** `${NAME%suffix}`, `$(command)`: knowing the variable does not tell the value. */
  readonly opaque?: boolean
}

/** A text with holes, and for each character the offset it came from in the text that it was written in. */
export interface SymbolicText {
  readonly value: string
  readonly origins: readonly number[]
  readonly holes: readonly Hole[]
}

/** Builds a symbolic text from left to right. */
export interface TextBuilder {
  add(text: string, origin: number, step?: 0 | 1): void
  addHole(hole: Omit<Hole, 'at' | 'length'>, origin: number): void
  append(text: SymbolicText): void
  done(): SymbolicText
}

export function buildText(): TextBuilder {
  let value = ''
  const origins: number[] = []
  const holes: Hole[] = []
  const add = (text: string, origin: number, step: 0 | 1 = 1) => {
    for (let index = 0; index < text.length; index++) origins.push(origin + index * step)
    value += text
  }
  return {
    add,
    addHole(hole, origin) {
      const shown = `\${${hole.name}}`
      holes.push({ ...hole, at: value.length, length: shown.length })
      add(shown, origin, 0)
    },
    append(text) {
      for (const hole of text.holes) holes.push({ ...hole, at: value.length + hole.at })
      for (const origin of text.origins) origins.push(origin)
      value += text.value
    },
    done: () => ({ value, origins, holes }),
  }
}

/** A text that was written as it is: characters `origin`, `origin + 1`, … */
export function literalText(text: string, origin: number): SymbolicText {
  const builder = buildText()
  builder.add(text, origin)
  return builder.done()
}

/** A part of a text; holes that are cut stay as literal text. */
export function sliceText(text: SymbolicText, from: number, to = text.value.length): SymbolicText {
  return {
    value: text.value.slice(from, to),
    origins: text.origins.slice(from, to),
    holes: text.holes
      .filter((hole) => hole.at >= from && hole.at + hole.length <= to)
      .map((hole) => ({ ...hole, at: hole.at - from })),
  }
}

/** Offset of the first `needle` that stands outside the holes; -1 when there is none. */
export function indexOutsideHoles(text: SymbolicText, needle: string, from = 0): number {
  let at = text.value.indexOf(needle, from)
  while (at >= 0) {
    const hole = text.holes.find((candidate) => candidate.at <= at && at < candidate.at + candidate.length)
    if (hole === undefined) return at
    at = text.value.indexOf(needle, hole.at + hole.length)
  }
  return -1
}

/** Splits at every separator outside the holes, and trims white space. */
export function splitText(text: SymbolicText, separator: string): SymbolicText[] {
  const parts: SymbolicText[] = []
  let from = 0
  for (;;) {
    const at = indexOutsideHoles(text, separator, from)
    const part = sliceText(text, from, at < 0 ? undefined : at)
    const lead = part.value.length - part.value.trimStart().length
    parts.push(sliceText(part, lead, lead + part.value.trim().length))
    if (at < 0) return parts
    from = at + separator.length
  }
}

/** The names of the holes, each once, in order. */
export function unknownIn(...texts: readonly SymbolicText[]): string[] {
  return [...new Set(texts.flatMap((text) => text.holes.map((hole) => hole.name)))]
}

/** The text as a placed one, by the text that it was written in. */
export function placeText(parent: PlacedText, text: SymbolicText): PlacedText {
  let from = 0
  const lineStarts: number[] = [0]
  for (from = text.value.indexOf('\n'); from >= 0; from = text.value.indexOf('\n', from + 1)) lineStarts.push(from + 1)
  const end = (text.origins.at(-1) ?? -1) + 1
  return placedLines(parent.file, text.value, (line) => placeAt(parent, text.origins[lineStarts[line - 1] ?? 0] ?? end))
}
