import type { Span } from '../../../model/span.ts'
import { spanBetween } from '../placed-text.ts'
import { Evaluator } from './evaluate.ts'
import type { Block } from './hcl-expression.ts'
import { instancesOf } from './instances.ts'
import type { TerraformModule } from './module.ts'
import { type Env, plainValue, type TerraformValue } from './terraform-value.ts'
import type { Written } from './written.ts'

/** One resource, as `for_each` and `count` make it. */
export interface Resource {
  readonly type: string
  readonly written: Written<Block>
  readonly module: TerraformModule
  readonly env: Env
  /** Its own, so that what it assumes is told of this resource alone. */
  readonly evaluator: Evaluator
}

export function resourcesOf(module: TerraformModule, isWanted: (type: string) => boolean): Resource[] {
  return module.blocks.flatMap((written) => {
    const type = written.node.labels[0] ?? ''
    if (written.node.type !== 'resource' || !isWanted(type)) return []
    return instancesOf(written, new Evaluator(module)).map(({ env }) => ({
      type,
      written,
      module,
      env,
      evaluator: new Evaluator(module),
    }))
  })
}

export function spanOfResource({ written: { node, placed } }: Resource): Span {
  return spanBetween(placed, node.from, node.to)
}

export function attribute({ written, env, evaluator }: Resource, name: string): TerraformValue | undefined {
  const node = written.node.body.attributes.get(name)
  return node === undefined ? undefined : evaluator.evaluate({ ...written, node }, env)
}

/** An attribute that names something; `otherwise` where it is not given. */
export function nameIn(resource: Resource, key: string, otherwise?: string) {
  const value = attribute(resource, key)
  if (value === undefined)
    return otherwise === undefined ? undefined : { name: otherwise, unknown: [] as readonly string[] }
  const plain = plainValue(value)
  return { name: String(plain.value), unknown: plain.unknown }
}

/** All attributes as data. `meta` arguments of Terraform itself are no fields. */
export function fieldsOf(resource: Resource, leftOut: readonly string[]) {
  const fields: Record<string, unknown> = {}
  const unknown = new Set<string>()
  for (const key of resource.written.node.body.attributes.keys()) {
    if (leftOut.includes(key) || ['count', 'for_each', 'depends_on', 'provider', 'namespace'].includes(key)) continue
    const value = attribute(resource, key)
    if (value === undefined || (value.kind === 'literal' && value.value === null)) continue
    const plain = plainValue(value)
    fields[key] = plain.value
    for (const name of plain.unknown) unknown.add(name)
  }
  return { fields, unknown: [...unknown] }
}
