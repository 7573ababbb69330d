import { isMap, type Value } from '../../../model/value.ts'
import type { DeclaredYaml } from '../declared.ts'
import { listOf } from '../role-fields.ts'
import { type SymbolicText, unknownIn } from '../symbolic-text.ts'
import type { CallContext } from './call-context.ts'
import { isOnlyHoles, type Scope } from './scope.ts'
import { commandsIn, type ShellScript } from './shell-commands.ts'
import { textOf } from './stream-text.ts'
import { ROOT_TOKEN, type TokenMade, type TokenSection } from './token-section.ts'
import { flagOf, readVaultCall, type VaultCall } from './vault-call.ts'

export interface TokenContext {
  readonly section: TokenSection
  readonly yaml: DeclaredYaml
  readonly context: CallContext
  readonly scope: Scope
  readonly scriptAt: (open: number) => ShellScript | undefined
}

/** `A=$B`, `B=$(vault token create …)`: a token is not passed on more often. */
const MOST_STEPS = 5
const ROOT_MARK = /\broot_token\b/

/** What a command tells of tokens: how one is made, and which Secret keeps it (forms.md §6, "token stores"). */
export function readTokenCommand(
  call: VaultCall | undefined,
  words: readonly SymbolicText[],
  tokens: TokenContext,
): void {
  const { section, context } = tokens
  if (call?.verb === 'token create') section.addToken(tokenOf(call, context))
  const rootId = words.map((word) => /^--?dev-root-token-id=(.+)$/.exec(word.value)?.[1]).find(Boolean)
  if (rootId !== undefined) context.harvest.rootTokens.add(rootId)
  readSecretCommand(words, tokens)
  if (words.some((word) => word.value === 'apply')) readSecretManifests(tokens)
}

function tokenOf(call: VaultCall, { harvest }: CallContext): TokenMade {
  const noDefaultPolicy = call.flags.has('no-default-policy')
  const given = (call.flags.get('policy') ?? []).flatMap(
    (word) => listOf(word.value, unknownIn(word)) ?? [`\${${unknownIn(word)[0] ?? 'policy'}}`],
  )
  const role = flagOf(call, 'role')?.value
  const ofRole = harvest.roles.find((one) => one.authMount === 'token' && one.name === role?.toLowerCase())
  // Without a policy the token has those of whoever makes it.
  const policies = given.length > 0 ? given : ofRole?.policies
  return {
    policies: policies?.map((name) => name.toLowerCase()).filter((name) => name !== 'default'),
    noDefaultPolicy,
  }
}

/** `kubectl create secret generic NAME -n NAMESPACE --from-literal=KEY=VALUE`. */
function readSecretCommand(words: readonly SymbolicText[], tokens: TokenContext): void {
  const at = words.findIndex((word, index) => word.value === 'secret' && words[index - 1]?.value === 'create')
  if (at < 0) return
  const rest = words.slice(at + 1)
  const flag = (long: string, short: string) => {
    const index = rest.findIndex((word) => word.value === short || word.value === long)
    if (index >= 0) return rest[index + 1]?.value
    return rest.find((word) => word.value.startsWith(`${long}=`))?.value.slice(long.length + 1)
  }
  const name = rest.find((word, index) => !word.value.startsWith('-') && isName(word, rest[index - 1]))
  if (name === undefined) return
  const allWords = words.map(({ value }) => value)
  const namespace = flag('--namespace', '-n') ?? valueAfter(allWords, '-n')
  for (const [index, word] of rest.entries()) {
    const literal = /^--from-literal(?:=|$)/.exec(word.value)
    const entry =
      literal === null ? undefined : literal[0].endsWith('=') ? cut(word, literal[0].length) : rest[index + 1]
    const equals = entry?.value.indexOf('=') ?? -1
    if (entry === undefined || equals < 1) continue
    addSecret(name.value, namespace, entry.value.slice(0, equals), cut(entry, equals + 1), tokens)
  }
}

function isName(word: SymbolicText, before: SymbolicText | undefined): boolean {
  return (
    word.value !== 'generic' &&
    word.holes.length === 0 &&
    !/^(?:-n|--namespace|--type|--from-literal|--from-file)$/.test(before?.value ?? '')
  )
}

function valueAfter(words: readonly string[], flag: string): string | undefined {
  const at = words.indexOf(flag)
  return at < 0 ? undefined : words[at + 1]
}

function cut(text: SymbolicText, from: number): SymbolicText {
  return {
    value: text.value.slice(from),
    origins: text.origins.slice(from),
    holes: text.holes.filter((hole) => hole.at >= from).map((hole) => ({ ...hole, at: hole.at - from })),
  }
}

/** `kubectl apply -f - <<EOF` with a Secret in it. */
function readSecretManifests(tokens: TokenContext): void {
  const text = textOf(tokens.context.input())
  if (text === undefined || !/^kind: *Secret\b/m.test(text.value)) return
  for (const { value } of tokens.yaml.parse(tokens.context.source.file, text.value)) {
    if (!isMap(value) || value.kind !== 'Secret' || !isMap(value.metadata) || !isMap(value.stringData)) continue
    const { name, namespace } = value.metadata
    if (typeof name !== 'string') continue
    for (const [key, given] of Object.entries(value.stringData))
      addSecret(name, stringOf(namespace), key, gapsOf(given, text), tokens)
  }
}

function stringOf(value: Value | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined
}

/** The value with those of the text's holes that stand in it. */
function gapsOf(given: Value, text: SymbolicText): SymbolicText {
  const value = String(given)
  const hole = text.holes.find((one) => value.trim() === `\${${one.name}}`)
  return { value, origins: [], holes: hole === undefined ? [] : [{ ...hole, at: 0 }] }
}

function addSecret(
  name: string,
  namespace: string | undefined,
  key: string,
  value: SymbolicText,
  tokens: TokenContext,
): void {
  const { section, context } = tokens
  const { span, form, harvest } = context
  const provenance = { from: 'git', span, form } as const
  const token = made(value, tokens, 0)
  const isGap = value.holes.length > 0 || /^(?:<.*>|\.\.\.)$/.test(value.value)
  section.addSecret({ name, namespace, key, token, isGap, provenance })
  // The value itself is looked at here, compared with the root tokens that are written in Git, and not kept.
  if (value.holes.length === 0 && token === undefined)
    harvest.secretValues.push({ secret: name, namespace, key, value: value.value, provenance })
}

/** Follows a value to the command that makes the token. */
function made(value: SymbolicText, tokens: TokenContext, steps: number): TokenMade | undefined {
  if (steps > MOST_STEPS || !isOnlyHoles(value)) return undefined
  const [hole] = value.holes
  if (hole === undefined) return undefined
  if (hole.inner !== undefined) return madeBy(hole.inner, tokens)
  const assigned = tokens.scope.valueOf(hole.name)
  return assigned === undefined ? undefined : made(assigned.text, tokens, steps + 1)
}

function madeBy(open: number, { scriptAt, context }: TokenContext): TokenMade | undefined {
  const script = scriptAt(open)
  if (script === undefined) return undefined
  for (const { words } of commandsIn(script.body)) {
    const texts = words.map(({ text }) => text)
    if (texts.some(({ value }) => ROOT_MARK.test(value))) return ROOT_TOKEN
    const call = readVaultCall(texts)
    if (call?.verb === 'token create') return tokenOf(call, context)
  }
  return undefined
}
