import type { FieldPath, Value, ValueMap } from '../../../model/value.ts'
import { spanBetween } from '../placed-text.ts'
import type { Evaluating } from './evaluating.ts'
import type { Expression } from './hcl-expression.ts'
import type { TerraformModule } from './module.ts'
import type { FoundObject } from './object-body.ts'
import { type Env, knownText, type TerraformValue } from './terraform-value.ts'
import type { Written } from './written.ts'

export interface ExpressionPlace {
  readonly env: Env
  readonly module: TerraformModule
  readonly evaluator: Evaluating
}

/** A path is followed through so many locals. */
const MOST_LOCALS = 5

/** The object that an expression makes; each field stands where the expression has it. */
export function objectFromExpression(
  value: TerraformValue & { kind: 'object' },
  written: Written<Expression>,
  place: ExpressionPlace,
): FoundObject[] {
  const body = asValue(value) as ValueMap
  const spanOf = (path: FieldPath, part?: 'key' | 'value') => {
    const { at, key } = walk(written, path, place)
    const span = spanBetween(at.placed, at.node.from, at.node.to)
    return part === 'key' && key !== undefined ? spanBetween(key.placed, key.node.from, key.node.to) : span
  }
  return [{ body, span: spanOf([]), spanOf, spanOfTextLine: (path) => spanOf(path) }]
}

/** As far as the expression has the path; a local is followed to where it is written. */
function walk(start: Written<Expression>, path: FieldPath, place: ExpressionPlace) {
  let at = definitionOf(start, place)
  let key: Written<Expression> | undefined
  for (const step of path) {
    const next = memberOf(at, step, place)
    if (next === undefined) break
    at = definitionOf(next.value, place)
    key = next.key
  }
  return { at, key }
}

function definitionOf(written: Written<Expression>, { module }: ExpressionPlace): Written<Expression> {
  let at = written
  for (let steps = 0; steps < MOST_LOCALS; steps++) {
    const { node } = at
    if (node.kind === 'call' && node.args.length === 1 && node.args[0] !== undefined) at = { ...at, node: node.args[0] }
    else if (node.kind === 'reference' && node.root === 'local' && node.steps.length === 1) {
      const step = node.steps[0]
      const local = step?.kind === 'name' ? module.locals.get(step.name) : undefined
      if (local === undefined) return at
      at = local
    } else return at
  }
  return at
}

function memberOf(
  at: Written<Expression>,
  step: string | number,
  { env, evaluator }: ExpressionPlace,
): { value: Written<Expression>; key: Written<Expression> | undefined } | undefined {
  const { node } = at
  if (node.kind === 'list') {
    const item = node.items[Number(step)]
    return item === undefined ? undefined : { value: { ...at, node: item }, key: undefined }
  }
  if (node.kind !== 'object') return undefined
  const entry = node.entries.find(
    ({ key }) => knownText(evaluator.evaluate({ ...at, node: key }, env)) === String(step),
  )
  return entry === undefined ? undefined : { value: { ...at, node: entry.value }, key: { ...at, node: entry.key } }
}

/** The value as data; what is not known stands in it as `${…}`, with no braces but these. */
function asValue(value: TerraformValue): Value {
  switch (value.kind) {
    case 'text':
      return holed(value.text.value, value.text.holes)
    case 'literal':
      return value.value
    case 'list':
      return value.items.map(asValue)
    case 'object':
      return Object.fromEntries(Object.entries(value.entries).map(([key, item]) => [key, asValue(item)]))
    case 'document':
      return value.text
    default:
      return hole(value.kind === 'unknown' ? value.name : value.kind === 'file' ? `file(${value.path})` : 'resource')
  }
}

function hole(name: string): string {
  return `\${${name.replace(/[{}]/g, '')}}`
}

/** The text with its holes as `${name}`. */
function holed(
  text: string,
  holes: readonly { readonly name: string; readonly at: number; readonly length: number }[],
): string {
  let result = ''
  let from = 0
  for (const { name, at, length } of holes) {
    result += text.slice(from, at) + hole(name)
    from = at + length
  }
  return result + text.slice(from)
}
