import type { SourceFile } from '../../../files/source-file.ts'
import type { Span } from '../../../model/span.ts'
import { trimSlashes } from '../../../model/trim-slashes.ts'
import type { DeclaredForm, InNamespace, Provenance, RoleParameter } from '../../../model/vault-state.ts'
import { authMountFact, mountFact } from '../engine-facts.ts'
import { type Harvest, policyFact } from '../harvest.ts'
import { lowerCaseName } from '../partly-known.ts'
import { type PlacedText, spanBetween } from '../placed-text.ts'
import { roleFact, withoutSecrets } from '../role-fields.ts'
import { indexOutsideHoles, placeText, type SymbolicText, sliceText, unknownIn } from '../symbolic-text.ts'
import type { Stream } from './command-input.ts'
import type { VaultCall } from './vault-call.ts'

/** A text in a script, and the placed text that its origins count in. */
export interface ScriptText {
  readonly text: SymbolicText
  readonly placed: PlacedText
}

export interface CallContext extends InNamespace {
  readonly source: SourceFile
  readonly form: DeclaredForm
  readonly harvest: Harvest
  readonly placed: PlacedText
  /** The call, without its heredoc. */
  readonly span: Span
  readonly input: Stream | undefined
  readonly written: ReadonlyMap<string, ScriptText>
  readonly mountsOnly?: boolean
}

/** Turns one call of `vault` or `bao` into facts. */
export function harvestCall(call: VaultCall, context: CallContext): void {
  const { harvest } = context
  const [first, second] = call.args
  if (first === undefined) return
  if (call.verb === 'secrets enable') enableSecrets(call, first, context)
  else if (call.verb === 'auth enable') {
    const path = call.flags.get('path') ?? first
    harvest.authMounts.push(
      authMountFact({
        path: path.value,
        type: first.value,
        unknown: unknownIn(path, first),
        ...where(context),
      }),
    )
  } else if (context.mountsOnly === true) return
  else if (call.verb === 'policy write') writePolicy(first, second, context)
  else writePath(first, call.args.slice(1), context)
}

function where({ span, form, vaultNamespace }: CallContext): { readonly provenance: Provenance } & InNamespace {
  return { provenance: { from: 'git', span, form }, ...within(vaultNamespace) }
}

function within(vaultNamespace: string | undefined): InNamespace {
  return vaultNamespace === undefined ? {} : { vaultNamespace }
}

function enableSecrets({ flags }: VaultCall, type: SymbolicText, context: CallContext): void {
  const path = flags.get('path') ?? type
  const version = flags.get('version')?.value ?? /(?:^|,)version=(\d)/.exec(flags.get('options')?.value ?? '')?.[1]
  const description = flags.get('description')?.value
  const leases = ['default-lease-ttl', 'max-lease-ttl'].flatMap((flag) => {
    const value = flags.get(flag)?.value
    return value === undefined ? [] : [[flag.replaceAll('-', '_'), value] as const]
  })
  context.harvest.mounts.push(
    mountFact({
      path: path.value,
      type: type.value,
      version,
      ...(leases.length === 0 ? {} : { options: { config: Object.fromEntries(leases) } }),
      unknown: unknownIn(path, type),
      ...where(context),
      ...(description === undefined ? {} : { description }),
    }),
  )
}

/** `source`: `-` for standard input, else a file. */
function writePolicy(name: SymbolicText, source: SymbolicText | undefined, context: CallContext): void {
  if (source === undefined) return
  if (source.value === '-' || source.value === '/dev/stdin') writeFromStream(name, context.input, context)
  else writeFromFile(name, source, undefined, context)
}

function writeFromStream(name: SymbolicText, stream: Stream | undefined, context: CallContext): void {
  if (stream !== undefined && 'text' in stream) addPolicy(name, { text: stream.text, placed: context.placed }, context)
  else if (stream !== undefined && 'path' in stream) writeFromFile(name, stream.path, stream.altered, context)
  else addTextless(name, stream === undefined ? 'standard input' : `the output of \`${stream.from}\``, context)
}

function addTextless(name: SymbolicText, source: string, context: CallContext): void {
  const unknown = unknownIn(name)
  const { harvest, span, form, vaultNamespace } = context
  const called = lowerCaseName(name.value, unknown)
  harvest.textless.push({ name: called, unknown, source, span, form, ...within(vaultNamespace) })
}

function writeFromFile(
  name: SymbolicText,
  path: SymbolicText,
  altered: string | undefined,
  context: CallContext,
): void {
  const own = context.written.get(path.value)
  if (own !== undefined) {
    addPolicy(name, own, context)
    return
  }
  const { harvest, source, span, form, vaultNamespace } = context
  harvest.writes.push({
    ...within(vaultNamespace),
    name: name.value,
    unknown: unknownIn(name),
    path: path.value,
    from: source,
    span,
    form,
    ...(altered === undefined ? {} : { altered }),
  })
}

