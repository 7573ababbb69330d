import type { Span } from '../../../model/span.ts'
import { type PlacedText, placedLines } from '../placed-text.ts'
import { buildText, type SymbolicText } from '../symbolic-text.ts'
import type { Block } from './hcl-expression.ts'
import type { Written } from './written.ts'

/** What an expression comes to without running Terraform. */
export type TerraformValue =
  | { readonly kind: 'text'; readonly text: SymbolicText; readonly placed: PlacedText }
  | { readonly kind: 'list'; readonly items: readonly TerraformValue[] }
  | { readonly kind: 'object'; readonly entries: Readonly<Record<string, TerraformValue>> }
  | { readonly kind: 'literal'; readonly value: number | boolean | null }
  | { readonly kind: 'file'; readonly path: string; readonly variables?: Readonly<Record<string, TerraformValue>> }
  | {
      readonly kind: 'document'
      readonly text: string
      readonly unknown: readonly string[]
      /** What may add rules to a policy that the document is. */
      readonly open?: readonly string[]
      readonly spanOf: (line: number) => Span
      /** What was encoded (`jsonencode`, `yamlencode`). */
      readonly of?: TerraformValue
    }
  /** A resource, a data source or a call of a module: its attributes are looked at one by one. */
  | { readonly kind: 'resource'; readonly written: Written<Block>; readonly env: Env }
  /** What `for_each` and `count` make of a block, by key. */
  | { readonly kind: 'instances'; readonly items: readonly (readonly [string, TerraformValue])[] }
  | { readonly kind: 'unknown'; readonly name: string }

/** The names that stand in an expression beside those of its module: `each`, `count`, the variables of a `for`. */
export type Env = ReadonlyMap<string, TerraformValue>

/** A value, and what it hangs on. */
export interface Evaluated {
  readonly value: TerraformValue
  /** Variables that were taken at their default. */
  readonly assumed: readonly string[]
}

export const NO_NAMES: Env = new Map()

export function unknownValue(name: string): TerraformValue {
  return { kind: 'unknown', name: name.trim().replace(/\s+/g, ' ').replaceAll('}', '') }
}

/** A text that stands at one place as a whole. */
export function textValue(text: string, placed: PlacedText, at: number): TerraformValue {
  const builder = buildText()
  builder.add(text, at, 0)
  return { kind: 'text', placed, text: builder.done() }
}

/** A text whose lines stand where their spans say. */
export function textBySpans(file: string, text: string, spanOf: (line: number) => Span): TerraformValue {
  const placed = placedLines(file, text, (line) => spanOf(line))
  return { kind: 'text', placed, text: { value: text, origins: [...text].map((_, at) => at), holes: [] } }
}

/** A known text; `undefined` for everything else. */
export function knownText(value: TerraformValue | undefined): string | undefined {
  if (value?.kind === 'literal' && typeof value.value === 'number') return String(value.value)
  return value?.kind === 'text' && value.text.holes.length === 0 ? value.text.value : undefined
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
    case 'resource':
    case 'instances': {
      const name = value.kind === 'resource' ? value.written.node.labels.join('.') : 'instances'
      return { value: `\${${name}}`, unknown: [name] }
    }
    default:
      return { value: `\${${value.name}}`, unknown: [value.name] }
  }
}

/** Whether two values are told to be the same, or not the same; `undefined` where that is not known. */
export function sameValue(a: TerraformValue, b: TerraformValue): boolean | undefined {
  const [one, other] = [plainValue(a), plainValue(b)]
  if (one.unknown.length > 0 || other.unknown.length > 0) return undefined
  return JSON.stringify(one.value) === JSON.stringify(other.value)
}
