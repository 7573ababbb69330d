import type { Span } from '../../../model/span.ts'
import { lastSegment } from '../file-lookup.ts'
import type { Harvest } from '../harvest.ts'
import { type PlacedText, spanBetween, wholeFile } from '../placed-text.ts'
import { placeText, type SymbolicText, sliceText } from '../symbolic-text.ts'
import { type Flow, filesWrittenBy, inputOf, outputOf, outputOfAll, type Stream } from './command-input.ts'
import { readCurl } from './curl-call.ts'
import { turnsOf } from './loop-turns.ts'
import { separatorIn, splitFields } from './read-fields.ts'
import type { ScriptContext } from './read-script.ts'
import {
  bind,
  expandText,
  expandWord,
  foreign,
  frozen,
  isOnlyHoles,
  type Scope,
  scopeOf,
  surrounding,
  withArguments,
} from './scope.ts'
import {
  commandsIn,
  readNames,
  readShellScript,
  type ShellCommand,
  type ShellFunction,
  type ShellNode,
  type ShellScript,
} from './shell-commands.ts'
import { textOf, withHome } from './stream-text.ts'
import { readTokenCommand } from './token-commands.ts'
import type { TokenSection } from './token-section.ts'
import { readVaultCall, SPEAKERS, VAULT_CALL, type VaultCall } from './vault-call.ts'
import { type CallContext, harvestCall, type StraightLine } from './vault-facts.ts'
import type { WrittenFiles } from './written-files.ts'

/** Scripts in scripts, functions in functions, files that source files. */
const DEEPEST = 4
/** Commands that are run through for one file: functions that call each other multiply. */
const MOST_WORK = 50_000

/** What the readers of one file share. */
interface Shared {
  work: number
  /** Names of the functions whose calls are being followed. */
  readonly calls: string[]
  /** Files that are being sourced. */
  readonly sourced: Set<string>
}

export type ReaderContext = ScriptContext & { readonly written: WrittenFiles; readonly section: TokenSection }

interface ReaderOptions {
  readonly depth?: number
  readonly shared?: Shared
  /** The call that led here: what the script writes is written there. */
  readonly span?: Span | undefined
  readonly args?: readonly SymbolicText[]
}

/** Where and how a command runs. */
interface Frame {
  readonly scope: Scope
  readonly flow: Flow
  /** Arguments of the function; `shift` takes from them. */
  readonly args?: SymbolicText[]
  /** The body of the function or loop that the scope is of. */
  readonly body?: readonly ShellNode[]
  readonly span?: Span | undefined
  readonly straight?: StraightLine | undefined
}

/** A function, and the reader of the file that it stands in. */
interface Callable {
  readonly fn: ShellFunction
  readonly home: ScriptReader
}

/**
 * Goes through a script as a shell would, without running anything: loops whose items are known turn, functions are followed from
 * their calls, both branches of a condition count.
 */
export class ScriptReader {
  readonly placed: PlacedText
  readonly scope: Scope
  readonly #context: ReaderContext
  readonly #script: ShellScript
  readonly #functions = new Map<string, Callable>()
  readonly #called = new Set<string>()
  readonly #depth: number
  readonly #shared: Shared
  readonly #span: Span | undefined

