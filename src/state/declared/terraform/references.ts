import { trimSlashes } from '../../../model/trim-slashes.ts'
import { buildText } from '../symbolic-text.ts'
import { itemsOf } from './collections.ts'
import type { Place } from './evaluating.ts'
import type { Block, Expression, Step } from './hcl-expression.ts'
import { blockValue } from './instances.ts'
import { policyDocument } from './policy-document.ts'
import { type Env, knownText, type TerraformValue, textValue, unknownValue } from './terraform-value.ts'
import type { Written } from './written.ts'

/** Attributes by which one resource names another. */
const DEFAULT_PATHS: Readonly<Record<string, string>> = {
  vault_jwt_auth_backend: 'jwt',
  vault_kubernetes_auth_backend_config: 'kubernetes',
}

/** What `var.x`, `local.x`, `each.key`, `module.m.output`, `vault_policy.p["a"].name` and the like stand for. */
export function lookUpReference(node: Expression & { kind: 'reference' }, place: Place): TerraformValue {
  const { root, steps } = node
  const { env, placed, evaluator, unknown } = place
  const [first, second] = steps
  const named = env.get(root)
  if (named !== undefined) return stepInto(named, steps, place)
  const name = first?.kind === 'name' ? first.name : undefined
  if (root === 'path' && (name === 'module' || name === 'root')) return textValue('.', placed, node.from)
  if (name === undefined) return unknown
  const { module } = evaluator
  if (root === 'local') return stepInto(localValue(name, place), steps.slice(1), place)
  if (root === 'var') return stepInto(variableValue(name, place), steps.slice(1), place)
  if (root === 'module') return moduleOutput(name, steps.slice(1), place)
  const isData = root === 'data'
  const typed = isData ? (second?.kind === 'name' ? second.name : '') : name
  const written = module.byAddress.get(isData ? `data.${name}.${typed}` : `${root}.${name}`)
  return written === undefined ? unknown : stepInto(blockValue(written, evaluator), steps.slice(isData ? 2 : 1), place)
}

function localValue(name: string, { evaluator, unknown }: Place): TerraformValue {
  const written = evaluator.module.locals.get(name)
  return written === undefined ? unknown : named(evaluator.evaluate(written), `local.${name}`)
}

function variableValue(name: string, { evaluator, unknown }: Place): TerraformValue {
  const { given, values, defaults } = evaluator.module
  const told = given(name)
  if (told !== undefined && !isNull(told.value)) {
    for (const one of told.assumed) evaluator.assumed.add(one)
    return named(told.value, `var.${name}`)
  }
  const set = values.get(name)
  if (set !== undefined) return evaluator.evaluate(set)
  const initial = defaults.get(name)
  if (initial === undefined) return unknown
  const value = evaluator.evaluate(initial)
  // A default that says nothing says it of no value.
  if (isNull(value)) return unknown
  evaluator.assumed.add(`var.${name}`)
  return value
}

function isNull(value: TerraformValue): boolean {
  return value.kind === 'literal' && value.value === null
}

/** What is not known is called by the name that stands here, which says more than the expression behind it. */
function named(value: TerraformValue, name: string): TerraformValue {
  return value.kind === 'unknown' ? unknownValue(name) : value
}

function moduleOutput(name: string, steps: readonly Step[], place: Place): TerraformValue {
  const { evaluator, unknown } = place
  const calls = evaluator.module.callsOf(name)
  const [first] = steps
  const key = first?.kind === 'index' ? knownText(evaluator.evaluate({ ...place, node: first.index }, place.env)) : ''
  const called = calls.find((call) => call.key === key) ?? (calls.length === 1 ? calls[0] : undefined)
  const left = first?.kind === 'index' ? steps.slice(1) : steps
  const output = left[0]?.kind === 'name' ? called?.output(left[0].name) : undefined
  return output === undefined ? unknown : stepInto(output, left.slice(1), place)
}

/** Goes into a value step by step. */
export function stepInto(start: TerraformValue, steps: readonly Step[], place: Place): TerraformValue {
  let value = start
  for (const [index, step] of steps.entries()) {
    if (step.kind === 'all') {
      const items = itemsOf(value)?.map(([, item]) => stepInto(item, steps.slice(index + 1), place))
      return items === undefined ? place.unknown : { kind: 'list', items }
    }
    // Of a block whose instances are not known, one stands for each.
    if (step.kind === 'index' && value.kind === 'resource') continue
    const key =
      step.kind === 'name' ? step.name : knownText(place.evaluator.evaluate({ ...place, node: step.index }, place.env))
    const next = key === undefined ? undefined : memberOf(value, key, place)
    if (next === undefined) return place.unknown
    value = next
  }
  return value
}

function memberOf(value: TerraformValue, key: string, place: Place): TerraformValue | undefined {
  switch (value.kind) {
    case 'object':
      return Object.hasOwn(value.entries, key) ? value.entries[key] : undefined
    case 'list':
      return value.items[Number(key)]
    case 'instances':
      return value.items.find(([name]) => name === key)?.[1]
    case 'resource':
      return attributeOf(value, key, place)
    default:
      return undefined
  }
}

function attributeOf(
  { written, env }: TerraformValue & { kind: 'resource' },
  name: string,
  place: Place,
): TerraformValue | undefined {
  const { node, placed } = written
  const { evaluator } = place
  const type = node.labels[0] ?? ''
  if (node.type === 'data' && type === 'vault_policy_document')
    return name === 'hcl' ? policyDocument(written, env, evaluator) : undefined
  // Only the server knows it; whose it is can be told (vault-config-operator writes it in these words).
  if (name === 'accessor') return accessorOf(written, env, place)
  const isVaults = type.startsWith('vault_')
  const names =
    isVaults && name === 'id' ? ['path', 'name', 'type'] : isVaults && name === 'path' ? ['path', 'type'] : [name]
  for (const one of names) {
    const attribute = node.body.attributes.get(one)
    if (attribute !== undefined) return evaluator.evaluate({ ...written, node: attribute }, env)
  }
  const blocks = node.body.blocks.filter((block) => block.type === name)
  if (blocks.length > 0)
    return {
      kind: 'list',
      items: blocks.map((block) => ({
        kind: 'object',
        entries: Object.fromEntries(
          [...block.body.attributes].map(([key, attribute]) => [
            key,
            evaluator.evaluate({ ...written, node: attribute }, env),
          ]),
        ),
      })),
    }
  const usual = name === 'path' && Object.hasOwn(DEFAULT_PATHS, type) ? DEFAULT_PATHS[type] : undefined
  return usual === undefined ? undefined : textValue(usual, placed, node.from)
}

function accessorOf(written: Written<Block>, env: Env, place: Place): TerraformValue | undefined {
  const { node, placed } = written
  const attribute = node.body.attributes.get('path') ?? node.body.attributes.get('type')
  const path =
    attribute === undefined ? undefined : knownText(place.evaluator.evaluate({ ...written, node: attribute }, env))
  if (path === undefined || !node.labels[0]?.startsWith('vault_')) return undefined
  const text = buildText()
  text.addHole({ name: `auth/${trimSlashes(path)}/@accessor`, quoted: true }, node.from)
  return { kind: 'text', placed, text: text.done() }
}
