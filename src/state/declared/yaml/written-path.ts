import type { FieldPath, Value, ValueMap } from '../../../model/value.ts'
import { policyFact } from '../harvest.ts'
import { harvestWrite, policyNameIn } from '../path-write.ts'
import { placedBySpans } from '../placed-text.ts'
import { fillTemplates } from './fill-templates.ts'
import { type YamlContext, yamlParameters, yamlProvenance } from './yaml-context.ts'
import { isMap } from './yaml-values.ts'

const SHAPING =
  /^\/?(?:v1\/)?(?:auth\/.+\/(?:role|roles|users|groups|config)(?:\/|$)|sys\/(?:polic(?:y|ies\/acl)|auth|mounts)\/|identity\/(?:entity|group)(?:\/|$))/
/** What is no write: an HTTP method, or an operation of Vault's. */
const READING = /^(?:get|head|delete|list|read|help|scan)$/i

interface Write {
  readonly path: string
  readonly body: ValueMap | undefined
  readonly at: FieldPath
}

/**
 * A write to Vault's API as data: `{path, data}` of Ansible's `vault_write`, of OpenBao's self-init and operator, or of a list that a
 * play goes through; `{url, method, body}` of Ansible's `uri` (forms.md §6). Tells whether the map was one.
 */
export function readWrittenPath(node: ValueMap, path: FieldPath, context: YamlContext): boolean {
  const write = byPath(node, path) ?? byAddress(node, path)
  if (write === undefined || node.state === 'absent') return false
  const { document, source, harvest, variables } = context
  const filled = fillTemplates([write.path, write.body ?? null], variables)
  const [at, data] = filled.value as readonly [string, Value]
  const fields = isMap(data) ? data : {}
  const inPath = fillTemplates(write.path, variables).unknown
  const name = policyNameIn(at)
  if (name === undefined) {
    const parameters = write.body === undefined ? undefined : yamlParameters(context, write.body, write.at)
    harvestWrite(
      {
        path: at,
        fields,
        unknownInPath: inPath,
        unknown: write.body === undefined ? [...filled.unknown, 'the body'] : filled.unknown,
        assumed: filled.assumed,
        parameters,
        provenance: yamlProvenance(context, path),
      },
      harvest,
    )
    return true
  }
  const key = ['policy', 'rules'].find((one) => typeof write.body?.[one] === 'string')
  const text = key === undefined ? undefined : write.body?.[key]
  if (key === undefined || typeof text !== 'string') return true
  const placed = placedBySpans(source, text, (line) => document.spanOfTextLine([...write.at, key], line))
  harvest.policies.push(policyFact({ name, unknown: inPath, placed, form: 'yaml', template: true }))
  return true
}

function byPath(node: ValueMap, path: FieldPath): Write | undefined {
  if (typeof node.path !== 'string' || !SHAPING.test(node.path) || !isMap(node.data)) return undefined
  if (typeof node.operation === 'string' && READING.test(node.operation)) return undefined
  return { path: node.path, body: node.data, at: [...path, 'data'] }
}

function byAddress(node: ValueMap, path: FieldPath): Write | undefined {
  const { url, method = 'GET', body } = node
  if (typeof url !== 'string' || typeof method !== 'string' || READING.test(method)) return undefined
  const at = url.indexOf('/v1/')
  const target = at < 0 ? '' : url.slice(at + 4)
  if (!SHAPING.test(target)) return undefined
  if (isMap(body)) return { path: target, body, at: [...path, 'body'] }
  return { path: target, body: jsonIn(body), at: [...path, 'body'] }
}

function jsonIn(body: Value | undefined): ValueMap | undefined {
  if (typeof body !== 'string') return undefined
  try {
    const value = JSON.parse(body) as Value
    return isMap(value) ? value : undefined
  } catch {
    return undefined
  }
}
