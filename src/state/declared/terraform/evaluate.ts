import { itemsOf, loopNames } from './collections.ts'
import type { Evaluating } from './evaluating.ts'
import { callFunction } from './functions.ts'
import type { Expression } from './hcl-expression.ts'
import type { TerraformModule } from './module.ts'
import { applyOperator } from './operators.ts'
import { lookUpReference, stepInto } from './references.ts'
import { fillTemplate } from './template-text.ts'
import {
  type Env,
  type Evaluated,
  knownText,
  NO_NAMES,
  sameValue,
  type TerraformValue,
  unknownValue,
} from './terraform-value.ts'
import type { Written } from './written.ts'

const LONGEST_TEXT = 200_000
/** Locals of locals of locals: no module that people wrote goes on like this. */
const DEEPEST = 100

/** Long texts and lists cost what they are long. */
function costOf(value: TerraformValue): number {
  if (value.kind === 'text') return value.text.value.length >> 6
  return value.kind === 'list' ? value.items.length >> 3 : 0
}

/** Evaluates expressions of one module. What depends on state, or on an input that nothing gives, is `unknown`, by its text. */
export class Evaluator implements Evaluating {
  readonly module: TerraformModule
  /** Variables that were taken at their default so far. */
  readonly assumed = new Set<string>()

  constructor(module: TerraformModule) {
    this.module = module
  }

  /** `env`: the names beside those of the module. */
  evaluate(written: Written<Expression>, env: Env = NO_NAMES): TerraformValue {
    const { module } = this
    const { node, placed } = written
    const unknown = unknownValue(placed.text.slice(node.from, node.to))
    // Only what no loop gives a meaning of its own is worth keeping.
    if (env.size > 0) return this.#within(written, env, unknown)
    const before = module.known.get(node)
    // One that is met again while it is evaluated refers to itself.
    if (before === undefined && module.known.has(node)) return unknown
    if (before !== undefined) {
      for (const name of before.assumed) this.assumed.add(name)
      return before.value
    }
    module.known.set(node, undefined)
    const inner = new Evaluator(module)
    const value = inner.#within(written, env, unknown)
    const evaluated: Evaluated = { value, assumed: [...inner.assumed] }
    module.known.set(node, evaluated)
    for (const name of inner.assumed) this.assumed.add(name)
    return value
  }

  #within(written: Written<Expression>, env: Env, unknown: TerraformValue): TerraformValue {
    const { budget } = this.module
    if (budget.depth >= DEEPEST || budget.steps-- <= 0) return unknown
    budget.depth++
    const value = this.#node(written, env, unknown)
    budget.depth--
    budget.steps -= costOf(value)
    const tooLong = value.kind === 'text' && value.text.value.length > LONGEST_TEXT
    return tooLong ? unknown : value
  }

  #node({ node, placed, source }: Written<Expression>, env: Env, unknown: TerraformValue): TerraformValue {
    const inner = (expression: Expression, names: Env = env) =>
      this.evaluate({ node: expression, placed, source }, names)
    switch (node.kind) {
      case 'text':
        return { kind: 'text', placed, text: fillTemplate(node.text, node.holes, placed, env, inner) }
      case 'list':
        return { kind: 'list', items: node.items.map((item) => inner(item)) }
      case 'object': {
        const entries: [string, TerraformValue][] = []
        for (const { key, value } of node.entries) {
          const name = knownText(inner(key))
          if (name === undefined) return unknown
          entries.push([name, inner(value)])
        }
        return { kind: 'object', entries: Object.fromEntries(entries) }
      }
      case 'literal':
        return { kind: 'literal', value: node.value }
      case 'call':
        return callFunction(
          node,
          node.args.map((arg) => inner(arg)),
          { placed, source, module: this.module, unknown },
        )
      case 'reference':
        return lookUpReference(node, { placed, source, env, unknown, evaluator: this })
      case 'access':
        return stepInto(inner(node.of), node.steps, { placed, source, env, unknown, evaluator: this })
      case 'not': {
        const of = inner(node.of)
        return of.kind === 'literal' && typeof of.value === 'boolean' ? { kind: 'literal', value: !of.value } : unknown
      }
      case 'binary':
        return applyOperator(node.operator, inner(node.left), inner(node.right)) ?? unknown
      case 'choice': {
        const condition = inner(node.condition)
        if (condition.kind === 'literal' && typeof condition.value === 'boolean')
          return inner(condition.value ? node.yes : node.no)
        const [yes, no] = [inner(node.yes), inner(node.no)]
        return sameValue(yes, no) === true ? yes : unknown
      }
      case 'for':
        return this.#for(node, env, inner) ?? unknown
      default:
        return unknown
    }
  }

  #for(
    node: Expression & { kind: 'for' },
    env: Env,
    inner: (expression: Expression, names?: Env) => TerraformValue,
  ): TerraformValue | undefined {
    const items = itemsOf(inner(node.loop.collection))
    if (items === undefined) return undefined
    const made: [string, TerraformValue][] = []
    for (const [key, value] of items) {
      const names = loopNames(node.loop, key, value, env)
      const filter = node.filter === undefined ? undefined : inner(node.filter, names)
      if (filter !== undefined && !(filter.kind === 'literal' && typeof filter.value === 'boolean')) return undefined
      if (filter?.kind === 'literal' && filter.value === false) continue
      const name = node.key === undefined ? '' : knownText(inner(node.key, names))
      if (name === undefined) return undefined
      made.push([name, inner(node.value, names)])
    }
    return node.key === undefined
      ? { kind: 'list', items: made.map(([, value]) => value) }
      : { kind: 'object', entries: Object.fromEntries(made) }
  }
}
