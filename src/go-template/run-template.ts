import { type Calls, callFunction, TemplateFailure } from './call-function.ts'
import type { Signature } from './functions.ts'
import type { Command, Operand, Pipeline, TemplateNode, TemplateTree } from './go-tree.ts'
import { bool, either, type GoValue, NIL, number, ofType, printed, text, truthOf, typeOf, UNKNOWN } from './go-value.ts'

/** A key that a template asks of its data. */
export interface KeyRead {
  readonly key: string
  readonly line: number
  /** The read stands on a way that the template need not take. */
  readonly guarded: boolean
  readonly onMissing: 'fails' | 'empty'
}

/** What goes wrong while the template runs, in Go's words. */
export interface RunFailure {
  readonly message: string
  readonly line: number
  /** Only on a way that the template need not take. */
  readonly guarded: boolean
  /** A field asked of a value that has none: `.a.b` over texts. */
  readonly names?: readonly string[]
  /** Because a key or field is not there. */
  readonly missing: boolean
}

export interface TemplateRun {
  readonly reads: readonly KeyRead[]
  readonly failures: readonly RunFailure[]
  /** What is written, where all of it is known. */
  readonly output: string | undefined
  /** How many steps it took; long texts take more. */
  readonly steps: number
  /** The line at which it had taken `MAX_STEPS` steps: what comes after was not looked at. */
  readonly stopped: number | undefined
}

export interface RunOptions {
  readonly data: GoValue
  /** What the templates of a program may call. */
  readonly functions: ReadonlyMap<string, Signature>
  /** What is known of functions that only this program has. */
  readonly calls?: Calls
  /** What `range` over the data certainly meets: at least one key. */
  readonly hasKeys?: boolean
  /** Written for what is not known, so that the rest of the output is; without it one unknown part leaves no output. */
  readonly unknown?: string
  /** Without `missingkey=error`: a key that is not there gives `<no value>`. */
  readonly lenient?: boolean
  /** So many rounds of a loop are gone through; of those after them nothing is known. */
  readonly rounds?: number
}

/** Loops and recursions that go on are cut here: what comes after is not known. */
export const MAX_STEPS = 20_000
const MAX_ROUNDS = 4
/** So much text counts as one step. */
const TEXT_IN_A_STEP = 100

interface Variable {
  readonly name: string
  value: GoValue
}

type Flow = 'on' | 'break' | 'continue'

/** Too many steps: nothing more is said of the template. */
class Stopped extends Error {}

/** A way failed, and that is noted. */
class Noted extends Error {}

/**
 * Runs a template as Go's text/template does, on the types of its values alone: nobody knows the values of a Secret. Where a
 * value decides (an `if`, a `range`), every way is looked at, and what fails on only some of them is guarded. Failures are Go's
 * own words (exec.go).
 */
export function runTemplate(tree: TemplateTree, options: RunOptions): TemplateRun {
  const runner = new Runner(tree, options)
  runner.start()
  return {
    reads: runner.reads,
    failures: runner.failures,
    output: runner.output,
    steps: runner.steps,
    stopped: runner.stopped,
  }
}

class Runner {
  readonly reads: KeyRead[] = []
  readonly failures: RunFailure[] = []
  /** A loop goes through one place several times. */
  readonly #told = new Set<string>()
  output: string | undefined = ''
  stopped: number | undefined
  steps = 0
  readonly #tree: TemplateTree
  readonly #options: RunOptions
  #variables: Variable[] = []
  #guarded = false
  #line = 1
  #failedNames: readonly string[] | undefined
  readonly #active = new Set<string>()

  constructor(tree: TemplateTree, options: RunOptions) {
    this.#tree = tree
    this.#options = options
  }

  start(): void {
    const { data } = this.#options
    this.#variables = [{ name: '$', value: data }]
    try {
      this.#nodes(this.#tree.nodes, data)
    } catch (error) {
      this.output = undefined
      if (error instanceof Stopped) this.stopped = this.#line
      if (!(error instanceof Stopped || error instanceof Noted)) this.#record(error)
    }
  }

  /** Notes a failure of the template; anything else goes on up. */
  #record(error: unknown): void {
    if (!(error instanceof TemplateFailure)) throw error
    const names = this.#failedNames
    this.#failedNames = undefined
    this.output = undefined
    const place = `${this.#line} ${this.#guarded} ${error.message}`
    if (this.#told.has(place)) return
    this.#told.add(place)
    this.failures.push({
      message: error.message,
      line: this.#line,
      guarded: this.#guarded,
      missing: error.missing,
      ...(names === undefined ? {} : { names }),
    })
  }

