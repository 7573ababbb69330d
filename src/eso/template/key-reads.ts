import type { Command, Operand, Pipeline, TemplateNode, TemplateTree } from './go-tree.ts'

/** A key that a template asks of the data. */
export interface KeyRead {
  readonly key: string
  readonly line: number
  readonly guarded: boolean
  readonly onMissing: 'fails' | 'empty'
}

/** `.a.b`: all values are texts, and a text has no fields, so this fails whatever the data is. */
export interface NestedRead {
  readonly names: readonly string[]
  readonly line: number
  readonly guarded: boolean
}

/** `hasKey . "a"`: a function that wants another kind of map than ESO's `map[string]string`, and fails on the data. */
export interface RefusedMap {
  readonly function: string
  readonly line: number
  readonly guarded: boolean
}

export interface KeyReads {
  readonly reads: readonly KeyRead[]
  readonly nested: readonly NestedRead[]
  readonly refused: readonly RefusedMap[]
}

/** sprig's functions over `map[string]interface {}`. */
const WANTS_ANY_MAP: ReadonlySet<string> = new Set([
  'dig',
  'get',
  'hasKey',
  'keys',
  'merge',
  'mergeOverwrite',
  'mustMerge',
  'mustMergeOverwrite',
  'omit',
  'pick',
  'pluck',
  'set',
  'unset',
  'values',
])

/** What the dot and the variables stand for: the data, or something whose keys nobody knows. */
interface Env {
  readonly dot: 'data' | 'other'
  readonly data: ReadonlySet<string>
  readonly guarded: boolean
}

/** Position of the map and of the key in functions that do not fail when the key is missing. */
const ASKING: Readonly<Record<string, { readonly map: number; readonly key: number }>> = {
  hasKey: { map: 1, key: 2 },
  get: { map: 1, key: 2 },
}

/**
 * Finds the keys that a template reads off its data (a map of texts, rendered with `missingkey=error`, eso.md §6.4). Inside
 * `range`, and inside `with` and `define` unless they are given the whole data, the dot is something else and its fields are
 * left alone; `$.key` is followed everywhere but in a `define`.
 */
export function keyReads(tree: TemplateTree): KeyReads {
  const reads: KeyRead[] = []
  const nested: NestedRead[] = []
  const refused: RefusedMap[] = []
  const active = new Set<string>()

  const isData = (operand: Operand | undefined, env: Env): boolean => {
    if (operand === undefined) return false
    if (operand.is === 'dot') return operand.names.length === 0 && env.dot === 'data'
    if (operand.is === 'variable') return operand.names.length === 0 && env.data.has(operand.name)
    return operand.is === 'pipeline' && operand.names.length === 0 && isDataPipeline(operand.pipeline, env)
  }
  const isDataPipeline = (pipeline: Pipeline | undefined, env: Env): boolean => {
    const [command, ...more] = pipeline?.commands ?? []
    return command !== undefined && more.length === 0 && command.length === 1 && isData(command[0], env)
  }
  const readFields = (names: readonly string[], line: number, env: Env) => {
    const [key] = names
    if (key === undefined) return
    if (names.length === 1) reads.push({ key, line, guarded: env.guarded, onMissing: 'fails' })
    else nested.push({ names, line, guarded: env.guarded })
  }
  const visitOperand = (operand: Operand, env: Env) => {
    if (operand.is === 'dot') {
      if (env.dot === 'data') readFields(operand.names, operand.line, env)
    } else if (operand.is === 'variable') {
      if (env.data.has(operand.name)) readFields(operand.names, operand.line, env)
    } else if (operand.is === 'pipeline') {
      visitPipeline(operand.pipeline, env)
      if (isDataPipeline(operand.pipeline, env)) readFields(operand.names, operand.line, env)
    }
  }
  /** `index . "key"`, `hasKey . "key"`, `dig "key" … .`: the key is a text beside the data. */
  const keyArgument = (command: Command, env: Env): KeyRead | undefined => {
    const [head] = command
    if (head?.is !== 'function') return undefined
    const at = head.name === 'index' ? { map: 1, key: 2 } : ASKING[head.name]
    if (at !== undefined) {
      const key = command[at.key]
      if (key?.is !== 'string' || !isData(command[at.map], env)) return undefined
      const index = head.name === 'index'
      return {
        key: key.value,
        line: key.line,
        guarded: index ? env.guarded : true,
        onMissing: index ? 'empty' : 'fails',
      }
    }
    const first = command[1]
    if (head.name === 'dig' && first?.is === 'string' && isData(command.at(-1), env)) {
      return { key: first.value, line: first.line, guarded: true, onMissing: 'fails' }
    }
    return undefined
  }
  const visitCommand = (command: Command, env: Env) => {
    const read = keyArgument(command, env)
    if (read !== undefined) reads.push(read)
    const [head] = command
    if (head?.is === 'function' && WANTS_ANY_MAP.has(head.name) && command.some((operand) => isData(operand, env))) {
      refused.push({ function: head.name, line: head.line, guarded: env.guarded })
    }
    // Go evaluates the arguments of `and` and `or` one by one, and stops early.
    const lazy = head?.is === 'function' && (head.name === 'and' || head.name === 'or')
    for (const [i, operand] of command.entries()) {
      visitOperand(operand, lazy && i > 1 ? { ...env, guarded: true } : env)
    }
  }
  function visitPipeline(pipeline: Pipeline, env: Env): Env {
    for (const command of pipeline.commands) visitCommand(command, env)
    if (pipeline.variables.length === 0) return env
    const data = new Set(env.data)
    const holdsData = isDataPipeline(pipeline, env)
    for (const name of pipeline.variables) {
      if (holdsData) data.add(name)
      else data.delete(name)
    }
    return { ...env, data }
  }
  const visitNodes = (nodes: readonly TemplateNode[], start: Env) => {
    let env = start
    for (const node of nodes) {
      if (node.is === 'action') env = visitPipeline(node.pipeline, env)
      else if (node.is === 'template') visitTemplate(node, env)
      else if (node.is !== 'text') visitControl(node, env)
    }
  }
  const visitControl = (node: Extract<TemplateNode, { is: 'if' | 'with' | 'range' }>, env: Env) => {
    const piped = visitPipeline(node.pipeline, env)
    const inside = { ...(node.is === 'range' ? withoutVariables(piped, node.pipeline) : piped), guarded: true }
    const keepsDot = node.is === 'if' || (node.is === 'with' && isDataPipeline(node.pipeline, env))
    visitNodes(node.body, keepsDot ? inside : { ...inside, dot: 'other' })
    visitNodes(node.otherwise, inside)
  }
  const visitTemplate = (node: Extract<TemplateNode, { is: 'template' }>, env: Env) => {
    if (node.pipeline !== undefined) visitPipeline(node.pipeline, env)
    const body = tree.definitions.get(node.name)
    if (body === undefined || active.has(node.name)) return
    active.add(node.name)
    const given = isDataPipeline(node.pipeline, env)
    visitNodes(body, { dot: given ? 'data' : 'other', data: new Set(given ? ['$'] : []), guarded: env.guarded })
    active.delete(node.name)
  }
  visitNodes(tree.nodes, { dot: 'data', data: new Set(['$']), guarded: false })
  return { reads, nested, refused }
}

/** `range $k, $v := .` gives elements to its variables, not the data. */
function withoutVariables(env: Env, pipeline: Pipeline): Env {
  return { ...env, data: new Set([...env.data].filter((name) => !pipeline.variables.includes(name))) }
}
