import type { Harvest } from '../harvest.ts'
import { spanBetween } from '../placed-text.ts'
import { listOf } from '../role-fields.ts'
import type { Expression } from './hcl-expression.ts'
import type { Resource } from './resources.ts'
import { knownText, plainValue } from './terraform-value.ts'

/** `kubernetes_secret { data = { token = vault_token.x.client_token } }`: the token that a store may use (forms.md §6). */
export function readKeptToken({ written, module, evaluator, env }: Resource, harvest: Harvest): void {
  const { node, placed } = written
  const evaluate = (expression: Expression | undefined) =>
    expression === undefined ? undefined : evaluator.evaluate({ ...written, node: expression }, env)
  const metadata = node.body.blocks.find(({ type }) => type === 'metadata')?.body.attributes
  const secret = knownText(evaluate(metadata?.get('name')))
  const data = node.body.attributes.get('data')
  if (secret === undefined || data?.kind !== 'object') return
  for (const { key, value } of data.entries) {
    const token = tokenIn(value)
    const resource = token === undefined ? undefined : module.byAddress.get(`vault_token.${token}`)
    const policies = resource?.node.body.attributes.get('policies')
    if (resource === undefined || policies === undefined) continue
    const plain = plainValue(evaluator.evaluate({ ...resource, node: policies }, env))
    const names = listOf(plain.value, plain.unknown)
    if (names === undefined) continue
    const withoutDefault = resource.node.body.attributes.get('no_default_policy')
    harvest.tokens.push({
      secret,
      namespace: knownText(evaluate(metadata?.get('namespace'))),
      key: knownText(evaluate(key)),
      policies: names.map((name) => name.toLowerCase()).filter((name) => name !== 'default'),
      noDefaultPolicy: withoutDefault?.kind === 'literal' && withoutDefault.value === true,
      provenance: { from: 'git', span: spanBetween(placed, value.from, value.to), form: 'terraform' },
    })
  }
}

/** The name of the `vault_token` whose token the expression is. */
function tokenIn(value: Expression): string | undefined {
  if (value.kind !== 'reference' || value.root !== 'vault_token') return undefined
  const [name, ...rest] = value.steps
  const last = rest.at(-1)
  return name?.kind === 'name' && last?.kind === 'name' && last.name === 'client_token' ? name.name : undefined
}