function addPolicy(name: SymbolicText, { text, placed }: ScriptText, context: CallContext): void {
  context.harvest.policies.push(
    policyFact({
      name: name.value,
      unknown: [...new Set([...unknownIn(name), ...unknownIn(text)])],
      placed: placeText(placed, text),
      form: context.form,
      namedAt: context.span,
      // Flux may fill `${…}` in before the script runs, quoted heredoc or not; a page's reader fills in what stands in `<…>`.
      template: context.form === 'yaml' || context.form === 'markdown',
      ...within(context.vaultNamespace),
    }),
  )
}

/** `vault write PATH key=value …` for the paths that shape a Vault. */
function writePath(path: SymbolicText, args: readonly SymbolicText[], context: CallContext): void {
  const at = trimSlashes(path.value)
  const policy = /^sys\/polic(?:y|ies\/acl)\/(.+)$/.exec(at)
  if (policy !== null) {
    const value = argumentOf(args, 'policy') ?? argumentOf(args, 'rules')
    const name = sliceText(path, path.value.lastIndexOf('/') + 1)
    if (value === undefined) return
    if (value.value === '-') writeFromStream(name, context.input, context)
    else if (value.value.startsWith('@')) writeFromFile(name, sliceText(value, 1), undefined, context)
    else addPolicy(name, { text: value, placed: context.placed }, context)
    return
  }
  const role = /^auth\/(.+)\/role\/((?:\$\{[^}]*\}|[^/])+)$/.exec(at)
  const config = /^auth\/(.+)\/config$/.exec(at)
  const engine = /^sys\/(mounts|auth)\/(.+?)$/.exec(at)
  if (role === null && config === null && engine === null) return
  const { fields, unknown: inFields } = fieldsOf(args, context)
  const unknown = [...new Set([...unknownIn(path), ...inFields])]
  const { harvest } = context
  if (role !== null)
    harvest.roles.push(
      roleFact({
        authMount: role[1] ?? '',
        name: role[2] ?? '',
        fields,
        unknown,
        parameters: parametersOf(args, context),
        ...where(context),
      }),
    )
  else if (config !== null)
    harvest.authMounts.push(
      authMountFact({
        path: config[1] ?? '',
        type: undefined,
        config: withoutSecrets(fields),
        unknown: unknownIn(path),
        ...where(context),
      }),
    )
  else if (engine !== null && typeof fields.type === 'string' && !at.endsWith('/tune')) {
    const parts = { path: engine[2] ?? '', type: fields.type, unknown, ...where(context) }
    if (engine[1] === 'auth') harvest.authMounts.push(authMountFact(parts))
    else harvest.mounts.push(mountFact({ ...parts, version: versionIn(fields.options) }))
  }
}

function versionIn(options: unknown): unknown {
  if (typeof options === 'object' && options !== null) return (options as Record<string, unknown>).version
  return typeof options === 'string'
    ? /version=(\d)|"version"\s*:\s*"?(\d)/.exec(options)?.slice(1).find(Boolean)
    : undefined
}

function argumentOf(args: readonly SymbolicText[], key: string): SymbolicText | undefined {
  const word = args.find((arg) => arg.value.startsWith(`${key}=`))
  return word === undefined ? undefined : sliceText(word, key.length + 1)
}

/** The `key=value` words of a call, each with its place. */
function parametersOf(args: readonly SymbolicText[], { placed, span }: CallContext): RoleParameter[] {
  return args.flatMap((arg) => {
    const equals = indexOutsideHoles(arg, '=')
    const from = arg.origins[0] ?? -1
    const to = arg.origins.at(-1) ?? -1
    if (equals < 1) return []
    // A word that a variable brought here is written elsewhere.
    const at = from >= 0 && to >= from && to < placed.text.length ? spanBetween(placed, from, to + 1) : span
    return [{ name: arg.value.slice(0, equals), span: at }]
  })
}

/** `key=value` words, `@file.json`, and JSON on standard input for `-`. A key that comes twice is a list, as the CLI makes it. */
function fieldsOf(args: readonly SymbolicText[], context: CallContext) {
  const fields: Record<string, unknown> = {}
  const unknown = new Set<string>()
  const addJson = (script: ScriptText | undefined, otherwise: string) => {
    const parsed = script === undefined ? undefined : jsonObject(script.text)
    if (parsed === undefined) unknown.add(otherwise)
    else Object.assign(fields, parsed)
    if (script !== undefined) for (const name of unknownIn(script.text)) unknown.add(name)
  }
  for (const arg of args) {
    if (arg.value === '-') {
      const { input } = context
      const own = input !== undefined && 'path' in input ? context.written.get(input.path.value) : undefined
      const text = input !== undefined && 'text' in input ? { text: input.text, placed: context.placed } : own
      addJson(text, 'standard input')
      continue
    }
    if (arg.value.startsWith('@')) {
      addJson(context.written.get(arg.value.slice(1)), arg.value)
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
    const before = fields[key]
    fields[key] = before === undefined ? value.value : [...(Array.isArray(before) ? before : [before]), value.value]
  }
  return { fields, unknown: [...unknown] }
}

function jsonObject(text: SymbolicText): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text.value)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined
  } catch {
    return undefined
  }
}
