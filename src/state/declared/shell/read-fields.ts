import { type SymbolicText, sliceText } from '../symbolic-text.ts'

/** What `read A B` takes from a line: the last variable gets the rest. `separator`: `IFS`, where it is set. */
export function splitFields(
  line: SymbolicText,
  names: readonly string[],
  separator: string | undefined,
): [string, SymbolicText][] {
  const marks = separator ?? ' \t'
  const fields: [string, SymbolicText][] = []
  let from = 0
  for (const [index, name] of names.entries()) {
    // White space is one mark, however much of it there is.
    while (separator === undefined && from < line.value.length && marks.includes(line.value[from] ?? '')) from++
    let end = from
    if (index === names.length - 1) end = line.value.length
    else while (end < line.value.length && !isMark(line, end, marks)) end++
    const text = sliceText(line, from, end)
    fields.push([name, separator === undefined ? sliceText(text, 0, text.value.trimEnd().length) : text])
    from = Math.min(line.value.length, end + 1)
  }
  return fields
}

function isMark({ value, holes }: SymbolicText, at: number, marks: string): boolean {
  return marks.includes(value[at] ?? '') && !holes.some((hole) => hole.at <= at && at < hole.at + hole.length)
}

/** The value of `IFS` that a command sets for itself. */
export function separatorIn(
  assignments: readonly { readonly name: string; readonly value: SymbolicText | readonly unknown[] | undefined }[],
): string | undefined {
  const value = assignments.find(({ name }) => name === 'IFS')?.value
  return value !== undefined && 'holes' in value && value.holes.length === 0 ? value.value : undefined
}
