import type { SourceFile } from '../../../files/source-file.ts'
import { placedHoles } from '../../../model/placeholders.ts'
import type { Span } from '../../../model/span.ts'
import type { DeclaredForm, Provenance } from '../../../model/vault-state.ts'
import { authMountFact, mountFact } from '../engine-facts.ts'
import type { FileLookup } from '../file-lookup.ts'
import { type Harvest, policyFact } from '../harvest.ts'
import { lowerCaseName } from '../partly-known.ts'
import { harvestWrite, policyNameIn } from '../path-write.ts'
import { joinPlaced, type PlacedText, placedLines, wholeFile } from '../placed-text.ts'
import { placeholderName } from '../policy-text.ts'
import {
  assumedIn,
  buildText,
  indexOutsideHoles,
  placeText,
  type SymbolicText,
  sliceText,
  unknownIn,
} from '../symbolic-text.ts'
import type { Stream } from './command-input.ts'
import { jsonOf } from './stream-text.ts'
import { flagOf, type VaultCall } from './vault-call.ts'
import type { WrittenFiles } from './written-files.ts'

export interface CallContext {
  readonly source: SourceFile
  readonly form: DeclaredForm
  readonly harvest: Harvest
  readonly placed: PlacedText
  readonly files: FileLookup
  /** The call, without its heredoc. */
  readonly span: Span
  readonly input: () => Stream | undefined
  readonly written: WrittenFiles
  readonly mountsOnly?: boolean | undefined
  /** Roles alone, and only whole ones: what a sentence quotes is often half a command. */
  readonly rolesOnly?: boolean | undefined
  /** Nothing decides whether the call is reached: a later one of the same name takes its place. */
  readonly straight?: StraightLine | undefined
}

/** What one script has written so far in its straight line, by name. */
export type StraightLine = Map<string, object>

/** Turns one call of `vault` or `bao` into facts. */
export function harvestCall(given: VaultCall, context: CallContext): void {
  const { harvest } = context
  const call = withPlaceholders(given, context)
  const [first, second] = call.args
  if (first === undefined) return
  if (call.verb === 'secrets enable') enableSecrets(call, first, context)
  else if (call.verb === 'auth enable') {
    const path = flagOf(call, 'path') ?? first
    harvest.authMounts.push(
      authMountFact({
        path: path.value,
        type: first.value,
        unknown: unknownIn(path, first),
        provenance: provenance(context),
      }),
    )
  } else if (context.mountsOnly === true) return
  else if (call.verb === 'policy write') {
    if (context.rolesOnly !== true) writePolicy(call, first, second, context)
  } else if (call.verb === 'write') writePath(call, first, call.args.slice(1), context)
}

/** `<app>` and `YOUR_APP` in a word are for the reader to fill in (forms.md §7). */
function withPlaceholders(call: VaultCall, { form }: CallContext): VaultCall {
  const shown = form === 'markdown' || form === 'comment'
  return { ...call, args: call.args.map((word) => (word.value.includes('\n') ? word : withGaps(word, shown))) }
}

export function withGaps(word: SymbolicText, shown: boolean): SymbolicText {
  const gaps = placedHoles(word.value, shown).filter(({ hole }) => hole.kind === 'placeholder')
  const free = gaps.filter(
    ({ start, end }) => !word.holes.some((hole) => hole.at < end && start < hole.at + hole.length),
  )
  if (free.length === 0) return word
  const text = buildText()
  let from = 0
  for (const { hole, start, end } of free) {
    text.append(sliceText(word, from, start))
    text.addHole({ name: placeholderName(hole.text), quoted: true, opaque: true }, word.origins[start] ?? 0)
    from = end
  }
  text.append(sliceText(word, from))
  return text.done()
}

function provenance({ span, form }: CallContext): Provenance {
  return { from: 'git', span, form }
}

function enableSecrets(call: VaultCall, type: SymbolicText, context: CallContext): void {
  const path = flagOf(call, 'path') ?? type
  const version =
    flagOf(call, 'version')?.value ?? /(?:^|,)version=(\d)/.exec(flagOf(call, 'options')?.value ?? '')?.[1]
  const description = flagOf(call, 'description')?.value
  const leases = ['default-lease-ttl', 'max-lease-ttl'].flatMap((flag) => {
    const value = flagOf(call, flag)?.value
    return value === undefined ? [] : [[flag.replaceAll('-', '_'), value] as const]
  })
  context.harvest.mounts.push(
    mountFact({
      path: path.value,
      type: type.value,
      version,
      ...(leases.length === 0 ? {} : { options: { config: Object.fromEntries(leases) } }),
      unknown: unknownIn(path, type),
      provenance: provenance(context),
      ...(description === undefined ? {} : { description }),
    }),
  )
}

