import { type PlacedText, placeAt, placedLines } from './placed-text.ts'

/** A part of a text that only running the script, or Terraform, or Flux, would tell. It stands in the text as `${NAME}`. */
export interface Hole {
  readonly name: string
  readonly at: number
  readonly length: number
  /** In double quotes or in a heredoc: its value is not split into words. */
  readonly quoted: boolean
  /** Under what its value is found, where that is not the name: `{{x}}` is not the shell's `$x`. */
  readonly key?: string
  /** `${NAME:-fallback}`: what stands there when nothing sets the variable. */
  readonly fallback?: SymbolicText
  /** `${NAME[@]}`, `$@`: every item of a list; `${@:2}`: those from the second on. */
  readonly list?: boolean
  readonly fromItem?: number
  /** Knowing the variable does not tell the value. */
  readonly opaque?: boolean
  /** `${NAME%suffix}`: what is cut off the value. */
  readonly cut?: { readonly end: 'front' | 'back'; readonly longest: boolean; readonly pattern: string }
  /** `$(command)`: the offset of its first character, in the script that holds it. */
  readonly inner?: number
}

/** A text with holes, and for each character the offset it came from in the text that it was written in. */
export interface SymbolicText {
  readonly value: string
  readonly origins: readonly number[]
  readonly holes: readonly Hole[]
  /** Variables that were filled in by their default, which something else may override. */
  readonly assumed?: readonly string[]
}

/** Builds a symbolic text from left to right. */
export interface TextBuilder {
  add(text: string, origin: number, step?: 0 | 1): void
  addHole(hole: Omit<Hole, 'at' | 'length'>, origin: number): void
  append(text: SymbolicText): void
  assume(name: string): void
  done(): SymbolicText
}

export function buildText(): TextBuilder {
  let value = ''
  const origins: number[] = []
  const holes: Hole[] = []
  const assumed = new Set<string>()
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
      for (const name of text.assumed ?? []) assumed.add(name)
      value += text.value
    },
    assume: (name) => assumed.add(name),
    done: () => ({ value, origins, holes, ...(assumed.size === 0 ? {} : { assumed: [...assumed] }) }),
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
  const holes: Hole[] = []
  for (let index = firstHoleFrom(text.holes, from); index < text.holes.length; index++) {
    const hole = text.holes[index]
    if (hole === undefined || hole.at + hole.length > to) break
    holes.push({ ...hole, at: hole.at - from })
  }
  const { assumed } = text
  const slice = { value: text.value.slice(from, to), origins: text.origins.slice(from, to), holes }
  return assumed === undefined ? slice : { ...slice, assumed }
}

/** Holes stand in the order of the text: a text with thousands of them is cut thousands of times. */
function firstHoleFrom(holes: readonly Hole[], from: number): number {
  let low = 0
  let high = holes.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((holes[middle]?.at ?? 0) < from) low = middle + 1
    else high = middle
  }
  return low
}

/** Offset of the first `needle` that stands outside the holes; -1 when there is none. */
export function indexOutsideHoles(text: SymbolicText, needle: string, from = 0): number {
  let at = text.value.indexOf(needle, from)
  for (const hole of text.holes) {
    if (at < 0 || at < hole.at) return at
    if (at < hole.at + hole.length) at = text.value.indexOf(needle, hole.at + hole.length)
  }
  return at
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

/** The variables that were taken at their default, each once. */
export function assumedIn(...texts: readonly SymbolicText[]): string[] {
  return [...new Set(texts.flatMap((text) => text.assumed ?? []))]
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
