import { holesOf } from '../model/placeholders.ts'

/** Variables and placeholders left in a text, as written and in order; what holds one is not its final value (field.md §6). */
export function textHoles(text: string): readonly string[] {
  return holesOf(text).map((hole) => hole.text)
}
