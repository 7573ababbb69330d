import { noteAt } from '../../../model/note.ts'
import type { Span } from '../../../model/span.ts'
import { trimSlashes } from '../../../model/trim-slashes.ts'
import { factsIn } from '../harvest.ts'
import { type PlacedText, spanBetween, wholeFile } from '../placed-text.ts'
import { placeText, type SymbolicText, sliceText } from '../symbolic-text.ts'
import { appliedFile } from './applied-file.ts'
import { passesOn, substitutionsIn, usesArguments } from './argument-use.ts'
import { assignVariables } from './assign-variables.ts'
import type { CallContext } from './call-context.ts'
import { type Flow, filesWrittenBy, inputOf, outputOf, outputOfAll, type Stream } from './command-input.ts'
import { readCurl } from './curl-call.ts'
import { expandText, expandWord } from './expand-text.ts'
import { noteCopy } from './file-copies.ts'
import { handedScripts } from './handed-scripts.ts'
import { turnsOf } from './loop-turns.ts'
import { readShellScript } from './parse-script.ts'
import type { Frame, ReaderContext, ReaderOptions, Shared } from './reader-frame.ts'
import { foreign, frozen, type Scope } from './scope.ts'
import { bind, scopeOf, surrounding, withArguments } from './script-scope.ts'
import {
  commandsIn,
  type ShellCommand,
  type ShellFunction,
  type ShellNode,
  type ShellScript,
} from './shell-commands.ts'
import { textOf, textsOf, withHome } from './stream-text.ts'
import { readTokenCommand } from './token-commands.ts'
import { readVaultCall, VAULT_CALL, type VaultCall } from './vault-call.ts'
import { harvestCall } from './vault-facts.ts'
import { namespaceOfCall, sessionNamespace } from './vault-namespace.ts'

