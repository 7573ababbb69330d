import type { Value } from '../../model/value.ts'
import { isMap, mapAt, textAt } from '../field-value.ts'
import { compileGoRegexp, isRegexp } from '../go-regexp.ts'
import { TemplateSyntaxError } from './go-lexer.ts'
import { parseTemplate } from './go-parser.ts'
import type { Pipeline } from './go-tree.ts'

/** Keys after conversion (eso.md §6.4): what Kubernetes does not take becomes `_`, or `_U0041_` with `Unicode`. */
export function convertKeys(keys: readonly string[], strategy: string): readonly string[] {
  return keys.map((key) =>
    [...key]
      .map((char) => {
        if (/^[\p{L}\p{N}\-._]$/u.test(char)) return char
        const code = (char.codePointAt(0) ?? 0).toString(16).padStart(4, '0')
        return strategy === 'Unicode' ? `_U${code}_` : '_'
      })
      .join(''),
  )
}

const SIMPLE: Readonly<Record<string, (text: string) => string>> = {
  upper: (text) => text.toUpperCase(),
  lower: (text) => text.toLowerCase(),
  trim: (text) => text.trim(),
}

function renderPipeline(pipeline: Pipeline, value: string): string | undefined {
  let result: string | undefined
  if (pipeline.variables.length > 0) return undefined
  for (const [i, command] of pipeline.commands.entries()) {
    const [head, argument, ...more] = command
    if (more.length > 0 || head === undefined) return undefined
    const isValue = (operand: typeof head | undefined) =>
      operand?.is === 'dot' && operand.names.length === 1 && operand.names[0] === 'value'
    if (i === 0 && isValue(head) && argument === undefined) result = value
    else if (head.is === 'function' && Object.hasOwn(SIMPLE, head.name)) {
      const input: string | undefined =
        i === 0 ? (isValue(argument) ? value : undefined) : argument ? undefined : result
      if (input === undefined) return undefined
      result = SIMPLE[head.name]?.(input)
    } else return undefined
  }
  return result
}

/** A rewrite template's result for one key; `undefined` for what is not worth imitating. */
function renderKey(template: string, value: string): string | undefined {
  // Trim markers would need the neighbours' whitespace: a key has none.
  if (/\{\{-|-\}\}/.test(template)) return undefined
  try {
    const tree = parseTemplate(template)
    const parts = tree.nodes.map((node) =>
      node.is === 'text' ? node.text : node.is === 'action' ? renderPipeline(node.pipeline, value) : undefined,
    )
    return parts.includes(undefined) ? undefined : parts.join('')
  } catch (error) {
    if (error instanceof TemplateSyntaxError) return undefined
    throw error
  }
}

export type Rewritten =
  | { readonly names: readonly string[] }
  | { readonly open: string; readonly names?: readonly string[] }

/** Keys after `rewrite`, operation by operation (eso.md §6.4); open where values or larger templates decide. */
export function rewriteKeys(keys: readonly string[], operations: readonly Value[]): Rewritten {
  let names = keys
  for (const operation of operations) {
    const regexp = mapAt(operation, 'regexp')
    const transform = textAt(operation, 'transform', 'template')
    if (regexp !== undefined) {
      const compiled = compileGoRegexp(textAt(regexp, 'source') ?? '')
      if (!isRegexp(compiled)) return { open: `the rewrite regexp does not compile: ${compiled.invalid}` }
      const target = textAt(regexp, 'target') ?? ''
      names = names.map((name) => compiled.replaceAll(name, target))
    } else if (transform !== undefined) {
      const rendered = names.map((name) => renderKey(transform, name))
      if (rendered.some((name) => name === undefined)) return { open: 'a rewrite template decides the keys' }
      names = rendered.filter((name) => name !== undefined)
    } else if (isMap(operation) && operation.merge !== undefined) {
      const into = textAt(operation, 'merge', 'into')
      return { open: 'a rewrite merges what the values hold', ...(into ? { names: [into] } : {}) }
    }
  }
  return { names }
}
