import type { Span } from '../../../model/span.ts'
import { spanBetween } from '../placed-text.ts'
import { itemsOf } from './collections.ts'
import type { Evaluating } from './evaluating.ts'
import type { Block } from './hcl-expression.ts'
import type { Env, TerraformValue } from './terraform-value.ts'
import type { Written } from './written.ts'

/** Parts of a rule that this reader does not put into the text; with them the policy is only partly known. */
const LEFT_OUT = ['allowed_parameter', 'denied_parameter', 'dynamic']

/**
 * The text that `data.vault_policy_document.….hcl` gives: one block a rule; each line leads back to what it was made of. Rules of a
 * `dynamic` block are made where its collection is known; else there may be any (forms.md §6).
 */
export function policyDocument(written: Written<Block>, env: Env, evaluator: Evaluating): TerraformValue {
  const { node, placed } = written
  const lines: string[] = []
  const spans: Span[] = []
  const unknown = new Set<string>()
  const open: string[] = []
  const add = (line: string, from: number, to: number) => {
    lines.push(line)
    spans.push(spanBetween(placed, from, to))
  }
  const textOf = (value: TerraformValue): string => {
    if (value.kind === 'text') {
      for (const hole of value.text.holes) unknown.add(hole.name)
      return value.text.value
    }
    if (value.kind === 'unknown') unknown.add(value.name)
    return value.kind === 'unknown' ? `\${${value.name}}` : value.kind === 'literal' ? String(value.value) : ''
  }
  const addRule = (block: Block, names: Env) => {
    const { attributes } = block.body
    const evaluated = (name: string) => {
      const attribute = attributes.get(name)
      return attribute === undefined ? undefined : evaluator.evaluate({ ...written, node: attribute }, names)
    }
    const path = attributes.get('path')
    const pathValue = evaluated('path')
    if (path === undefined || pathValue === undefined) return
    add(`path ${quoted(textOf(pathValue))} {`, path.from, path.to)
    for (const name of ['capabilities', 'required_parameters']) {
      const given = attributes.get(name)
      const value = evaluated(name)
      if (given === undefined || value === undefined) continue
      const items = value.kind === 'list' ? value.items.map(textOf) : [textOf(value)]
      add(`  ${name} = [${items.map(quoted).join(', ')}]`, given.from, given.to)
    }
    for (const name of ['min_wrapping_ttl', 'max_wrapping_ttl']) {
      const given = attributes.get(name)
      const value = evaluated(name)
      if (given !== undefined && value !== undefined) add(`  ${name} = ${quoted(textOf(value))}`, given.from, given.to)
    }
    for (const { type } of block.body.blocks) if (LEFT_OUT.includes(type)) unknown.add(type)
    add('}', block.to - 1, block.to)
  }
  for (const block of node.body.blocks) {
    if (block.type === 'rule') addRule(block, env)
    if (block.type !== 'dynamic' || block.labels[0] !== 'rule') continue
    const made = dynamicRules(block, written, env, evaluator)
    if (made === undefined) open.push('dynamic rule')
    else for (const { content, names } of made) addRule(content, names)
  }
  const whole = spanBetween(placed, node.from, node.to)
  return {
    kind: 'document',
    text: `${lines.join('\n')}\n`,
    unknown: [...unknown],
    ...(open.length === 0 ? {} : { open }),
    spanOf: (line) => spans[line - 1] ?? whole,
  }
}

/** `dynamic "rule" { for_each = …, content { … } }`: one rule for each item, which is called `rule` unless `iterator` says otherwise. */
function dynamicRules(block: Block, written: Written<Block>, env: Env, evaluator: Evaluating) {
  const { attributes, blocks } = block.body
  const collection = attributes.get('for_each')
  const content = blocks.find(({ type }) => type === 'content')
  const iterator = attributes.get('iterator')
  const name = iterator?.kind === 'reference' ? iterator.root : 'rule'
  const items =
    collection === undefined ? undefined : itemsOf(evaluator.evaluate({ ...written, node: collection }, env))
  if (content === undefined || items === undefined) return undefined
  return items.map(([key, value]) => {
    const item: TerraformValue = { kind: 'object', entries: { key: key.kind === 'literal' ? value : key, value } }
    return { content, names: new Map([...env, [name, item]]) as Env }
  })
}

function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`
}