/** `source`: `-` for standard input, else a file. */
function writePolicy(
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

function openOf({ unsure }: VaultCall): string[] {
  return unsure === undefined ? [] : [unsure]
}

/** A piece of a policy's text: where it stands, or why it is not known. */
type Piece =
  | { readonly placed: PlacedText; readonly unknown: readonly string[]; readonly assumed: readonly string[] }
  | { readonly file: SymbolicText; readonly altered?: string | undefined }
  | { readonly from: string }

function writeFrom(
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
  const { harvest, span, form } = context
  harvest.textless.push({ name: lowerCaseName(name.value, unknown), unknown, source, span, form })
}

function writeFromFile(
  name: SymbolicText,
  { file, altered }: { readonly file: SymbolicText; readonly altered?: string | undefined },
  { harvest, source, span, form }: CallContext,
): void {
  harvest.writes.push({
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
    // Flux may fill `${…}` in before the script runs, quoted heredoc or not.
    template: context.form === 'yaml',
    open,
    assumed: [...assumed],
  })
  replaceEarlier(context, `policy ${fact.name}`, fact, context.harvest.policies)
  context.harvest.policies.push(fact)
}

/** Two writes in one straight line: the last one counts (forms.md §2). */
function replaceEarlier<T extends object>({ straight }: CallContext, key: string, fact: T, list: T[]): void {
  if (straight === undefined) return
  const earlier = straight.get(key)
  const index = earlier === undefined ? -1 : list.indexOf(earlier as T)
  if (index >= 0) list.splice(index, 1)
  straight.set(key, fact)
}

/** `vault write PATH key=value …` for the paths that shape a Vault. */
function writePath(call: VaultCall, path: SymbolicText, args: readonly SymbolicText[], context: CallContext): void {
  if (policyNameIn(path.value) !== undefined) {
    const value = argumentOf(args, 'policy') ?? argumentOf(args, 'rules')
    const name = sliceText(path, path.value.lastIndexOf('/') + 1)
    if (value === undefined || context.rolesOnly === true) return
    if (value.value === '-') writeFrom(name, context.input(), openOf(call), context)
    else if (value.value.startsWith('@')) writeFrom(name, { path: sliceText(value, 1) }, openOf(call), context)
    else writeFrom(name, { text: value }, openOf(call), context)
    return
  }
  const { fields, unknown, assumed } = fieldsOf(args, context)
  if (context.rolesOnly === true && fields.policies === undefined && fields.token_policies === undefined) return
  harvestFields({ path, fields, unknown, assumed, open: openOf(call) }, context)
}

export interface FieldWrite {
  readonly path: SymbolicText
  readonly fields: Readonly<Record<string, unknown>>
  readonly unknown: readonly string[]
  readonly assumed: readonly string[]
  readonly open: readonly string[]
}

/** A write whose fields are told; of policies, their text is the caller's. */
export function harvestFields({ path, fields, unknown, assumed, open }: FieldWrite, context: CallContext): void {
  const { harvest } = context
  const inPath = unknownIn(path)
  const write = {
    path: path.value,
    fields,
    unknownInPath: inPath,
    unknown: [...new Set([...inPath, ...unknown])],
    assumed: [...new Set([...assumedIn(path), ...assumed])],
    open,
    provenance: provenance(context),
  }
  const fact = harvestWrite(write, harvest)
  if (typeof fact !== 'object' || fact.policies === undefined) return
  replaceEarlier(context, `role ${fact.authMount} ${fact.name}`, fact, harvest.roles)
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

function argumentOf(args: readonly SymbolicText[], key: string): SymbolicText | undefined {
  const word = args.find((arg) => arg.value.startsWith(`${key}=`))
  return word === undefined ? undefined : sliceText(word, key.length + 1)
}

/** `key=value` words, `@file.json`, and JSON on standard input for `-`. A key that comes twice is a list, as the CLI makes it. */
function fieldsOf(args: readonly SymbolicText[], context: CallContext) {
  const fields: Record<string, unknown> = {}
  const unknown = new Set<string>()
  // The CLI reads standard input only when nothing else is given.
  const bodies = args.some((arg) => indexOutsideHoles(arg, '=') > 0) ? [] : args.filter(({ value }) => value === '-')
  for (const arg of args) {
    if (arg.value === '-') continue
    if (arg.value.startsWith('@')) {
      addBody({ path: sliceText(arg, 1) }, arg.value)
      continue
    }
    const equals = indexOutsideHoles(arg, '=')
    if (equals < 0) {
      for (const name of unknownIn(arg)) unknown.add(name)
      continue
    }
    const key = arg.value.slice(0, equals)
    const value = sliceText(arg, equals + 1)
    for (const name of unknownIn(value)) unknown.add(name)
    const before = Object.hasOwn(fields, key) ? fields[key] : undefined
    fields[key] = before === undefined ? value.value : [...(Array.isArray(before) ? before : [before]), value.value]
  }
  for (const _ of bodies) addBody(context.input(), 'standard input')
  return { fields, unknown: [...unknown], assumed: assumedIn(...args) }

  function addBody(stream: Stream | undefined, otherwise: string): void {
    const body = jsonOf(stream, context)
    if (body === undefined) unknown.add(otherwise)
    else {
      Object.assign(fields, body.fields)
      for (const name of unknownIn(body.text)) unknown.add(name)
    }
  }
}