  get #rounds(): number {
    return this.#options.rounds ?? MAX_ROUNDS
  }

  #read(key: string, line: number, onMissing: KeyRead['onMissing']): void {
    const place = `${line} ${this.#guarded} ${onMissing} read ${key}`
    if (this.#told.has(place)) return
    this.#told.add(place)
    this.reads.push({ key, line, guarded: this.#guarded, onMissing })
  }

  #step(count = 1): void {
    this.steps += count
    if (this.steps > MAX_STEPS) throw new Stopped()
  }

  #write(value: string | undefined): void {
    const written = value ?? this.#options.unknown
    this.#step(Math.floor((written?.length ?? 0) / TEXT_IN_A_STEP))
    this.output = this.output === undefined || written === undefined ? undefined : this.output + written
  }

  /** What was written since `before` may be something else, or nothing. */
  #writeUnknown(before: string | undefined): void {
    this.output = before
    this.#write(undefined)
  }

  /** All nodes, also those after one that fails, so that everything is told at once. @throws Noted when one of them failed */
  #nodes(nodes: readonly TemplateNode[], dot: GoValue): Flow {
    let failed = false
    let flow: Flow = 'on'
    for (const node of nodes) {
      this.#step()
      try {
        flow = this.#node(node, dot)
      } catch (error) {
        if (error instanceof Stopped) throw error
        if (!(error instanceof Noted)) this.#record(error)
        failed = true
      }
      if (flow !== 'on') break
    }
    if (failed) throw new Noted()
    return flow
  }

  #node(node: TemplateNode, dot: GoValue): Flow {
    switch (node.is) {
      case 'text':
        this.#write(node.text)
        return 'on'
      case 'action': {
        const value = this.#pipeline(node.pipeline, dot)
        if (node.pipeline.variables.length === 0) this.#write(shown(value))
        return 'on'
      }
      case 'break':
      case 'continue':
        return node.is
      case 'template':
        this.#template(node, dot)
        return 'on'
      case 'range':
        this.#range(node, dot)
        return 'on'
      default:
        return this.#conditional(node, dot)
    }
  }

  /** `if` and `with`. */
  #conditional(node: Extract<TemplateNode, { is: 'if' | 'with' | 'range' }>, dot: GoValue): Flow {
    const mark = this.#variables.length
    try {
      this.#line = node.line
      const value = this.#pipeline(node.pipeline, dot)
      const truth = truthOf(value)
      const inside = node.is === 'with' ? value : dot
      if (truth === true) return this.#nodes(node.body, inside)
      if (truth === false) return this.#nodes(node.otherwise, dot)
      return this.#either(
        () => this.#nodes(node.body, inside),
        () => this.#nodes(node.otherwise, dot),
      )
    } finally {
      this.#variables.length = mark
    }
  }

  /**
   * Takes both ways. One that fails is only guarded, unless the other fails too: then the template fails whatever the values are.
   * Variables hold afterwards what they may hold after either.
   */
  #either(one: () => Flow, other: () => Flow): Flow {
    const before = { guarded: this.#guarded, output: this.output, values: this.#values(), count: this.failures.length }
    this.#guarded = true
    const first = this.#attempt(one)
    const afterFirst = { output: this.output, values: this.#values() }
    this.#restore(before.values)
    this.output = before.output
    const second = this.#attempt(other)
    this.#guarded = before.guarded
    if (first === undefined && second === undefined) {
      const failure = this.failures[before.count]
      if (failure !== undefined) this.failures[before.count] = { ...failure, guarded: before.guarded }
      throw new Noted()
    }
    if (first !== undefined && second !== undefined) this.#merge(afterFirst.values)
    else if (second === undefined) this.#restore(afterFirst.values)
    if (this.#options.unknown !== undefined) {
      // The template is taken to work: then the way that works was taken.
      if (first === undefined) afterFirst.output = this.output
      else if (second === undefined) this.output = afterFirst.output
    }
    if (afterFirst.output !== this.output) this.#writeUnknown(before.output)
    const flows = new Set([first ?? second, second ?? first])
    // Whether the loop goes on is not known then: the rest of it is guarded, until the loop ends.
    if (flows.size > 1) this.#guarded = true
    return flows.size > 1 ? 'on' : (first ?? second ?? 'on')
  }

  /** `undefined`: it failed, and that is noted. */
  #attempt(way: () => Flow): Flow | undefined {
    const mark = this.#variables.length
    try {
      return way()
    } catch (error) {
      if (error instanceof Stopped) throw error
      if (!(error instanceof Noted)) this.#record(error)
      return undefined
    } finally {
      this.#variables.length = Math.min(this.#variables.length, mark)
    }
  }

  #values(): GoValue[] {
    return this.#variables.map(({ value }) => value)
  }

  #restore(values: readonly GoValue[]): void {
    for (const [i, variable] of this.#variables.entries()) variable.value = values[i] ?? variable.value
  }

  #merge(values: readonly GoValue[]): void {
    for (const [i, variable] of this.#variables.entries()) {
      const other = values[i]
      if (other !== undefined) variable.value = either(variable.value, other)
    }
  }

  #range(node: Extract<TemplateNode, { is: 'if' | 'with' | 'range' }>, dot: GoValue): void {
    const mark = this.#variables.length
    const guarded = this.#guarded
    this.#line = node.line
    const names = node.pipeline.variables
    // The parser pushes them, and each round sets them anew.
    const value = this.#pipeline({ ...node.pipeline, variables: [] }, dot)
    if (node.pipeline.declares) for (const name of names) this.#variables.push({ name, value })
    else if (names.length > 0) this.#assign(names[0] ?? '', value)
    try {
      const rounds = this.#elements(value, names.length)
      const round = ([key, element]: readonly [GoValue, GoValue]): Flow => {
        const values = names.length > 1 ? [key, element] : [element]
        for (const [i, name] of names.entries()) this.#assign(name, values[i] ?? NIL)
        const inner = this.#variables.length
        try {
          return this.#nodes(node.body, element)
        } finally {
          this.#variables.length = inner
        }
      }
      if (rounds.certain) {
        if (rounds.items.length === 0) this.#nodes(node.otherwise, dot)
        for (const item of rounds.items.slice(0, this.#rounds)) if (round(item) === 'break') return
        if (rounds.items.length > this.#rounds) this.#write(undefined)
        return
      }
      const [item] = rounds.items
      if (item === undefined) return
      const before = this.output
      // At least one round, or perhaps none.
      if (rounds.atLeastOne) round(item)
      else
        this.#either(
          () => {
            round(item)
            return 'on'
          },
          () => this.#nodes(node.otherwise, dot),
        )
      this.#writeUnknown(before)
    } finally {
      this.#variables.length = mark
      this.#guarded = guarded
    }
  }

  /** The elements that a `range` goes through, with their keys. */
  #elements(
    value: GoValue,
    variables: number,
  ): {
    readonly certain: boolean
    readonly atLeastOne?: boolean
    readonly items: readonly (readonly [GoValue, GoValue])[]
  } {
    switch (value.is) {
      case 'nil':
        return { certain: true, items: [] }
      case 'unknown':
        return { certain: false, items: [[UNKNOWN, UNKNOWN]] }
      case 'slice':
        return value.items === undefined
          ? { certain: false, items: [[number('int'), value.element]] }
          : { certain: true, items: value.items.map((item, i) => [number('int', i), item] as const) }
      case 'map': {
        if (value.isData)
          return {
            certain: false,
            atLeastOne: this.#options.hasKeys === true,
            items: [[ofType('string'), value.element]],
          }
        if (value.open)
          return { certain: false, atLeastOne: value.entries.size > 0, items: [[ofType('string'), value.element]] }
        const entries = [...value.entries].sort(([a], [b]) => (a < b ? -1 : 1))
        return { certain: true, items: entries.map(([key, item]) => [text(key), item] as const) }
      }
      case 'number':
        if (/^u?int/.test(value.type)) {
          if (variables > 1)
            throw new TemplateFailure(`can't use ${shown(value) ?? '…'} to iterate over more than one variable`)
          if (value.value === undefined) return { certain: false, items: [[NIL, number(value.type)]] }
          const count = Math.max(0, Math.min(value.value, this.#rounds + 1))
          return {
            certain: true,
            items: Array.from({ length: count }, (_, i) => [NIL, number(value.type, i)] as const),
          }
        }
    }
    throw new TemplateFailure(`range can't iterate over ${shown(value) ?? 'a value, which is text'}`)
  }

  #template(node: Extract<TemplateNode, { is: 'template' }>, dot: GoValue): void {
    this.#line = node.line
    const body = this.#tree.definitions.get(node.name)
    if (body === undefined) throw new TemplateFailure(`template ${JSON.stringify(node.name)} not defined`)
    const given = node.pipeline === undefined ? NIL : this.#pipeline(node.pipeline, dot)
    if (this.#active.has(node.name)) {
      this.#write(undefined)
      return
    }
    const outer = this.#variables
    this.#active.add(node.name)
    this.#variables = [{ name: '$', value: given }]
    try {
      this.#nodes(body, given)
    } finally {
      this.#variables = outer
      this.#active.delete(node.name)
    }
  }

  #pipeline(pipeline: Pipeline, dot: GoValue): GoValue {
    let value: GoValue | undefined
    for (const command of pipeline.commands) value = this.#command(command, dot, value)
    const result = value ?? NIL
    for (const name of pipeline.variables) {
      if (pipeline.declares) this.#variables.push({ name, value: result })
      else this.#assign(name, result)
    }
    return result
  }

  #assign(name: string, value: GoValue): void {
    this.#variable(name).value = value
  }

  #variable(name: string): Variable {
    for (let i = this.#variables.length - 1; i >= 0; i -= 1) {
      const variable = this.#variables[i]
      if (variable?.name === name) return variable
    }
    throw new TemplateFailure(`undefined variable: ${name}`)
  }

  /** `final` is what comes through the pipe. */
  #command(command: Command, dot: GoValue, final: GoValue | undefined): GoValue {
    const [head, ...rest] = command
    if (head === undefined) return NIL
    this.#line = head.line
    switch (head.is) {
      case 'dot':
        if (head.names.length > 0) return this.#chain(dot, head.names, head, rest.length > 0 || final !== undefined)
        break
      case 'variable': {
        const { value } = this.#variable(head.name)
        if (head.names.length > 0) return this.#chain(value, head.names, head, rest.length > 0 || final !== undefined)
        break
      }
      case 'function': {
        if (head.names.length === 0) return this.#call(head.name, rest, dot, final)
        return this.#chain(
          this.#call(head.name, [], dot, undefined),
          head.names,
          head,
          rest.length > 0 || final !== undefined,
        )
      }
      case 'pipeline': {
        if (head.names.length > 0) {
          const value = this.#pipeline(head.pipeline, dot)
          return this.#chain(value, head.names, head, rest.length > 0 || final !== undefined)
        }
        break
      }
      default:
    }
    if (rest.length > 0 || final !== undefined)
      throw new TemplateFailure(`can't give argument to non-function ${written(head)}`)
    switch (head.is) {
      case 'dot':
        return dot
      case 'variable':
        return this.#variable(head.name).value
      case 'pipeline':
        return this.#pipeline(head.pipeline, dot)
      case 'nil':
        throw new TemplateFailure('nil is not a command')
      default:
        return constant(head)
    }
  }

  /** `.a.b`: each name is asked of what the one before gives; only the last may be a method that takes arguments. */
  #chain(receiver: GoValue, names: readonly string[], at: Operand, hasArguments: boolean): GoValue {
    this.#line = at.line
    let value = receiver
    for (const [i, name] of names.entries()) {
      try {
        value = this.#field(value, name, at.line, hasArguments && i === names.length - 1)
      } catch (error) {
        if (error instanceof TemplateFailure && i > 0 && receiver.is === 'map' && receiver.isData) {
          // Told as what it is: a key with a dot, or JSON. That its first part is no key would be the same slip again.
          this.#failedNames = names
          const at = this.reads.findLastIndex((read) => read.key === names[0])
          if (at >= 0) this.reads.splice(at, 1)
        }
        throw error
      }
    }
    return value
  }

  #field(receiver: GoValue, name: string, line: number, hasArguments: boolean): GoValue {
    switch (receiver.is) {
      case 'unknown':
        return UNKNOWN
      case 'nil':
        if (this.#options.lenient === true) return NIL
        throw new TemplateFailure(`nil data; no entry for key ${JSON.stringify(name)}`, true)
      case 'map': {
        if (receiver.isData) this.#read(name, line, 'fails')
        if (hasArguments) throw new TemplateFailure(`${name} is not a method but has arguments`)
        const there = receiver.entries.get(name)
        if (there !== undefined) return there
        if (receiver.lenient || (this.#options.lenient === true && !receiver.open)) return NIL
        if (!receiver.open || receiver.mayHold?.(name) === false)
          throw new TemplateFailure(`map has no entry for key ${JSON.stringify(name)}`, true)
        return receiver.element
      }
      case 'struct': {
        const field = receiver.fields.get(name)
        if (field !== undefined) {
          if (hasArguments) throw new TemplateFailure(`${name} has arguments but cannot be invoked as function`)
          return field
        }
        // Methods begin with a capital; what they give is not followed.
        if (/^\p{Lu}/u.test(name)) return UNKNOWN
        throw new TemplateFailure(`can't evaluate field ${name} in type ${receiver.type}`, true)
      }
      default:
        throw new TemplateFailure(`can't evaluate field ${name} in type ${typeOf(receiver)}`, true)
    }
  }

  #call(name: string, given: readonly Operand[], dot: GoValue, final: GoValue | undefined): GoValue {
    const signature = this.#options.functions.get(name)
    // One that is not known may be one of a newer release; that it is not known is told elsewhere.
    if (signature === undefined) {
      for (const operand of given) this.#argument(operand, 'value', dot)
      return UNKNOWN
    }
    const line = this.#line
    this.#checkCount(name, signature, given.length, final !== undefined)
    if (name === 'and' || name === 'or') return this.#lazily(name, given, dot, final)
    const fixed = signature.params.length - (signature.variadic ? 1 : 0)
    const typeAt = (i: number) => signature.params[i < fixed ? i : signature.params.length - 1] ?? 'interface {}'
    const values = given.map((operand, i) => this.#argument(operand, typeAt(i), dot))
    this.#line = line
    if (final !== undefined) values.push(fits(final, typeAt(values.length)))
    if (name === 'index') this.#indexed(values, given[1]?.line ?? line)
    const result = callFunction(name, signature, values, this.#options.calls)
    // What makes long texts of long texts takes as many steps as it takes time.
    this.#step(result.is === 'string' ? Math.floor((result.text?.length ?? 0) / TEXT_IN_A_STEP) : 0)
    return result
  }

  /** `index . "key"` asks for a key as well, and gives an empty text when it is missing. */
  #indexed([map, key]: readonly GoValue[], line: number): void {
    if (map?.is !== 'map' || map.isData === undefined || key?.is !== 'string' || key.text === undefined) return
    this.#read(key.text, line, 'empty')
  }

  #checkCount(name: string, { params, variadic }: Signature, given: number, piped: boolean): void {
    const count = given + (piped ? 1 : 0)
    if (variadic && count < params.length - 1)
      throw new TemplateFailure(`wrong number of args for ${name}: want at least ${params.length - 1} got ${given}`)
    if (!variadic && count !== params.length)
      throw new TemplateFailure(`wrong number of args for ${name}: want ${params.length} got ${count}`)
  }

  /** `and` and `or` stop at the first argument that decides. */
  #lazily(name: 'and' | 'or', given: readonly Operand[], dot: GoValue, final: GoValue | undefined): GoValue {
    const { guarded, result, sure } = { guarded: this.#guarded, ...this.#untilDecided(name, given, dot) }
    this.#guarded = guarded
    if (final === undefined || result.decided) return result.value
    return sure ? final : either(result.value, final)
  }

  #untilDecided(
    name: 'and' | 'or',
    given: readonly Operand[],
    dot: GoValue,
  ): { readonly result: { readonly value: GoValue; readonly decided: boolean }; readonly sure: boolean } {
    let sure = true
    let value: GoValue = NIL
    for (const [i, operand] of given.entries()) {
      let next: GoValue = UNKNOWN
      const flow = sure
        ? 'on'
        : this.#attempt(() => {
            next = this.#argument(operand, 'value', dot)
            return 'on'
          })
      if (sure) next = this.#argument(operand, 'value', dot)
      if (flow === undefined) return { result: { value, decided: true }, sure: false }
      value = sure || i === 0 ? next : either(value, next)
      const truth = truthOf(next)
      if (truth === (name === 'or')) return { result: { value, decided: true }, sure }
      if (truth !== undefined) continue
      sure = false
      this.#guarded = true
    }
    return { result: { value, decided: false }, sure }
  }

  /** An argument, for a parameter of this type: constants become what is wanted, or fail. */
  #argument(operand: Operand, type: string, dot: GoValue): GoValue {
    this.#line = operand.line
    switch (operand.is) {
      case 'dot':
        return fits(operand.names.length === 0 ? dot : this.#chain(dot, operand.names, operand, false), type)
      case 'variable': {
        const { value } = this.#variable(operand.name)
        return fits(operand.names.length === 0 ? value : this.#chain(value, operand.names, operand, false), type)
      }
      case 'pipeline': {
        const value = this.#pipeline(operand.pipeline, dot)
        return fits(operand.names.length === 0 ? value : this.#chain(value, operand.names, operand, false), type)
      }
      case 'function': {
        const value = this.#call(operand.name, [], dot, undefined)
        return fits(operand.names.length === 0 ? value : this.#chain(value, operand.names, operand, false), type)
      }
      case 'nil':
        if (canBeNil(type)) return NIL
        throw new TemplateFailure(`cannot assign nil to ${shownType(type)}`)
      default:
        return constantFor(operand, type)
    }
  }
}

const shownType = (type: string): string => (type === 'value' ? 'reflect.Value' : type)

function canBeNil(type: string): boolean {
  return type === 'value' || type === 'interface {}' || /^(?:map|\[\]|\*)/.test(type)
}

/** Whether a value may be given for a type, as Go's assignability has it. */
function fits(value: GoValue, type: string): GoValue {
  if (value.is === 'nil') {
    if (canBeNil(type)) return value
    throw new TemplateFailure(`invalid value; expected ${type}`)
  }
  if (type === 'value' || type === 'interface {}') return value
  if (value.is === 'unknown') return ofType(type)
  if (typeOf(value) === type) return value
  throw new TemplateFailure(`wrong type for value; expected ${type}; got ${typeOf(value)}`)
}

type Constant = Extract<Operand, { is: 'string' | 'number' | 'bool' }>

/** A constant where no type is wanted of it. */
function constant(operand: Constant): GoValue {
  if (operand.is === 'string') return text(operand.value)
  if (operand.is === 'bool') return bool(operand.value)
  const { number: of } = operand
  if (of.complex) return number('complex128')
  const isFloat = /[.eEpP]/.test(of.text) && !of.text.startsWith("'") && !/^0[xX][^pP]*$/.test(of.text)
  if (isFloat && of.float !== undefined) return number('float64', of.float)
  if (of.int !== undefined) return number('int', of.int)
  if (of.uint !== undefined) throw new TemplateFailure(`${of.text} overflows int`)
  return NIL
}

function constantFor(operand: Constant, type: string): GoValue {
  const wrong = (wanted: string): never => {
    throw new TemplateFailure(`expected ${wanted}; found ${written(operand)}`)
  }
  const given = operand.is === 'number' ? operand.number : undefined
  switch (type) {
    case 'value':
    case 'interface {}':
      return constant(operand)
    case 'string':
    case 'sprig.HashAlgorithm':
      return operand.is === 'string' ? { is: 'string', type, text: operand.value } : wrong('string')
    case 'bool':
      return operand.is === 'bool' ? bool(operand.value) : wrong('bool')
    case 'int':
      return given?.int === undefined ? wrong('integer') : number(type, given.int)
    case 'uint32':
      return given?.uint === undefined ? wrong('unsigned integer') : number(type, given.uint)
    case 'float64':
      return given?.float === undefined ? wrong('float') : number(type, given.float)
    default:
      throw new TemplateFailure(`can't handle ${written(operand)} for arg of type ${type}`)
  }
}

/** An operand as Go prints it. */
function written(operand: Operand): string {
  switch (operand.is) {
    case 'string':
      return operand.quoted
    case 'number':
      return operand.number.text
    case 'bool':
      return String(operand.value)
    case 'nil':
      return 'nil'
    case 'dot':
      return operand.names.length === 0 ? '.' : operand.names.map((name) => `.${name}`).join('')
    case 'variable':
    case 'function':
      return [operand.name, ...operand.names].join('.')
    case 'pipeline':
      return '(…)'
  }
}

/** What an action writes, where it is known. */
function shown(value: GoValue): string | undefined {
  return value.is === 'nil' ? '<no value>' : printed(value)
}
