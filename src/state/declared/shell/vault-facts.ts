import { placedHoles } from '../../../model/placeholders.ts'
import type { RoleParameter } from '../../../model/vault-state.ts'
import { authMountFact, mountFact } from '../engine-facts.ts'
import { harvestWrite, policyNameIn } from '../path-write.ts'
import { spanBetween } from '../placed-text.ts'
import { placeholderName } from '../policy-text.ts'
import { assumedIn, buildText, indexOutsideHoles, type SymbolicText, sliceText, unknownIn } from '../symbolic-text.ts'
import { type CallContext, replaceEarlier, where } from './call-context.ts'
import type { Stream } from './command-input.ts'
import { openOf, writeFrom, writePolicy } from './policy-writes.ts'
import { jsonOf } from './stream-text.ts'
import { flagOf, type VaultCall } from './vault-call.ts'

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
        ...where(context),
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

function withGaps(word: SymbolicText, shown: boolean): SymbolicText {
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
      ...where(context),
      ...(description === undefined ? {} : { description }),
    }),
  )
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
  const parameters = parametersOf(args, context)
  harvestFields({ path, fields, unknown, assumed, parameters, open: openOf(call) }, context)
}

export interface FieldWrite {
  readonly path: SymbolicText
  readonly fields: Readonly<Record<string, unknown>>
  readonly unknown: readonly string[]
  readonly assumed: readonly string[]
  readonly open: readonly string[]
  readonly parameters?: readonly RoleParameter[]
}

/** A write whose fields are told; of policies, their text is the caller's. */
export function harvestFields(given: FieldWrite, context: CallContext): void {
  const { path, fields, unknown, assumed, open, parameters } = given
  const { harvest } = context
  const inPath = unknownIn(path)
  const write = {
    path: path.value,
    fields,
    unknownInPath: inPath,
    unknown: [...new Set([...inPath, ...unknown])],
    assumed: [...new Set([...assumedIn(path), ...assumed])],
    open,
    parameters,
    ...where(context),
  }
  const fact = harvestWrite(write, harvest)
  if (typeof fact !== 'object' || fact.policies === undefined) return
  replaceEarlier(context, `role ${fact.vaultNamespace} ${fact.authMount} ${fact.name}`, fact, harvest.roles)
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
