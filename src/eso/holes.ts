import { holesOf } from '../model/placeholders.ts'

const NONE: readonly never[] = []

/** Variables and placeholders left in a text, as written and in order; what holds one is not its final value (field.md §6). */
export function textHoles(text: string): readonly string[] {
  const holes = holesOf(text)
  return holes.length === 0 ? NONE : holes.map((hole) => hole.text)
}