  constructor(placed: PlacedText, context: ReaderContext, options: ReaderOptions = {}) {
    this.placed = placed
    this.#context = context
    this.#depth = options.depth ?? 0
    this.#shared = options.shared ?? { work: MOST_WORK, calls: [], sourced: new Set([context.source.file]) }
    this.#span = options.span
    this.#script = readShellScript(placed.text)
    const printedBy = (open: number, scope: Scope) => this.#printedBy(open, scope)
    const alone = scopeOf(this.#script, { printedBy })
    const sourced = this.#sourcedFiles(alone)
    const { outer, environment } = context
    const around = surrounding(
      [...sourced.map(({ scope }) => scope), ...(outer === undefined ? [] : [outer])],
      environment,
    )
    const { args } = options
    this.scope = bind(scopeOf(this.#script, { outer: around, args, printedBy }), new Map())
    for (const reader of sourced) for (const [name, callable] of reader.#functions) this.#functions.set(name, callable)
    for (const [name, fn] of this.#script.functions) this.#functions.set(name, { fn, home: this })
    this.#addAliases()
  }

  /** Gives the script's variables. `stdin`: what it is given on its standard input. */
  read(stdin?: Stream): Scope {
    const frame: Frame = { scope: this.scope, flow: this.#flowOf(stdin), span: this.#span, straight: new Map() }
    this.#run(this.#script.body, frame)
    // What nothing here calls may be called from elsewhere, with what arguments nobody knows.
    const named = new Set<string>()
    for (const nodes of [this.#script.body, ...[...this.#script.functions.values()].map(({ body }) => body)])
      for (const { words } of commandsIn(nodes)) named.add(words[0]?.text.value ?? '')
    const own = [...this.#script.functions.values()]
    for (const fn of [...own.filter(({ name }) => !named.has(name)), ...own.filter(({ name }) => named.has(name))]) {
      if (this.#called.has(fn.name)) continue
      this.#called.add(fn.name)
      const args: SymbolicText[] = []
      const scope = bind(
        withArguments(this.scope, args, (open, at) => this.#printedBy(open, at)),
        new Map(),
      )
      this.#run(fn.body, { scope, flow: this.#flowOf(undefined), span: this.#span, args, body: fn.body })
    }
    return this.scope
  }

  /** The readers of the files that this script sources, as far as the repository holds them. */
  #sourcedFiles(scope: Scope): ScriptReader[] {
    if (this.#depth >= DEEPEST) return []
    const { files, source } = this.#context
    const readers: ScriptReader[] = []
    for (const { words } of commandsIn(this.#script.body)) {
      if (!['source', '.'].includes(words[0]?.text.value ?? '')) continue
      const path = words[1] === undefined ? undefined : expandText(words[1].text, scope).value
      const [file, ...others] = path === undefined ? [] : files.find(path, source)
      if (file === undefined || others.length > 0 || this.#shared.sourced.has(file.file)) continue
      this.#shared.sourced.add(file.file)
      const { outer: _, ...context } = this.#context
      readers.push(
        new ScriptReader(wholeFile(file.file, file.text), context, { depth: this.#depth + 1, shared: this.#shared }),
      )
    }
    return readers
  }

  /** `alias v='kubectl exec … vault'` is a function that passes its arguments on. */
  #addAliases(): void {
    for (const { words } of commandsIn(this.#script.body)) {
      if (words[0]?.text.value !== 'alias') continue
      const [, name, command] = /^([\w-]+)=(.+)$/s.exec(words[1]?.text.value ?? '') ?? []
      if (name === undefined || command === undefined || this.#functions.has(name)) continue
      const written = words[1]
      const origin = written?.from ?? 0
      const body = `${command} "$@"`
      const placed = placeText(this.placed, { value: body, origins: [...body].map(() => origin), holes: [] })
      const home = new ScriptReader(placed, this.#context, { depth: DEEPEST, shared: this.#shared })
      this.#functions.set(name, { fn: { name, body: home.#script.body }, home })
    }
  }

  #flowOf(stdin: Stream | undefined): Flow {
    const { files, source } = this.#context
    return {
      stdin,
      turnsOf: (node, scope, flow) => turnsOf(node, scope, flow, { files, source, written: this.#context.written }),
      outputOfCall: (words, scope, given) =>
        this.#inCall(words, scope, given, (home, body, inner, flow) => {
          const printed = outputOfAll(body, inner, flow)
          return home === this ? printed : withHome(printed, home.placed)
        }),
    }
  }

  /** Runs `run` for the function that the words call; `undefined` where they call none that can be followed. */
  #inCall<T>(
    words: readonly SymbolicText[],
    scope: Scope,
    stdin: () => Stream | undefined,
    run: (home: ScriptReader, body: readonly ShellNode[], scope: Scope, flow: Flow, args: SymbolicText[]) => T,
  ): T | undefined {
    const [program] = words
    const callable = program === undefined || program.holes.length > 0 ? undefined : this.#functions.get(program.value)
    const { calls } = this.#shared
    if (callable === undefined || calls.includes(callable.fn.name) || calls.length >= DEEPEST) return undefined
    const { fn, home } = callable
    this.#called.add(fn.name)
    calls.push(fn.name)
    const here = home === this
    const args = words.slice(1).map((word) => (here ? frozen(word) : foreign(frozen(word))))
    const around = here ? scope : home.scope
    const called = withArguments(around, args, (open, inner) => home.#printedBy(open, inner))
    const given = stdin()
    const flow = home.#flowOf(here || given === undefined ? given : withHome(given, this.placed))
    try {
      return run(home, fn.body, bind(called, new Map()), flow, args)
    } finally {
      calls.pop()
    }
  }

  #printedBy(open: number, scope: Scope): SymbolicText | undefined {
    const script = this.#script.inner(open)
    if (script === undefined || this.#shared.work-- <= 0) return undefined
    const printed = textOf(outputOfAll(script.body, scope, this.#flowOf(undefined)))
    return printed === undefined ? undefined : sliceText(printed, 0, printed.value.replace(/\n+$/, '').length)
  }

  #run(nodes: readonly ShellNode[], frame: Frame): void {
    for (const node of nodes) {
      if (this.#shared.work-- <= 0) return
      if (node.kind === 'command') this.#command(node, frame)
      else {
        this.#noteWrittenFiles(node, frame.scope, frame.flow)
        const { straight, ...rest } = frame
        const inner = node.kind === 'group' ? { ...rest, straight } : rest
        for (const scope of frame.flow.turnsOf(node, frame.scope, frame.flow)) this.#run(node.body, { ...inner, scope })
      }
    }
  }

  #command(command: ShellCommand, frame: Frame): void {
    const { scope, flow } = frame
    for (const open of substitutionsIn(command)) {
      const inner = this.#script.inner(open)
      if (inner !== undefined) this.#run(inner.body, { ...frame, straight: undefined })
    }
    this.#assign(command, frame)
    const words = command.words.flatMap((word) => expandWord(word.text, scope))
    if (words[0]?.value === 'shift') frame.args?.splice(0, Number(words[1]?.value ?? 1) || 1)
    this.#noteWrittenFiles(command, scope, flow)
    noteCopy(words, this.#context.written, this.placed)
    if (this.#call(command, words, frame)) return
    const call = readVaultCall(words)
    const context = this.#callContext(command, frame)
    const before = factsIn(context.harvest)
    if (call !== undefined && call.unsure === undefined) harvestCall(call, context)
    else if (!readCurl(words, context)) this.#innerScripts(words, command, frame)
    if (call?.unsure !== undefined && factsIn(context.harvest) === before) harvestCall(call, context)
    if (this.#context.mountsOnly !== true) this.#tokens(call, command, words, frame)
  }

  #callContext(command: ShellCommand, { scope, flow, span, straight }: Frame): CallContext {
    const { source, form, harvest, files, written, mountsOnly, rolesOnly } = this.#context
    return {
      source,
      form,
      harvest,
      written,
      mountsOnly,
      rolesOnly,
      files: files.find,
      placed: this.placed,
      span: span ?? spanBetween(this.placed, command.from, command.to),
      input: () => inputOf(command, scope, flow),
      straight: command.conditional ? undefined : straight,
    }
  }

  /** Variables of a function or of a loop's turn, one step after the other, and what `read` takes from a text that is known. */
  #assign(command: ShellCommand, { scope, flow, body }: Frame): void {
    const own = scope.own
    if (own === undefined) return
    const direct = !command.chained && command.within?.body === body
    for (const { name, value, local } of body === undefined ? [] : command.assignments) {
      if (value === undefined || !('holes' in value)) continue
      const isOwn = own.has(name) || value.holes.some((hole) => hole.inner !== undefined || own.has(hole.name))
      if (!isOwn && !local && !mentionsArguments(value)) continue
      const text = expandText(value, scope)
      if (isOnlyHoles(text)) continue
      // In a branch, it may be this value or the one before.
      own.set(name, direct || !own.has(name) || own.get(name)?.value === text.value ? frozen(text) : undefined)
      scope.filled.clear()
    }
    if (command.words[0]?.text.value !== 'read' || command === command.within?.condition) return
    const given = inputOf(command, scope, flow)
    const text = textOf(given)
    if (text === undefined) return
    const line = command.words.some(({ text: word }) => /^-\w*d$/.test(word.value)) ? text : firstLine(text)
    for (const [name, part] of splitFields(line, readNames(command.words), separatorIn(command.assignments)))
      own.set(name, frozen(part))
    scope.filled.clear()
  }

  #noteWrittenFiles(node: ShellNode, scope: Scope, flow: Flow): void {
    const files = filesWrittenBy(node, scope)
    if (files.length === 0) return
    const output = node.kind === 'command' && node.words.length === 0 ? undefined : outputOf(node, scope, flow)
    if (output === undefined || ('text' in output && output.text.value.trim() === '')) return
    for (const { file, append } of files) this.#context.written.write(file, output, this.placed, append)
  }

  /** Follows the call of a function. Tells whether there is nothing more to find in the words. */
  #call(command: ShellCommand, words: readonly SymbolicText[], frame: Frame): boolean {
    const { scope, flow } = frame
    const before = factsIn(this.#context.harvest)
    const callable = this.#functions.get(words[0]?.value ?? '')
    const here = spanBetween(this.placed, command.from, command.to)
    const done = this.#inCall(
      words,
      scope,
      () => inputOf(command, scope, flow),
      (home, body, inner, calledFlow, args) => {
        const byArguments = home !== this || usesArguments(body)
        const span = frame.span ?? (byArguments ? here : undefined)
        home.#run(body, { scope: inner, flow: calledFlow, args, span, body })
        return true
      },
    )
    if (done === undefined || callable === undefined) return false
    return factsIn(this.#context.harvest) > before || !passesOn(callable.fn.body)
  }

  /** Scripts that a command hands to another shell: `sh -c '…'`, `ssh host '…'`, `kubectl exec … -- sh <<EOF`. */
  #innerScripts(words: readonly SymbolicText[], command: ShellCommand, frame: Frame): void {
    if (this.#depth >= DEEPEST) return
    const { scope, flow } = frame
    const program = words[0]?.value ?? ''
    const shell = words.findIndex((word) => /^(?:.*\/)?(?:ba|da|a|z|k)?sh$/.test(word.value))
    const given = inputOf(command, scope, flow)
    let handed = false
    for (const [index, text] of words.entries()) {
      const flagged = /^-[a-z]*c[a-z]*$/.test(words[index - 1]?.value ?? '')
      if (!/\s/.test(text.value) || !(flagged || program === 'eval' || program === 'ssh')) continue
      handed = true
      // The word behind the script is its name, then come its arguments.
      this.#readInner(placeText(this.placed, text), frame, flagged ? words.slice(index + 2) : [], given)
    }
    if (handed || (shell < 0 && program !== 'ssh')) return
    const text = textOf(given)
    if (given !== undefined && text !== undefined)
      this.#readInner(
        placeText(('placed' in given ? given.placed : undefined) ?? this.placed, text),
        frame,
        [],
        undefined,
      )
  }

  #readInner(
    placed: PlacedText,
    { scope, span }: Frame,
    args: readonly SymbolicText[],
    stdin: Stream | undefined,
  ): void {
    if (!VAULT_CALL.test(placed.text) && !/>|\btee\b|"\$@"/.test(placed.text)) return
    const options = { depth: this.#depth + 1, shared: this.#shared, span }
    const reader = new ScriptReader(
      placed,
      { ...this.#context, outer: scope },
      { ...options, args: args.map((arg) => foreign(frozen(arg))) },
    )
    reader.read(stdin === undefined ? undefined : withHome(stdin, this.placed))
  }

  #tokens(call: VaultCall | undefined, command: ShellCommand, words: readonly SymbolicText[], frame: Frame): void {
    const { section, yaml } = this.#context
    readTokenCommand(call, words, {
      section,
      yaml,
      context: this.#callContext(command, frame),
      scope: frame.scope,
      scriptAt: (open) => this.#script.inner(open),
    })
  }
}

function factsIn({ policies, roles, mounts, authMounts, writes, textless, grants, tokens }: Harvest): number {
  return [policies, roles, mounts, authMounts, writes, textless, grants, tokens].reduce(
    (sum, list) => sum + list.length,
    0,
  )
}

function textsOf({ words, redirects, assignments }: ShellCommand): SymbolicText[] {
  return [
    ...words.map(({ text }) => text),
    ...redirects.map(({ text }) => text),
    ...assignments.flatMap(({ value }) =>
      value === undefined ? [] : 'holes' in value ? [value] : value.map(({ text }) => text),
    ),
  ]
}

function substitutionsIn(command: ShellCommand): Set<number> {
  const opens = new Set<number>()
  for (const { holes } of textsOf(command)) for (const { inner } of holes) if (inner !== undefined) opens.add(inner)
  return opens
}

function mentionsArguments({ value, holes }: SymbolicText): boolean {
  return holes.some(({ name }) => /^(?:[1-9]|[@*#])$/.test(name)) || /\$(?:[1-9@*]|\{[1-9@*])/.test(value)
}

function usesArguments(body: readonly ShellNode[]): boolean {
  for (const command of commandsIn(body)) {
    if (textsOf(command).some(mentionsArguments)) return true
    if (command.words.length > 0 && command.redirects.length === 0 && readsInput(command)) return true
  }
  return false
}

/** `vault policy write x -` in a function: the text comes with the call. */
function readsInput({ words, pipedFrom }: ShellCommand): boolean {
  return pipedFrom === undefined && words.some(({ text }) => text.value === '-')
}

/** Whether a function hands its arguments to something that is not followed, and may be Vault. */
function passesOn(body: readonly ShellNode[]): boolean {
  for (const command of commandsIn(body)) {
    const program = command.words[0]?.text.value ?? ''
    if (!SPEAKERS.has(program) && command.words.some(({ text }) => mentionsArguments(text))) return true
  }
  return false
}

const COPIERS = new Set(['kubectl', 'oc', 'docker', 'podman', 'nerdctl'])

/** `cp a b`, `kubectl cp a pod:b`: the file is used under its other name. */
function noteCopy(words: readonly SymbolicText[], written: WrittenFiles, placed: PlacedText): void {
  const program = lastSegment(words[0]?.value ?? '')
  const at = COPIERS.has(program)
    ? words.findIndex((word) => word.value === 'cp')
    : ['cp', 'scp'].includes(program)
      ? 0
      : -1
  if (at < 0) return
  const paths = words
    .slice(at + 1)
    .filter((word, index, all) => !word.value.startsWith('-') && !/^-[cn]$/.test(all[index - 1]?.value ?? ''))
  const [from, to, ...more] = paths
  if (from !== undefined && to !== undefined && more.length === 0) written.copy(from, to, placed)
}

function firstLine(text: SymbolicText): SymbolicText {
  const end = text.value.indexOf('\n')
  return end < 0 ? text : sliceText(text, 0, end)
}
