import type { SymbolicText } from '../symbolic-text.ts'
import type { LoopHead } from './hcl-expression.ts'
import type { Env, TerraformValue } from './terraform-value.ts'

/** A list that is made of a longer one is no list of policies. */
const MOST_ITEMS = 1_000

/** The items of a collection, with their keys; `undefined` where it is not known which there are. */
export function itemsOf(collection: TerraformValue): (readonly [TerraformValue, TerraformValue])[] | undefined {
  const items = allItems(collection)
  return items === undefined || items.length > MOST_ITEMS ? undefined : items
}

function allItems(collection: TerraformValue): (readonly [TerraformValue, TerraformValue])[] | undefined {
  switch (collection.kind) {
    case 'list':
      return collection.items.map((item, index) => [{ kind: 'literal', value: index }, item])
    case 'object':
      return Object.entries(collection.entries).map(([key, item]) => [plainText(key), item])
    case 'instances':
      return collection.items.map(([key, item]) => [plainText(key), item])
    default:
      return undefined
  }
}

/** A text that is a key, and stands nowhere. */
export function plainText(text: string): TerraformValue {
  const symbolic: SymbolicText = { value: text, origins: [...text].map(() => 0), holes: [] }
  const placed = { file: '', text, starts: [{ line: 1, column: 1 }], offsets: [0], lines: [0] }
  return { kind: 'text', placed, text: symbolic }
}

/** `for value in list`, `for key, value in map`: of a list, the key is the index. */
export function loopNames(loop: LoopHead, key: TerraformValue, value: TerraformValue, env: Env): Env {
  const [first = '', second] = loop.names
  return new Map([
    ...env,
    ...(second === undefined ? [[first, value] as const] : [[first, key] as const, [second, value] as const]),
  ])
}
