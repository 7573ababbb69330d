import {
  lexTemplate,
  stringValue,
  TemplateSyntaxError,
  TemplateTooDeep,
  type Token,
  type TokenType,
} from './go-lexer.ts'
import { parseGoNumber } from './go-number.ts'
import type { Command, Operand, Pipeline, TemplateNode, TemplateTree } from './go-tree.ts'

const CONSTANTS = new Set(['true', 'false', 'nil'])
const KEYWORDS = new Set(['block', 'break', 'continue', 'define', 'else', 'end', 'if', 'range', 'template', 'with'])
const STARTS_COMMAND: ReadonlySet<TokenType> = new Set([
  'identifier',
  'field',
  'dot',
  'variable',
  'string',
  'number',
  '(',
])

/** Go nests 10,000 parentheses and any number of blocks; nobody writes them, and this must not end in a full stack. */
export const MAX_DEPTH = 300

type Stop = 'end' | 'else' | 'else if' | 'else with' | 'end-of-text'

/** Parses a template as Go's text/template does. The functions it calls are collected, not checked. @throws TemplateSyntaxError, TemplateTooDeep */
export function parseTemplate(text: string): TemplateTree {
  const tokens = lexTemplate(text)
  const definitions = new Map<string, readonly TemplateNode[]>()
  const functions = new Map<string, number>()
  let at = 0
  let scope: string[] = ['$']
  let loops = 0
  let depth = 0

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
  const deeper = () => {
    depth += 1
    if (depth > MAX_DEPTH) throw new TemplateTooDeep()
  }
  const unquoted = (token: Token): string => {
    const value = stringValue(token.text)
    if (value === undefined) throw new TemplateSyntaxError('invalid syntax', token.line)
    return value
  }
  const noFields = (term: string) => {
    if (peek().type === 'field') fail(`unexpected . after term ${JSON.stringify(term)}`)
  }
  const operand = (): Operand | undefined => {
    const token = peek()
    const { line } = token
    switch (token.type) {
      case 'dot':
        next()
        noFields('.')
        return { is: 'dot', line, names: [] }
      case 'field':
        return { is: 'dot', line, names: names() }
      case 'variable':
        next()
        if (!scope.includes(token.text)) fail(`undefined variable ${JSON.stringify(token.text)}`, token)
        return { is: 'variable', line, name: token.text, names: names() }
      case 'string':
        next()
        noFields(token.text)
        return { is: 'string', line, value: unquoted(token), quoted: token.text }
      case 'number': {
        next()
        const number = parseGoNumber(token.text)
        if ('refused' in number) return fail(number.refused, token)
        noFields(token.text)
        return { is: 'number', line, number }
      }
      case '(': {
        next()
        deeper()
        const inner = pipeline('parenthesized pipeline', ')')
        depth -= 1
        return { is: 'pipeline', line, pipeline: inner, names: names() }
      }
      case 'identifier': {
        if (KEYWORDS.has(token.text)) return undefined
        next()
        if (CONSTANTS.has(token.text)) {
          noFields(token.text)
          return token.text === 'nil' ? { is: 'nil', line } : { is: 'bool', line, value: token.text === 'true' }
        }
        if (!functions.has(token.text)) functions.set(token.text, line)
        return { is: 'function', line, name: token.text, names: names() }
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
    const variables: string[] = []
    for (;;) {
      skipSpace()
      if (peek().type !== 'variable') return { variables, declares: false }
      const start = at
      const name = next().text
      skipSpace()
      const token = peek()
      const separates = token.type === ','
      if (token.type !== ':=' && token.type !== '=' && !separates) {
        at = start
        return { variables, declares: false }
      }
      next()
      variables.push(name)
      // Go's parser takes an assignment for a declaration, too.
      scope.push(name)
      if (!separates) return { variables, declares: token.type === ':=' }
      if (context !== 'range' || variables.length > 1) fail(`too many declarations in ${context}`)
      skipSpace()
      if (!['variable', 'right', ')'].includes(peek().type)) fail('range can only initialize variables')
    }
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
        ['string', 'number', 'bool', 'nil'].includes(first?.is ?? '') ||
        (first?.is === 'dot' && first.names.length === 0)
      if (i > 0 && constant) fail(`non executable command in pipeline stage ${i + 1}`)
    }
    return { ...declared, commands }
  }
  const nameOf = (context: string): string => {
    skipSpace()
    const token = next()
    if (token.type !== 'string') unexpected(token, context)
    skipSpace()
    return unquoted(token)
  }
  const mustClose = (context: string) => {
    skipSpace()
    const token = next()
    if (token.type !== 'right') unexpected(token, context)
  }
  const control = (is: 'if' | 'with' | 'range'): TemplateNode => {
    const outer = scope
    const { line } = peek()
    deeper()
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
    depth -= 1
    return { is, line, pipeline: piped, body, otherwise }
  }
  /** A body with its own `$`, as `define` and `block` have. */
  const definition = (name: string, context: string): void => {
    const outer = { scope, loops }
    scope = ['$']
    loops = 0
    const { nodes, stop } = list(false)
    if (stop !== 'end') fail(`unexpected {{else}} in ${context}`)
    scope = outer.scope
    loops = outer.loops
    const known = definitions.get(name)
    if (known === undefined || isEmpty(known)) definitions.set(name, nodes)
    else if (!isEmpty(nodes)) fail(`template: multiple definition of template ${JSON.stringify(name)}`)
  }
  const action = (top: boolean): TemplateNode | Stop | undefined => {
    skipSpace()
    const token = peek()
    if (token.type === 'identifier' && KEYWORDS.has(token.text)) {
      switch (token.text) {
        case 'if':
        case 'with':
        case 'range':
          next()
          return control(token.text)
        case 'else': {
          next()
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
          next()
          mustClose('end')
          return 'end'
        case 'break':
        case 'continue':
          next()
          mustClose(`{{${token.text}}}`)
          if (loops === 0) fail(`{{${token.text}}} outside {{range}}`, token)
          return { is: token.text }
        case 'define': {
          // Only outside of everything (eso.md §6.4).
          if (!top) break
          next()
          const name = nameOf('define clause')
          mustClose('define clause')
          definition(name, 'define clause')
          return undefined
        }
        case 'block': {
          next()
          const name = nameOf('block clause')
          const piped = pipeline('block clause', 'right')
          definition(name, 'block clause')
          return { is: 'template', line: token.line, name, pipeline: piped }
        }
        case 'template': {
          next()
          const name = nameOf('template clause')
          if (peek().type === 'right') {
            next()
            return { is: 'template', line: token.line, name, pipeline: undefined }
          }
          return { is: 'template', line: token.line, name, pipeline: pipeline('template clause', 'right') }
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
      const node = action(top)
      if (typeof node === 'string') {
        if (top) fail(`unexpected {{${node.split(' ')[0]}}}`, token)
        return { nodes, stop: node }
      }
      if (node !== undefined) nodes.push(node)
    }
  }
  const { nodes } = list(true)
  return { nodes, definitions, functions }
}

/** A definition that holds nothing but space may be given again. */
function isEmpty(nodes: readonly TemplateNode[]): boolean {
  return nodes.every((node) => node.is === 'text' && node.text.trim() === '')
}
