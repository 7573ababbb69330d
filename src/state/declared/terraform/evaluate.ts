import { trimSlashes } from '../../../model/trim-slashes.ts'
import { type PlacedText, spanBetween } from '../placed-text.ts'
import { buildText, literalText, type SymbolicText, sliceText } from '../symbolic-text.ts'
import type { Block, Expression } from './hcl-expression.ts'
import type { TerraformModule, Written } from './module.ts'
import { policyDocument } from './policy-document.ts'
import type { TerraformValue } from './terraform-value.ts'

const LONGEST_TEXT = 200_000
/** Attributes by which one resource names another. */
const DEFAULT_PATHS: Readonly<Record<string, string>> = {
  vault_jwt_auth_backend: 'jwt',
  vault_kubernetes_auth_backend_config: 'kubernetes',
}

/** Evaluates an expression in its module. What depends on state, on input or on a loop is `unknown`, by the text that says so. */
export function evaluate(written: Written<Expression>, module: TerraformModule): TerraformValue {
  const { node, placed } = written
  const unknown: TerraformValue = { kind: 'unknown', name: rawOf(node, placed) }
  // One that is met again while it is evaluated refers to itself.
  if (module.values.has(node)) return module.values.get(node) ?? unknown
  module.values.set(node, undefined)
  const value = evaluateNode(written, module)
  const tooLong = value.kind === 'text' && value.text.value.length > LONGEST_TEXT
  module.values.set(node, tooLong ? unknown : value)
  return tooLong ? unknown : value
}

function evaluateNode({ node, placed, source }: Written<Expression>, module: TerraformModule): TerraformValue {
  const inner = (expression: Expression) => evaluate({ node: expression, placed, source }, module)
  switch (node.kind) {
    case 'text':
      return { kind: 'text', placed, text: fill(node.text, node.holes.map(inner)) }
    case 'list':
      return { kind: 'list', items: node.items.map(inner) }
    case 'object':
      return { kind: 'object', entries: Object.fromEntries(node.entries.map(([key, value]) => [key, inner(value)])) }
    case 'literal':
      return { kind: 'literal', value: node.value }
    case 'call':
      return call(node.name, node.args.map(inner), node, placed)
    case 'reference':
      return reference(node, placed, module)
    default:
      return { kind: 'unknown', name: rawOf(node, placed) }
  }
}

function rawOf(node: Expression, placed: PlacedText): string {
  return placed.text.slice(node.from, node.to).trim().replace(/\s+/g, ' ').replaceAll('}', '')
}

/** The template with what is known put in; the rest stays as holes. */
function fill(text: SymbolicText, values: readonly TerraformValue[]): SymbolicText {
  if (text.holes.length === 0) return text
  const builder = buildText()
  let from = 0
  for (const [index, hole] of text.holes.entries()) {
    builder.append(sliceText(text, from, hole.at))
    const origin = text.origins[hole.at] ?? 0
    const value = values[index]
    if (value?.kind === 'text') builder.append({ ...value.text, origins: value.text.origins.map(() => origin) })
    else if (value?.kind === 'literal') builder.add(String(value.value), origin, 0)
    else builder.append(sliceText(text, hole.at, hole.at + hole.length))
    from = hole.at + hole.length
  }
  builder.append(sliceText(text, from))
  return builder.done()
}

function reference(node: Expression & { kind: 'reference' }, placed: PlacedText, module: TerraformModule) {
  const unknown: TerraformValue = { kind: 'unknown', name: node.raw }
  const [head = '', second = '', third = '', fourth = ''] = node.raw.split('.')
  if (node.raw === 'path.module')
    return { kind: 'text', placed, text: literalText('.', node.from) } satisfies TerraformValue
  const found =
    head === 'local'
      ? module.locals.get(second)
      : head === 'var' && !module.overridden.has(second)
        ? module.variables.get(second)
        : undefined
  if (found !== undefined) {
    const value = evaluate(found, module)
    if (third === '') return value
    return value.kind === 'object' ? (value.entries[third] ?? unknown) : unknown
  }
  if (head === 'data' && second === 'vault_policy_document') {
    const document = module.byAddress.get(`data.${second}.${third.replace(/\[.*$/, '')}`)
    if (document === undefined || fourth !== 'hcl' || document.node.body.attributes.has('for_each')) return unknown
    return policyDocument(document, (expression) => evaluate({ ...document, node: expression }, module))
  }
  const resource = module.byAddress.get(`${head}.${second.replace(/\[.*$/, '')}`)
  if (resource === undefined || !head.startsWith('vault_')) return unknown
  // Only the server knows it; whose it is can be told (vault-config-operator writes it in these words).
  if (third === 'accessor') {
    const mount = mountOf(resource, module)
    if (mount === undefined) return unknown
    const text = buildText()
    text.addHole({ name: `auth/${mount}/@accessor`, quoted: true }, node.from)
    return { kind: 'text', placed, text: text.done() } satisfies TerraformValue
  }
  const names = third === 'id' ? ['path', 'name', 'type'] : third === 'path' ? ['path', 'type'] : [third]
  for (const name of names) {
    const attribute = resource.node.body.attributes.get(name)
    if (attribute !== undefined) return evaluate({ ...resource, node: attribute }, module)
  }
  const usual = third === 'path' ? DEFAULT_PATHS[head] : undefined
  return usual === undefined
    ? unknown
    : ({ kind: 'text', placed, text: literalText(usual, node.from) } satisfies TerraformValue)
}

