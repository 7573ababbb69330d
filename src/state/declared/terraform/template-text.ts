import type { PlacedText } from '../placed-text.ts'
import { buildText, type SymbolicText, sliceText, type TextBuilder } from '../symbolic-text.ts'
import { itemsOf, loopNames } from './collections.ts'
import type { Expression } from './hcl-expression.ts'
import type { Env, TerraformValue } from './terraform-value.ts'

type Evaluate = (expression: Expression, names?: Env) => TerraformValue

interface Template {
  readonly text: SymbolicText
  readonly holes: readonly Expression[]
  readonly placed: PlacedText
  readonly evaluate: Evaluate
  readonly blocks: ReadonlyMap<number, DirectiveBlock>
  /** Parts that may still be put in: loops in loops multiply. */
  readonly room: { left: number }
}

/** Directives in directives; deeper ones stay as they are written. */
const DEEPEST = 40
const MOST_PARTS = 20_000

/**
 * A template with what is known put in. `%{ for }` and `%{ if }` are followed where their collection or condition is known; else they
 * stay in the text as holes, and so does all that they decide about.
 */
export function fillTemplate(
  text: SymbolicText,
  holes: readonly Expression[],
  placed: PlacedText,
  env: Env,
  evaluate: Evaluate,
): SymbolicText {
  if (text.holes.length === 0) return text
  const template: Template = { text, holes, placed, evaluate, blocks: blocksIn(holes), room: { left: MOST_PARTS } }
  const builder = buildText()
  let index = 0
  let from = 0
  while (index < text.holes.length) {
    const part = fillPart(template, index, from, env, builder)
    index = part.index
    from = part.from
  }
  builder.append(sliceText(text, from))
  if (template.room.left <= 0) builder.addHole({ name: '…', quoted: true }, text.origins.at(-1) ?? 0)
  return builder.done()
}

/** Puts in the text before hole `index`, and the hole; gives where to go on. */
function fillPart(
  template: Template,
  index: number,
  from: number,
  env: Env,
  builder: TextBuilder,
): { index: number; from: number } {
  const { text, holes } = template
  const hole = text.holes[index]
  const expression = holes[index]
  if (hole === undefined || template.room.left-- <= 0) return { index: index + 1, from }
  builder.append(sliceText(text, from, hole.at))
  const after = hole.at + hole.length
  if (expression?.kind !== 'directive') {
    putValue(template, index, env, builder)
    return { index: index + 1, from: after }
  }
  const block = template.blocks.get(index)
  const followed = block === undefined ? undefined : turnsOf(template.evaluate, expression, index, block, env)
  if (block === undefined || followed === undefined) {
    builder.append(sliceText(text, hole.at, after))
    return { index: index + 1, from: after }
  }
  for (const { begin, end, names } of followed) fillRange(template, begin, end, names, builder)
  const closing = text.holes[block.end]
  return { index: block.end + 1, from: closing === undefined ? after : closing.at + closing.length }
}

/** The text between two holes, with those in between. */
function fillRange(template: Template, begin: number, end: number, env: Env, builder: TextBuilder): void {
  const { text } = template
  const opening = text.holes[begin]
  let from = opening === undefined ? 0 : opening.at + opening.length
  for (let index = begin + 1; index < end; ) {
    const part = fillPart(template, index, from, env, builder)
    index = part.index
    from = part.from
  }
  builder.append(sliceText(text, from, text.holes[end]?.at))
}

interface DirectiveBlock {
  /** Index of `else`, where there is one. */
  readonly otherwise: number | undefined
  /** Index of `endif` or `endfor`. */
  readonly end: number
}

/** Where what each directive begins ends; those that never end, or stand too deep, are not among them. */
function blocksIn(holes: readonly Expression[]): Map<number, DirectiveBlock> {
  const blocks = new Map<number, DirectiveBlock>()
  const open: { readonly begin: number; otherwise: number | undefined }[] = []
  for (const [at, hole] of holes.entries()) {
    if (hole.kind !== 'directive') continue
    const last = open.at(-1)
    if (hole.word === 'if' || hole.word === 'for') open.push({ begin: at, otherwise: undefined })
    else if (hole.word === 'else' && last !== undefined) last.otherwise = at
    else if ((hole.word === 'endif' || hole.word === 'endfor') && last !== undefined) {
      open.pop()
      if (open.length < DEEPEST) blocks.set(last.begin, { otherwise: last.otherwise, end: at })
    }
  }
  return blocks
}

/** What of a block is written, how often, and with which names; `undefined` where that is not known. */
function turnsOf(
  evaluate: Evaluate,
  directive: Expression & { kind: 'directive' },
  begin: number,
  { otherwise, end }: DirectiveBlock,
  env: Env,
): { begin: number; end: number; names: Env }[] | undefined {
  const { loop, condition } = directive
  if (loop !== undefined)
    return itemsOf(evaluate(loop.collection, env))?.map(([key, value]) => ({
      begin,
      end,
      names: loopNames(loop, key, value, env),
    }))
  const decided = condition === undefined ? undefined : evaluate(condition, env)
  if (decided?.kind !== 'literal' || typeof decided.value !== 'boolean') return undefined
  if (decided.value) return [{ begin, end: otherwise ?? end, names: env }]
  return otherwise === undefined ? [] : [{ begin: otherwise, end, names: env }]
}

function putValue({ text, holes, placed, evaluate }: Template, index: number, env: Env, builder: TextBuilder): void {
  const hole = text.holes[index]
  const expression = holes[index]
  if (hole === undefined) return
  const origin = text.origins[hole.at] ?? 0
  const value = expression === undefined ? undefined : evaluate(expression, env)
  if (value?.kind === 'text') {
    // A text of this file keeps its own places, so that a rule is found where it is written.
    const keeps = value.placed === placed && value.text.value.includes('\n')
    builder.append(keeps ? value.text : { ...value.text, origins: value.text.origins.map(() => origin) })
  } else if (value?.kind === 'literal') builder.add(String(value.value), origin, 0)
  else builder.append(sliceText(text, hole.at, hole.at + hole.length))
}
