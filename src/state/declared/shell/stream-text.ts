import type { SourceFile } from '../../../files/source-file.ts'
import type { FileLookup } from '../file-lookup.ts'
import type { PlacedText } from '../placed-text.ts'
import { buildText, type SymbolicText } from '../symbolic-text.ts'
import type { Stream } from './command-input.ts'

/** The text of a stream, where all of it is told by the script itself. */
export function textOf(stream: Stream | undefined): SymbolicText | undefined {
  if (stream === undefined || 'text' in stream) return stream?.text
  if (!('parts' in stream) || stream.more !== undefined) return undefined
  const text = buildText()
  for (const part of stream.parts) {
    const known = textOf(part)
    if (known === undefined) return undefined
    text.append(known)
  }
  return text.done()
}

/** Each text of a stream that is told in full, with where it stands; one after the other of what a loop gives. */
export function textsOf(
  stream: Stream | undefined,
): readonly { readonly text: SymbolicText; readonly placed?: PlacedText }[] {
  if (stream === undefined) return []
  if ('text' in stream) return [stream]
  return 'parts' in stream ? stream.parts.flatMap(textsOf) : []
}

export interface StreamFiles {
  readonly written: { contentOf(path: string): readonly Stream[] | undefined }
  readonly files: FileLookup
  readonly source: SourceFile
}

/** The same, with files that the script wrote and files of the repository; what comes of a file has no place here. */
export function bodyOf(stream: Stream | undefined, { written, files, source }: StreamFiles): SymbolicText | undefined {
  if (stream === undefined || !('path' in stream)) return textOf(stream)
  if (stream.altered !== undefined) return undefined
  const own = written.contentOf(stream.path.value)
  if (own !== undefined) return textOf({ parts: own })
  const [file, ...others] = files(stream.path.value, source)
  return file === undefined || others.length > 0
    ? undefined
    : { value: file.text, origins: [...file.text].map(() => 0), holes: [] }
}

/** The JSON object that a stream holds, and the holes in it. */
export function jsonOf(stream: Stream | undefined, files: StreamFiles) {
  const text = bodyOf(stream, files)
  if (text === undefined) return undefined
  try {
    const value: unknown = JSON.parse(text.value)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
    return { fields: value as Readonly<Record<string, unknown>>, text }
  } catch {
    return undefined
  }
}

/** Marks the text of a stream with the text that it stands in: it is led to where another one is read. */
export function withHome(stream: Stream, placed: PlacedText): Stream {
  if ('text' in stream) return { ...stream, placed: stream.placed ?? placed }
  return 'parts' in stream ? { ...stream, parts: stream.parts.map((part) => withHome(part, placed)) } : stream
}