/** Scripts in scripts, functions in functions, files that source files. */
const DEEPEST = 4
/** Commands that are run through for one file: functions that call each other multiply. */
const MOST_WORK = 50_000

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
  /** The Vault namespace that calls go to unless they say otherwise. */
  readonly #session: string | undefined

  constructor(placed: PlacedText, context: ReaderContext, options: ReaderOptions = {}) {
    this.placed = placed
    this.#context = context
    this.#depth = options.depth ?? 0
    this.#shared = options.shared ?? {
      work: MOST_WORK,
      limited: false,
      calls: [],
      sourced: new Set([context.source.file]),
    }
    this.#span = options.span
    this.#script = readShellScript(placed.text)
    const printedBy = (open: number, scope: Scope) => this.#printedBy(open, scope)
    const alone = scopeOf(this.#script, { printedBy })
    const sourced = this.#sourcedFiles(alone)
    const { outer, environment } = context
    const outside = surrounding(
      [...sourced.map(({ scope }) => scope), ...(outer === undefined ? [] : [outer])],
      environment,
    )
    const { args } = options
    this.scope = bind(scopeOf(this.#script, { outer: outside, args, printedBy }), new Map())
    for (const reader of sourced) for (const [name, callable] of reader.#functions) this.#functions.set(name, callable)
    for (const [name, fn] of this.#script.functions) this.#functions.set(name, { fn, home: this })
    this.#addAliases()
    const set = environment?.get('VAULT_NAMESPACE')
    const around = sourced.map((reader) => reader.#session).find((session) => session !== undefined)
    this.#session = sessionNamespace(
      this.#commands(),
      this.scope,
      context.session ?? around ?? (set === undefined ? undefined : trimSlashes(set.value)),
    )
  }

  *#commands(): Iterable<ShellCommand> {
    yield* commandsIn(this.#script.body)
    for (const { body } of this.#script.functions.values()) yield* commandsIn(body)
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
      if (this.#shared.work-- <= 0) {
        this.#noteLimit()
        return
      }
      if (node.kind === 'command') this.#command(node, frame)
      else {
        this.#noteWrittenFiles(node, frame.scope, frame.flow)
        const { straight, ...rest } = frame
        const inner = node.kind === 'group' ? { ...rest, straight } : rest
        for (const scope of frame.flow.turnsOf(node, frame.scope, frame.flow)) this.#run(node.body, { ...inner, scope })
      }
    }
  }

  #noteLimit(): void {
    const { source, harvest } = this.#context
    if (this.#shared.limited) return
    this.#shared.limited = true
    harvest.limits.push(noteAt({ file: source.file }, { code: 'declared-too-long', of: 'script', most: MOST_WORK }))
  }

  #command(command: ShellCommand, frame: Frame): void {
    const { scope, flow } = frame
    for (const open of substitutionsIn(command)) {
      const inner = this.#script.inner(open)
      if (inner !== undefined) this.#run(inner.body, { ...frame, straight: undefined })
    }
    assignVariables(command, frame)
    const words = command.words.flatMap((word) => expandWord(word.text, scope))
    if (words[0]?.value === 'shift') frame.args?.splice(0, Number(words[1]?.value ?? 1) || 1)
    this.#noteWrittenFiles(command, scope, flow)
    noteCopy(words, this.#context.written, this.placed)
    this.#applies(words, command, frame)
    if (this.#call(command, words, frame)) return
    const call = readVaultCall(words)
    const context = this.#callContext(command, frame, call)
    const before = factsIn(context.harvest)
    if (call !== undefined && call.unsure === undefined) harvestCall(call, context)
    else if (!readCurl(words, context)) this.#innerScripts(words, command, frame)
    if (call?.unsure !== undefined && factsIn(context.harvest) === before) harvestCall(call, context)
    if (this.#context.mountsOnly !== true) this.#tokens(call, command, words, frame)
  }

  /** `kubectl apply -f -`, or of a file that the script wrote. */
  #applies(words: readonly SymbolicText[], command: ShellCommand, { scope, flow, span }: Frame): void {
    const { applied, written } = this.#context
    const file = applied === undefined ? undefined : appliedFile(words)
    if (applied === undefined || file === undefined) return
    const own = file === '-' ? inputOf(command, scope, flow) : { parts: written.contentOf(file) ?? [] }
    for (const { text, placed = this.placed } of textsOf(own))
      applied(text, placed, span ?? spanBetween(this.placed, command.from, command.to))
  }

  #callContext(command: ShellCommand, { scope, flow, span, straight, session }: Frame, call?: VaultCall): CallContext {
    const { source, form, harvest, files, written, mountsOnly, rolesOnly } = this.#context
    const known = this.#session ?? session
    const vaultNamespace = call === undefined ? known : namespaceOfCall(call, command, scope, known)
    return {
      ...(vaultNamespace === undefined ? {} : { vaultNamespace }),
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
        home.#run(body, { scope: inner, flow: calledFlow, args, span, body, session: this.#session ?? frame.session })
        return true
      },
    )
    if (done === undefined || callable === undefined) return false
    return factsIn(this.#context.harvest) > before || !passesOn(callable.fn.body)
  }

  #innerScripts(words: readonly SymbolicText[], command: ShellCommand, frame: Frame): void {
    if (this.#depth >= DEEPEST) return
    const { scope, flow, span, session } = frame
    for (const { text, placed = this.placed, args, stdin } of handedScripts(words, () =>
      inputOf(command, scope, flow),
    )) {
      const inner = placeText(placed, text)
      const applies = this.#context.applied !== undefined && /\bapply\b|\bcreate\b/.test(inner.text)
      if (!applies && !VAULT_CALL.test(inner.text) && !/>|\btee\b|"\$@"/.test(inner.text)) continue
      const context = { ...this.#context, outer: scope, session: this.#session ?? session }
      const options = {
        depth: this.#depth + 1,
        shared: this.#shared,
        span,
        args: args.map((arg) => foreign(frozen(arg))),
      }
      new ScriptReader(inner, context, options).read(stdin === undefined ? undefined : withHome(stdin, this.placed))
    }
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
