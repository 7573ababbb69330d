import { groupOf } from '../../../model/kinds.ts'
import type { FieldPath, ValueMap } from '../../../model/value.ts'
import type { YamlContext } from './yaml-context.ts'
import { isList, isMap, textOf } from './yaml-values.ts'

const ROOT_VARIABLES = new Set(['VAULT_DEV_ROOT_TOKEN_ID', 'BAO_DEV_ROOT_TOKEN_ID'])
const ROOT_KEYS = new Set(['devRootToken'])

/**
 * Root tokens in YAML: bank-vaults keeps one in a Secret of its own, and a dev server is told its own (forms.md §6, "token stores").
 * Values of Secrets are compared with the latter, and not kept.
 */
export function readKeptTokens(node: ValueMap, path: FieldPath, { harvest, document }: YamlContext): void {
  if (Array.isArray(node.env))
    for (const item of node.env)
      if (isMap(item) && ROOT_VARIABLES.has(textOf(item.name) ?? '') && typeof item.value === 'string')
        harvest.rootTokens.add(item.value)
  for (const [key, value] of Object.entries(node))
    if ((ROOT_KEYS.has(key) || ROOT_VARIABLES.has(key)) && typeof value === 'string') harvest.rootTokens.add(value)
  for (const key of ['args', 'command'])
    for (const item of isList(node[key]) ? node[key] : []) {
      const root = typeof item === 'string' ? /-dev-root-token-id[= ]([^\s"']+)/.exec(item)?.[1] : undefined
      if (root !== undefined) harvest.rootTokens.add(root)
    }
  if (!isMap(node.metadata) || typeof node.apiVersion !== 'string') return
  const name = textOf(node.metadata.name)
  const namespace = textOf(node.metadata.namespace)
  if (name === undefined) return
  const provenance = { from: 'git', span: document.spanOf(path), form: 'yaml' } as const
  if (node.kind === 'Vault' && groupOf(node.apiVersion) === 'vault.banzaicloud.com')
    harvest.tokens.push({
      secret: `${name}-unseal-keys`,
      namespace,
      key: 'vault-root',
      policies: ['root'],
      noDefaultPolicy: true,
      provenance,
    })
  if (node.kind !== 'Secret') return
  for (const [field, decode] of [
    ['stringData', (text: string) => text],
    ['data', (text: string) => Buffer.from(text, 'base64').toString('utf8')],
  ] as const)
    for (const [key, value] of isMap(node[field]) ? Object.entries(node[field]) : [])
      if (typeof value === 'string' && value.length < 200)
        harvest.secretValues.push({ secret: name, namespace, key, value: decode(value), provenance })
}
