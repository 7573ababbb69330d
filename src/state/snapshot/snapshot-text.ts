import type { SnapshotFile } from './snapshot-file.ts'
import { snapshotProblem } from './snapshot-shape.ts'

/** Larger than any snapshot of a hundred thousand secrets. */
export const LARGEST_MIB = 64

/** An object this long is still one line, so that a change of one secret is a change of one line. */
const WIDTH = 160

/** The text of the file: sorted keys, one entry a line; the same snapshot always gives the same text. */
export function snapshotText(file: SnapshotFile): string {
  return `${written(ordered(file), '').text}\n`
}

/** The parts of the file, in the order in which people look at them; all else is sorted. */
const PARTS: readonly (keyof SnapshotFile)[] = [
  ...(['version', 'made', 'by', 'target', 'server', 'scope', 'keys', 'names', 'salt', 'rights'] as const),
  ...(['mounts', 'authMounts', 'roles', 'policies', 'secrets'] as const),
]

function ordered(file: SnapshotFile): Readonly<Record<string, unknown>> {
  return Object.fromEntries(PARTS.flatMap((name) => (file[name] === undefined ? [] : [[name, file[name]]])))
}

function written(value: unknown, indent: string): { readonly text: string; readonly flat: boolean } {
  if (typeof value !== 'object' || value === null) return { text: JSON.stringify(value), flat: true }
  const deeper = `${indent}  `
  const isList = Array.isArray(value)
  const names = isList ? [] : indent === '' ? Object.keys(value) : Object.keys(value).sort()
  const items = isList
    ? value.map((item) => written(item, deeper))
    : names.map((name) => {
        const inner = written((value as Readonly<Record<string, unknown>>)[name], deeper)
        return { text: `${JSON.stringify(name)}: ${inner.text}`, flat: inner.flat }
      })
  const [open, close] = isList ? ['[', ']'] : ['{', '}']
  if (items.length === 0) return { text: `${open}${close}`, flat: true }
  const length = items.reduce((sum, { text }) => sum + text.length + 2, indent.length)
  if (indent !== '' && length <= WIDTH && items.every(({ flat }) => flat)) {
    const space = isList ? '' : ' '
    return { text: `${open}${space}${items.map(({ text }) => text).join(', ')}${space}${close}`, flat: true }
  }
  return { text: `${open}\n${items.map(({ text }) => `${deeper}${text}`).join(',\n')}\n${indent}${close}`, flat: false }
}

/** A snapshot, or what is wrong with the text, as a sentence. */
export function parseSnapshot(text: string): { readonly file: SnapshotFile } | { readonly wrong: string } {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return { wrong: 'The file is no JSON.' }
  }
  const wrong = snapshotProblem(value)
  if (wrong !== undefined) return { wrong }
  const file = value as SnapshotFile
  if (Number.isNaN(Date.parse(file.made)) || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(file.made))
    return { wrong: '`made` must be a time such as 2026-11-27T03:10:00Z.' }
  if (file.names === 'hashed' && (file.salt ?? '') === '')
    return { wrong: '`salt` is missing, and `names` is "hashed".' }
  return { file }
}
