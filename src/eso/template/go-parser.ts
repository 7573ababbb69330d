import { lexTemplate, stringValue, TemplateSyntaxError, type Token, type TokenType } from './go-lexer.ts'
import type { Command, Operand, Pipeline, TemplateNode, TemplateTree } from './go-tree.ts'

const CONSTANTS = new Set(['true', 'false', 'nil'])
const KEYWORDS = new Set(['block', 'break', 'continue', 'define', 'else', 'end', 'if', 'range', 'template', 'with'])
const STARTS_COMMAND: ReadonlySet<TokenType> = new Set([
  'identifier',
  'field',
  'dot',
  'variable',
  'string',
  'literal',
  '(',
])

type Stop = 'end' | 'else' | 'else if' | 'else with' | 'end-of-text'

/** Parses a template as Go's text/template does. The functions it calls are collected, not checked. @throws TemplateSyntaxError */
export function parseTemplate(text: string): TemplateTree {
  const tokens = lexTemplate(text)
  const definitions = new Map<string, readonly TemplateNode[]>()
  const functions = new Map<string, number>()
  let at = 0
  let scope: string[] = ['$']
  let loops = 0

  const peek = (): Token => {
    const token = tokens[Math.min(at, tokens.length - 1)] as Token
    if (token.type === 'error') throw new TemplateSyntaxError(token.text, token.line)
    return token
  }
  const next = (): Token => {
    const token = peek()
    at += 1
    return token
  }
  const skipSpace = () => {
    while (peek().type === 'space') at += 1
  }
  const fail = (message: string, token: Token = peek()): never => {
    throw new TemplateSyntaxError(message, token.line)
  }
  const shown = (token: Token): string => {
    if (token.type === 'end-of-text') return 'EOF'
    if (token.type === 'right') return '"}}"'
    if (KEYWORDS.has(token.text)) return `<${token.text}>`
    return JSON.stringify(token.type === 'field' ? `.${token.text}` : token.text)
  }
  const unexpected = (token: Token, context: string): never => fail(`unexpected ${shown(token)} in ${context}`, token)

  const names = (): string[] => {
    const found: string[] = []
    while (peek().type === 'field') found.push(next().text)
    return found
  }
  const operand = (): Operand | undefined => {
    const token = peek()
    const { line } = token
    switch (token.type) {
      case 'dot':
        next()
        if (peek().type === 'field') fail('unexpected . after term "."')
        return { is: 'dot', line, names: [] }
      case 'field':
        return { is: 'dot', line, names: names() }
      case 'variable':
        next()
        if (!scope.includes(token.text)) fail(`undefined variable ${JSON.stringify(token.text)}`, token)
        return { is: 'variable', line, name: token.text, names: names() }
      case 'string':
      case 'literal':
        next()
        if (peek().type === 'field') fail(`unexpected . after term ${JSON.stringify(token.text)}`)
        return token.type === 'string'
          ? { is: 'string', line, value: stringValue(token.text) }
          : { is: 'literal', line }
      case '(': {
        next()
        const inner = pipeline('parenthesized pipeline', ')')
        return { is: 'pipeline', line, pipeline: inner, names: names() }
      }
      case 'identifier': {
        if (KEYWORDS.has(token.text)) return undefined
        next()
        if (CONSTANTS.has(token.text)) return { is: 'literal', line }
        if (!functions.has(token.text)) functions.set(token.text, line)
        // Go parses `f.x`, and fails when it runs.
        names()
        return { is: 'function', line, name: token.text }
      }
      default:
        return undefined
    }
  }
  const command = (): Command => {
    const args: Operand[] = []
    for (;;) {
      skipSpace()
      const arg = operand()
      if (arg !== undefined) args.push(arg)
      const token = peek()
      if (token.type === 'space') continue
      if (token.type === 'right' || token.type === ')') break
      if (token.type === 'pipe') {
        next()
        break
      }
      unexpected(token, 'operand')
    }
    if (args.length === 0) fail('empty command')
    return args
  }
  const declaration = (context: string): Pick<Pipeline, 'variables' | 'declares'> => {
    const start = at
    const variables: string[] = []
    for (;;) {
      skipSpace()
      if (peek().type !== 'variable') break
      variables.push(next().text)
      skipSpace()
      const token = peek()
      if (token.type === ':=' || token.type === '=') {
        next()
        const declares = token.type === ':='
        for (const name of variables) {
          // Go's parser takes an assignment for a declaration, too.
          if (!scope.includes(name)) scope.push(name)
        }
        return { variables, declares }
      }
      if (token.type !== ',' || context !== 'range' || variables.length > 1) break
      next()
    }
    at = start
    return { variables: [], declares: false }
  }
  function pipeline(context: string, end: 'right' | ')'): Pipeline {
    skipSpace()
    const declared = declaration(context)
    const commands: Command[] = []
    for (;;) {
      skipSpace()
      const token = peek()
      if (token.type === end) {
        next()
        break
      }
      if (!STARTS_COMMAND.has(token.type)) unexpected(token, context)
      if (token.type === 'identifier' && KEYWORDS.has(token.text)) unexpected(token, context)
      // A pipe with nothing after it is fine with Go.
      commands.push(command())
    }
    if (commands.length === 0) fail(`missing value for ${context}`)
    for (const [i, [first]] of commands.entries()) {
      const constant =
        first?.is === 'string' || first?.is === 'literal' || (first?.is === 'dot' && first.names.length === 0)
      if (i > 0 && constant) fail(`non executable command in pipeline stage ${i + 1}`)
    }
    return { ...declared, commands }
  }
  const nameOf = (context: string): string => {
    skipSpace()
    const token = next()
    if (token.type !== 'string') unexpected(token, context)
    skipSpace()
    return stringValue(token.text)
  }
  const mustClose = (context: string) => {
    skipSpace()
    const token = next()
    if (token.type !== 'right') unexpected(token, context)
  }
  const control = (is: 'if' | 'with' | 'range'): TemplateNode => {
    const outer = scope
    scope = [...scope]
    const piped = pipeline(is, 'right')
    if (is === 'range') loops += 1
    const { nodes: body, stop } = list(false)
    if (is === 'range') loops -= 1
    let otherwise: readonly TemplateNode[] = []
    if (stop === 'else') {
      const rest = list(false)
      if (rest.stop !== 'end') fail('expected end; found {{else}}')
      otherwise = rest.nodes
    } else if (stop === `else ${is}`) {
      if (is !== 'range') otherwise = [control(is)]
    } else if (stop !== 'end') fail(`unexpected <${stop.slice(5)}> in input`)
    scope = outer
    return { is, pipeline: piped, body, otherwise }
  }
  /** A body with its own `$`, as `define` and `block` have. */
  const definition = (name: string): void => {
    const outer = scope
    scope = ['$']
    const { nodes, stop } = list(false)
    if (stop !== 'end') fail('unexpected {{else}} in define clause')
    scope = outer
    definitions.set(name, nodes)
  }
  const action = (): TemplateNode | Stop | undefined => {
    skipSpace()
    const token = peek()
    if (token.type === 'identifier' && KEYWORDS.has(token.text)) {
      next()
      switch (token.text) {
        case 'if':
        case 'with':
        case 'range':
          return control(token.text)
        case 'else': {
          skipSpace()
          const after = peek().text
          if (peek().type === 'identifier' && (after === 'if' || after === 'with')) {
            next()
            return `else ${after}`
          }
          mustClose('else')
          return 'else'
        }
        case 'end':
          mustClose('end')
          return 'end'
        case 'break':
        case 'continue':
          mustClose(`{{${token.text}}}`)
          if (loops === 0) fail(`{{${token.text}}} outside {{range}}`, token)
          return undefined
        case 'define': {
          const name = nameOf('define clause')
          mustClose('define clause')
          definition(name)
          return undefined
        }
        case 'block': {
          const name = nameOf('block clause')
          const piped = pipeline('block clause', 'right')
          definition(name)
          return { is: 'template', name, pipeline: piped }
        }
        default: {
          const name = nameOf('template clause')
          if (peek().type === 'right') {
            next()
            return { is: 'template', name, pipeline: undefined }
          }
          return { is: 'template', name, pipeline: pipeline('template clause', 'right') }
        }
      }
    }
    return { is: 'action', pipeline: pipeline('command', 'right') }
  }
  function list(top: boolean): { nodes: readonly TemplateNode[]; stop: Stop } {
    const nodes: TemplateNode[] = []
    for (;;) {
      const token = next()
      if (token.type === 'end-of-text') {
        if (!top) fail('unexpected EOF', token)
        return { nodes, stop: 'end-of-text' }
      }
      if (token.type === 'text') {
        nodes.push({ is: 'text', text: token.text })
        continue
      }
      const node = action()
      if (typeof node === 'string') {
        if (top)
          fail(
            node === 'end' || node === 'else' ? `unexpected {{${node}}}` : `unexpected <${node.slice(5)}> in input`,
            token,
          )
        return { nodes, stop: node }
      }
      if (node !== undefined) nodes.push(node)
    }
  }
  const { nodes } = list(true)
  return { nodes, definitions, functions }
}
