import { policyFact } from '../harvest.ts'
import { lowerCaseName } from '../partly-known.ts'
import { joinPlaced, type PlacedText, placedLines, wholeFile } from '../placed-text.ts'
import { assumedIn, placeText, type SymbolicText, unknownIn } from '../symbolic-text.ts'
import { type CallContext, replaceEarlier, within } from './call-context.ts'
import type { Stream } from './command-input.ts'
import type { VaultCall } from './vault-call.ts'

/** `source`: `-` for standard input, else a file. */
export function writePolicy(
  call: VaultCall,
  name: SymbolicText,
  source: SymbolicText | undefined,
  context: CallContext,
): void {
  if (source === undefined) return
  const stream = isStdin(source) ? context.input() : isText(source) ? { text: source } : { path: source }
  writeFrom(name, stream, openOf(call), context)
}

function isStdin({ value }: SymbolicText): boolean {
  return value === '-' || value === '/dev/stdin'
}

/** `<(cat <<EOF …)`: what is printed there stands in place of a file's name. */
function isText({ value }: SymbolicText): boolean {
  return /[\n"{]/.test(value.replace(/\$\{[^}]*\}/g, ''))
}

export function openOf({ unsure }: VaultCall): string[] {
  return unsure === undefined ? [] : [unsure]
}

/** A piece of a policy's text: where it stands, or why it is not known. */
type Piece =
  | { readonly placed: PlacedText; readonly unknown: readonly string[]; readonly assumed: readonly string[] }
  | { readonly file: SymbolicText; readonly altered?: string | undefined }
  | { readonly from: string }

export function writeFrom(
  name: SymbolicText,
  stream: Stream | undefined,
  open: readonly string[],
  context: CallContext,
): void {
  const pieces = stream === undefined ? [{ from: '' }] : piecesOf(stream, context)
  const [only, ...more] = pieces
  if (only === undefined) return
  if (more.length === 0 && 'from' in only)
    addTextless(name, only.from === '' ? 'standard input' : `the output of \`${only.from}\``, context)
  else if (more.length === 0 && 'file' in only) writeFromFile(name, only, context)
  else addPolicy(name, pieces, open, context)
}

/** `cp a b; cp b a`: no more copies of a copy are followed. */
const MOST_COPIES = 8

function piecesOf(stream: Stream, context: CallContext, copies = 0): Piece[] {
  if ('text' in stream) {
    const { text, placed = context.placed } = stream
    return [{ placed: placeText(placed, text), unknown: unknownIn(text), assumed: assumedIn(text) }]
  }
  if ('path' in stream) {
    const own = context.written.contentOf(stream.path.value)
    if (own === undefined || stream.altered !== undefined || copies > MOST_COPIES)
      return [{ file: stream.path, altered: stream.altered }]
    return own.flatMap((part) => piecesOf(part, context, copies + 1))
  }
  if ('from' in stream) return [stream]
  const pieces = stream.parts.flatMap((part) => piecesOf(part, context, copies))
  return stream.more === undefined ? pieces : [...pieces, { from: stream.more }]
}

function addTextless(name: SymbolicText, source: string, context: CallContext): void {
  const unknown = unknownIn(name)
  const { harvest, span, form, vaultNamespace } = context
  const called = lowerCaseName(name.value, unknown)
  harvest.textless.push({ name: called, unknown, source, span, form, ...within(vaultNamespace) })
}

function writeFromFile(
  name: SymbolicText,
  { file, altered }: { readonly file: SymbolicText; readonly altered?: string | undefined },
  { harvest, source, span, form, vaultNamespace }: CallContext,
): void {
  harvest.writes.push({
    ...within(vaultNamespace),
    name: name.value,
    unknown: unknownIn(name),
    path: file.value,
    from: source,
    span,
    form,
    ...(altered === undefined ? {} : { altered }),
  })
}

/** A policy whose text is put together of several pieces: those that are not known make it open. */
function addPolicy(name: SymbolicText, pieces: readonly Piece[], more: readonly string[], context: CallContext): void {
  const open = [...more]
  const known: PlacedText[] = []
  const unknown = new Set(unknownIn(name))
  const assumed = new Set(assumedIn(name))
  for (const piece of pieces) {
    if ('placed' in piece) {
      known.push(piece.placed)
      for (const one of piece.unknown) unknown.add(one)
      for (const one of piece.assumed) assumed.add(one)
    } else if ('file' in piece) {
      const [file, ...others] = context.files(piece.file.value, context.source)
      if (file === undefined || others.length > 0 || piece.altered !== undefined) open.push(piece.file.value)
      else known.push(wholeFile(file.file, file.text))
    } else open.push(piece.from)
  }
  const [first] = known
  if (first === undefined) {
    addTextless(name, open.join(' and '), context)
    return
  }
  const fact = policyFact({
    name: name.value,
    unknown: [...unknown],
    placed: known.length === 1 ? first : joinPlaced(known),
    form: context.form,
    namedAt: context.span,
    // Flux may fill `${…}` in before the script runs, quoted heredoc or not; a page's reader fills in what stands in `<…>`.
    template: context.form !== 'shell',
    ...within(context.vaultNamespace),
    open,
    assumed: [...assumed],
  })
  replaceEarlier(context, `policy ${fact.vaultNamespace} ${fact.name}`, fact, context.harvest.policies)
  context.harvest.policies.push(fact)
}

/** A policy in a JSON body: `{"policy": "…"}`. Its lines all stand where the body stands. */
export function harvestPolicyText(
  name: SymbolicText,
  text: string,
  unknown: readonly string[],
  context: CallContext,
): void {
  const { span } = context
  const placed = placedLines(span.file, text, () => ({ line: span.line, column: span.column }))
  addPolicy(name, [{ placed, unknown, assumed: [] }], [], context)
}