/** The path of an auth mount's resource, where it is told. */
function mountOf(resource: Written<Block>, module: TerraformModule): string | undefined {
  const attribute = resource.node.body.attributes.get('path') ?? resource.node.body.attributes.get('type')
  const value = attribute === undefined ? undefined : evaluate({ ...resource, node: attribute }, module)
  if (value?.kind !== 'text' || value.text.holes.length > 0) return undefined
  return trimSlashes(value.text.value)
}

function call(name: string, args: readonly TerraformValue[], node: Expression, placed: PlacedText): TerraformValue {
  const unknown: TerraformValue = { kind: 'unknown', name: rawOf(node, placed) }
  const [first, second] = args
  switch (name) {
    case 'file':
    case 'templatefile':
      if (first?.kind !== 'text') return unknown
      return name === 'file'
        ? { kind: 'file', path: first.text.value }
        : { kind: 'file', path: first.text.value, variables: second?.kind === 'object' ? second.entries : {} }
    case 'trimspace':
    case 'chomp':
    case 'tostring':
    case 'tolist':
    case 'toset':
    case 'distinct':
    case 'sort':
    case 'nonsensitive':
      return first ?? unknown
    case 'lower':
      return first?.kind === 'text' && first.text.holes.length === 0
        ? { ...first, text: { ...first.text, value: first.text.value.toLowerCase() } }
        : unknown
    case 'concat':
      return args.every((arg) => arg.kind === 'list')
        ? { kind: 'list', items: args.flatMap((arg) => (arg.kind === 'list' ? arg.items : [])) }
        : unknown
    case 'join': {
      if (first?.kind !== 'text' || second?.kind !== 'list') return unknown
      const text = buildText()
      for (const [index, item] of second.items.entries()) {
        if (item.kind !== 'text') return unknown
        if (index > 0) text.append(first.text)
        text.append(item.text)
      }
      return { kind: 'text', placed, text: text.done() }
    }
    case 'format':
      return format(args, placed) ?? unknown
    case 'jsonencode': {
      const { value, unknown: names } = first === undefined ? { value: undefined, unknown: [] } : plainValue(first)
      if (value === undefined) return unknown
      const whole = spanBetween(placed, node.from, node.to)
      return { kind: 'document', text: JSON.stringify(value), unknown: names, spanOf: () => whole }
    }
    default:
      return unknown
  }
}

function format(args: readonly TerraformValue[], placed: PlacedText): TerraformValue | undefined {
  const [pattern, ...values] = args
  if (pattern?.kind !== 'text' || /%[^s%]/.test(pattern.text.value)) return undefined
  const text = buildText()
  let from = 0
  let index = 0
  for (const match of pattern.text.value.matchAll(/%s|%%/g)) {
    text.append(sliceText(pattern.text, from, match.index))
    const origin = pattern.text.origins[match.index] ?? 0
    const value = match[0] === '%s' ? values[index++] : undefined
    if (match[0] === '%%') text.add('%', origin)
    else if (value?.kind === 'text') text.append({ ...value.text, origins: value.text.origins.map(() => origin) })
    else text.addHole({ name: value?.kind === 'unknown' ? value.name : 'format', quoted: true }, origin)
    from = match.index + 2
  }
  text.append(sliceText(pattern.text, from))
  return { kind: 'text', placed, text: text.done() }
}

/** A value as plain data; unknown parts stand in it as `${…}`, and their names beside it. */
export function plainValue(value: TerraformValue): { readonly value: unknown; readonly unknown: readonly string[] } {
  switch (value.kind) {
    case 'text':
      return { value: value.text.value, unknown: [...new Set(value.text.holes.map((hole) => hole.name))] }
    case 'literal':
      return { value: value.value, unknown: [] }
    case 'list': {
      const items = value.items.map(plainValue)
      return { value: items.map((item) => item.value), unknown: items.flatMap((item) => item.unknown) }
    }
    case 'object': {
      const entries = Object.entries(value.entries).map(([key, item]) => [key, plainValue(item)] as const)
      return {
        value: Object.fromEntries(entries.map(([key, item]) => [key, item.value])),
        unknown: entries.flatMap(([, item]) => item.unknown),
      }
    }
    case 'document':
      return { value: value.text, unknown: value.unknown }
    case 'file':
      return { value: `\${file(${value.path})}`, unknown: [`file(${value.path})`] }
    default:
      return { value: `\${${value.name}}`, unknown: [value.name] }
  }
}
