import { at, type FieldPath, stringAt, type Value, type ValueMap } from '../../../model/value.ts'
import type { AuthType } from '../../../model/vault-state.ts'
import { roleFact } from '../role-fields.ts'
import { fillTemplates } from './fill-templates.ts'
import { type YamlContext, yamlProvenance } from './yaml-context.ts'
import { isList, isMap, snakeCase, textOf } from './yaml-values.ts'

/** `vault:kubernetes:AuthBackendRole`, and its long form `vault:kubernetes/authBackendRole:AuthBackendRole`. */
const ROLE = /^vault:(kubernetes|jwt|appRole)(?:\/authBackendRole)?:AuthBackendRole$/
const TYPES: Readonly<Record<string, AuthType>> = { kubernetes: 'kubernetes', jwt: 'jwt', appRole: 'approle' }

/**
 * Roles in a program of Pulumi YAML (forms.md §6): `resources`, each with its `type` and `properties`. `${resource.property}` is what that
 * property says; policies are read as every YAML text is. Programs in other languages are not read.
 */
export function readPulumi(node: ValueMap, path: FieldPath, context: YamlContext): void {
  const { resources } = node
  if (node.runtime === undefined || !isMap(resources)) return
  for (const [key, resource] of Object.entries(resources)) {
    const method = ROLE.exec(stringAt(resource, 'type') ?? '')?.[1]
    const properties = at(resource, 'properties')
    if (method === undefined || !isMap(properties)) continue
    const { value, unknown, assumed } = fillTemplates(resolved(properties, resources), context.variables)
    const { roleName, backend, ...fields } = isMap(value) ? value : {}
    const name = textOf(roleName)
    const type = TYPES[method]
    if (name === undefined || type === undefined) continue
    context.harvest.roles.push(
      roleFact({
        authMount: textOf(backend) ?? type,
        name,
        fields: Object.fromEntries(Object.entries(fields).map(([field, given]) => [snakeCase(field), given])),
        type,
        unknown,
        assumed,
        provenance: yamlProvenance(context, [...path, 'resources', key]),
      }),
    )
  }
}

function resolved(value: Value, resources: ValueMap): Value {
  if (typeof value === 'string')
    return value.replace(/\$\{([\w-]+)\.([\w-]+)\}/g, (whole, resource: string, property: string) => {
      const text = stringAt(resources, resource, 'properties', property)
      return text === undefined || text.includes('${') ? whole : text
    })
  if (isList(value)) return value.map((item) => resolved(item, resources))
  if (isMap(value))
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, resolved(item, resources)]))
  return value
}
