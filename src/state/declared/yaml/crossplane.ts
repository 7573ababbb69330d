import { groupOf } from '../../../model/kinds.ts'
import type { FieldPath, Value, ValueMap } from '../../../model/value.ts'
import type { AuthType } from '../../../model/vault-state.ts'
import { authMountFact, mountFact } from '../engine-facts.ts'
import { roleFact } from '../role-fields.ts'
import { fillTemplates } from './fill-templates.ts'
import { type YamlContext, yamlProvenance } from './yaml-context.ts'
import { isList, isMap, snakeCase, textOf } from './yaml-values.ts'

/** The roles of Crossplane's Vault provider, by the first part of their API group; defaults are those of the Terraform provider. */
const ROLES: Readonly<Record<string, AuthType>> = { kubernetes: 'kubernetes', jwt: 'jwt', approle: 'approle' }
const GROUP = /^(\w+)\.vault\.(?:m\.)?(?:upbound\.io|crossplane\.io)$/

/**
 * A managed resource of Crossplane's Vault provider (forms.md §5). Its policies are read as every YAML text is; these are its roles
 * and mounts. Tells whether the map was one of them.
 */
export function readManagedResource(node: ValueMap, path: FieldPath, context: YamlContext): boolean {
  const group = typeof node.apiVersion === 'string' ? GROUP.exec(groupOf(node.apiVersion))?.[1] : undefined
  const spec = node.spec
  if (group === undefined || !isMap(spec) || !isMap(spec.forProvider)) return false
  // One that is only observed writes nothing.
  const policies = spec.managementPolicies
  if (isList(policies) && policies.every((policy) => policy === 'Observe')) return true
  const filled = fillTemplates(spec.forProvider, context.variables)
  const given = isMap(filled.value) ? filled.value : {}
  const { unknown, assumed } = filled
  const provenance = yamlProvenance(context, [...path, 'spec', 'forProvider'])
  const { harvest } = context
  if (node.kind === 'Mount' && typeof given.path === 'string' && typeof given.type === 'string') {
    const options = isMap(given.options) ? given.options : {}
    harvest.mounts.push(mountFact({ path: given.path, type: given.type, options, unknown, provenance }))
    return true
  }
  if (node.kind === 'Backend' && typeof given.type === 'string') {
    const mount = textOf(given.path) ?? given.type
    harvest.authMounts.push(authMountFact({ path: mount, type: given.type, unknown, provenance }))
    return true
  }
  const type = Object.hasOwn(ROLES, group) ? ROLES[group] : undefined
  if (node.kind !== 'AuthBackendRole' || type === undefined) return false
  const { roleName, backend, backendRef, backendSelector, ...fields } = given
  const name = textOf(roleName)
  if (name === undefined) return true
  const named = refName(backendRef)
  const mount = textOf(backend) ?? named ?? (backendSelector === undefined ? type : '${backendSelector}')
  harvest.roles.push(
    roleFact({
      authMount: mount.replace(/^auth\//, ''),
      name,
      fields: Object.fromEntries(Object.entries(fields).map(([key, value]) => [snakeCase(key), value])),
      type,
      unknown: [...unknown, ...(mount.startsWith('${') ? ['backendSelector'] : [])],
      assumed,
      provenance,
    }),
  )
  return true
}

/** The name of the object that stands for the mount; people call it as the mount is called. */
function refName(ref: Value | undefined): string | undefined {
  return isMap(ref) ? textOf(ref.name) : undefined
}
