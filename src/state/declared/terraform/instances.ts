import { itemsOf } from './collections.ts'
import type { Evaluating } from './evaluating.ts'
import type { Block } from './hcl-expression.ts'
import type { Instance } from './module.ts'
import { type Env, knownText, NO_NAMES, type TerraformValue, unknownValue } from './terraform-value.ts'
import type { Written } from './written.ts'

const MOST_COUNTED = 200

/**
 * What `for_each` and `count` make of a block: one instance for each element of a collection that is known, else one whose `each` is
 * not. A block without either is one instance with an empty key; `count = 0` is none.
 */
export function instancesOf(written: Written<Block>, evaluator: Evaluating): readonly Instance[] {
  const { node } = written
  const { instances, budget } = evaluator.module
  const before = instances.get(node)
  if (before === 'making') return []
  if (before !== undefined) return before
  instances.set(node, 'making')
  const made = makeInstances(written, evaluator)
  budget.instances -= made.length
  const kept = budget.instances < 0 ? [unknownInstance(written)] : made
  instances.set(node, kept)
  return kept
}

function makeInstances(written: Written<Block>, evaluator: Evaluating): Instance[] {
  const { attributes } = written.node.body
  const forEach = attributes.get('for_each')
  const count = attributes.get('count')
  if (forEach !== undefined) {
    const items = itemsOf(evaluator.evaluate({ ...written, node: forEach }))
    return items?.map(([key, value]) => eachInstance(key, value)) ?? [unknownInstance(written)]
  }
  if (count === undefined) return [{ key: '', env: NO_NAMES, known: true }]
  const counted = evaluator.evaluate({ ...written, node: count })
  const number = counted.kind === 'literal' && typeof counted.value === 'number' ? counted.value : undefined
  if (number === undefined || number > MOST_COUNTED) return [unknownInstance(written)]
  return Array.from({ length: Math.max(0, number) }, (_, index) => ({
    key: String(index),
    env: new Map([['count', { kind: 'object', entries: { index: { kind: 'literal', value: index } } }]]) as Env,
    known: true,
  }))
}

/** Of a set, the key is the value. */
function eachInstance(key: TerraformValue, value: TerraformValue): Instance {
  const isSet = key.kind === 'literal'
  const text = isSet ? knownText(value) : knownText(key)
  const each: TerraformValue = {
    kind: 'object',
    entries: { key: isSet ? value : key, value },
  }
  return { key: text ?? '', env: new Map([['each', each]]), known: text !== undefined }
}

function unknownInstance(written: Written<Block>): Instance {
  const isCounted = written.node.body.attributes.has('count')
  const each: TerraformValue = {
    kind: 'object',
    entries: { key: unknownValue('each.key'), value: unknownValue('each.value') },
  }
  const counted: TerraformValue = { kind: 'object', entries: { index: unknownValue('count.index') } }
  return { key: '', env: new Map([isCounted ? ['count', counted] : ['each', each]]), known: false }
}

/** The block as a value: one resource, or several by key. */
export function blockValue(written: Written<Block>, evaluator: Evaluating): TerraformValue {
  const { attributes } = written.node.body
  const all = instancesOf(written, evaluator)
  const [first] = all
  const isOne = !attributes.has('for_each') && !attributes.has('count')
  if (isOne) return { kind: 'resource', written, env: first?.env ?? NO_NAMES }
  if (!all.every(({ known }) => known)) return { kind: 'resource', written, env: first?.env ?? NO_NAMES }
  return { kind: 'instances', items: all.map(({ key, env }) => [key, { kind: 'resource', written, env }]) }
}
