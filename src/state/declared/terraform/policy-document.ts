import type { Span } from '../../../model/span.ts'
import { spanBetween } from '../placed-text.ts'
import type { Block, Expression } from './hcl-expression.ts'
import type { Written } from './module.ts'
import type { TerraformValue } from './terraform-value.ts'

/** Parts of a rule that this reader does not put into the text; with them the policy is only partly known. */
const LEFT_OUT = ['allowed_parameter', 'denied_parameter', 'dynamic']

/** The text that `data.vault_policy_document.….hcl` gives: one block a rule; each line leads back to what it was made of. */
export function policyDocument(
  { node, placed }: Written<Block>,
  evaluated: (expression: Expression) => TerraformValue,
): TerraformValue {
  const lines: string[] = []
  const spans: Span[] = []
  const unknown = new Set<string>()
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
  const quoted = (text: string) => `"${text.replace(/["\\]/g, '\\$&')}"`
  for (const block of node.body.blocks) {
    if (block.type === 'dynamic') unknown.add('dynamic rule')
    if (block.type !== 'rule') continue
    const { attributes } = block.body
    const path = attributes.get('path')
    if (path === undefined) continue
    add(`path ${quoted(textOf(evaluated(path)))} {`, path.from, path.to)
    for (const name of ['capabilities', 'required_parameters']) {
      const given = attributes.get(name)
      if (given === undefined) continue
      const value = evaluated(given)
      const items = value.kind === 'list' ? value.items.map(textOf) : [textOf(value)]
      add(`  ${name} = [${items.map(quoted).join(', ')}]`, given.from, given.to)
    }
    for (const name of ['min_wrapping_ttl', 'max_wrapping_ttl']) {
      const given = attributes.get(name)
      if (given !== undefined) add(`  ${name} = ${quoted(textOf(evaluated(given)))}`, given.from, given.to)
    }
    for (const { type } of block.body.blocks) if (LEFT_OUT.includes(type)) unknown.add(type)
    add('}', block.to - 1, block.to)
  }
  const whole = spanBetween(placed, node.from, node.to)
  return {
    kind: 'document',
    text: `${lines.join('\n')}\n`,
    unknown: [...unknown],
    spanOf: (line) => spans[line - 1] ?? whole,
  }
}
