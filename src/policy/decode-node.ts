import { goQuote } from '../model/go-quote.ts'
import { fromBytes } from './byte-string.ts'
import { HclError, type Item, type Node, positionError } from './hcl-node.ts'
import type { ParameterValue } from './policy-rule.ts'

/** Turns parsed nodes into the types that a policy block has, with the errors of HCL 1's decoder (vault.md §1.1). */

const GO_TYPE = { object: '*ast.ObjectType', list: '*ast.ListType', literal: '*ast.LiteralType' } as const

/** What an attribute of a block holds: `x = […]` gives a node, `x { … }` and `x "y" { … }` give items. */
export type Attribute = { readonly node: Node } | { readonly items: readonly Item[]; readonly nested: boolean }

/** Several blocks or lists of one name are joined (P18); `x "y" { … }` counts as an item `y` of `x`. */
export function attributes(items: readonly Item[], name: string): Attribute[] {
  const found: Attribute[] = []
  const nested: Item[] = []
  for (const item of items) {
    if (fromBytes(item.keys[0]?.value ?? '') !== name) continue
    if (item.keys.length > 1) nested.push({ ...item, keys: item.keys.slice(1) })
    else if (item.value.kind === 'object') found.push({ items: item.value.items, nested: false })
    else found.push({ node: item.value })
  }
  return nested.length > 0 ? [{ items: nested, nested: true }, ...found] : found
}

export function decodeString(name: string, attribute: Attribute): string {
  if ('items' in attribute) {
    throw positionError(attribute.items[0]?.keys[0]?.reported, `${name}: unknown type for string *ast.ObjectList`)
  }
  const { node } = attribute
  if (node.kind === 'literal') {
    const { type, text, value } = node.scalar
    if (type === 'NUMBER') return text
    if (type === 'STRING' || type === 'HEREDOC') return fromBytes(value)
  }
  throw positionError(node.reported, `${name}: unknown type for string ${GO_TYPE[node.kind]}`)
}

export function decodeStrings(name: string, attribute: Attribute): string[] {
  return sliceOf(attribute).map((element, index) => {
    if ('keys' in element) {
      const at = element.keys[0]?.reported
      throw positionError(at, `${name}[${index}]: unknown type for string *ast.ObjectItem`)
    }
    return decodeString(`${name}[${index}]`, { node: element })
  })
}

export function decodeInteger(name: string, attribute: Attribute): number {
  if ('items' in attribute) {
    throw positionError(attribute.items[0]?.keys[0]?.reported, `${name}: unknown type *ast.ObjectList`)
  }
  const { node } = attribute
  if (node.kind === 'literal' && (node.scalar.type === 'NUMBER' || node.scalar.type === 'STRING')) {
    const text = node.scalar.type === 'NUMBER' ? node.scalar.text : fromBytes(node.scalar.value)
    return parseInteger(text)
  }
  throw positionError(node.reported, `${name}: unknown type ${GO_TYPE[node.kind]}`)
}

/** Go's `ParseInt(text, 0, 64)`: decimal, `0x`, `0o`, `0b`, and a leading 0 for octal. */
function parseInteger(text: string): number {
  const match = /^([+-]?)(0[xX][0-9a-fA-F_]+|0[bB][01_]+|0[oO][0-7_]+|0[0-7_]*|[1-9][0-9_]*)$/.exec(text)
  if (!match) throw new HclError(`strconv.ParseInt: parsing ${goQuote(text)}: invalid syntax`, undefined)
  const digits = (match[2] ?? '').replaceAll('_', '')
  const octal = /^0[0-7]+$/.test(digits)
  const value = Number.parseInt(octal ? digits : digits.replace(/^0[xXbBoO]/, ''), radix(digits, octal))
  return match[1] === '-' ? -value : value
}

function radix(digits: string, octal: boolean): number {
  if (octal || /^0[oO]/.test(digits)) return 8
  if (/^0[xX]/.test(digits)) return 16
  return /^0[bB]/.test(digits) ? 2 : 10
}

/** A parameter map's entries in the order of the text. */
export function decodeLimits(name: string, attribute: Attribute): [string, ParameterValue[]][] {
  const items = mapItems(name, attribute)
  return items.map((item) => {
    const key = fromBytes(item.keys[0]?.value ?? '')
    const nested: Attribute =
      item.keys.length > 1 ? { items: [{ ...item, keys: item.keys.slice(1) }], nested: true } : { node: item.value }
    return [key, sliceOf(nested).map((element, index) => decodeValue(`${name}.${key}[${index}]`, element))]
  })
}

function mapItems(name: string, attribute: Attribute): readonly Item[] {
  if ('items' in attribute) return attribute.items
  const { node } = attribute
  if (node.kind === 'object') return node.items
  throw positionError(node.reported, `${name}: not an object type for map (${GO_TYPE[node.kind]})`)
}

function sliceOf(attribute: Attribute): readonly (Node | Item)[] {
  if ('items' in attribute) return attribute.items
  const { node } = attribute
  if (node.kind === 'list') return node.elements
  if (node.kind === 'object') return [node]
  throw positionError(node.reported, `unknown slice type: ${GO_TYPE[node.kind]}`)
}

function decodeValue(name: string, element: Node | Item): ParameterValue {
  if ('keys' in element) throw new HclError(`${name}: cannot decode into interface: *ast.ObjectItem`, undefined)
  if (element.kind === 'list') return element.elements.map((one, index) => decodeValue(`${name}[${index}]`, one))
  if (element.kind === 'object') {
    const entries = element.items.map((item) => [fromBytes(item.keys[0]?.value ?? ''), decodeValue(name, item.value)])
    return { fields: Object.fromEntries(entries) }
  }
  const { type, text, value } = element.scalar
  if (type === 'BOOL') return text === 'true'
  if (type === 'NUMBER') return { number: String(parseInteger(text)) }
  if (type === 'FLOAT') return { number: String(Number(text)) }
  return fromBytes(value)
}

/** A TTL as written, a number as its digits; `undefined` when it is neither text nor a number. */
export function decodeTtl(attribute: Attribute): string | undefined {
  if ('items' in attribute || attribute.node.kind !== 'literal') return undefined
  const { type, text, value } = attribute.node.scalar
  if (type === 'NUMBER') return String(parseInteger(text))
  if (type === 'FLOAT') return String(Math.trunc(Number(text)))
  return type === 'BOOL' ? undefined : fromBytes(value)
}
