import type { FieldPath, ValueMap } from '../../../model/value.ts'
import { roleFact } from '../role-fields.ts'
import { type YamlContext, yamlParameters, yamlProvenance } from './yaml-context.ts'
import { isMap, textOf, variablesIn } from './yaml-values.ts'

const ROLE_PATH = /^\/?(?:v1\/)?auth\/(.+)\/role\/([^/]+)$/
const MOUNT_KEYS = ['mount_point', 'mount', 'auth_mount', 'auth_path', 'backend', 'path']
/** A folder name in a role list is no role's name. */
const GROUPS = new Set(['roles', 'role', 'spec', 'data', 'config', 'vars', 'kubernetes_roles'])

/** A role as data: a write to `auth/<mount>/role/<name>` (Ansible's `vault_write`), or a map with the role's own fields. */
export function isWrittenRole(node: ValueMap, path: FieldPath): boolean {
  if (typeof node.path === 'string' && ROLE_PATH.test(node.path) && isMap(node.data)) return true
  return node.bound_service_account_names !== undefined && nameOf(node, path) !== undefined && !isInBankVaults(path)
}

/** Bank-Vaults' own roles lie in `auth[n].roles[n]` and are read with their mount; a write's fields lie in its `data`. */
function isInBankVaults(path: FieldPath): boolean {
  return (path.at(-2) === 'roles' && path.at(-4) === 'auth') || path.at(-1) === 'data'
}

export function readWrittenRole(node: ValueMap, path: FieldPath, context: YamlContext): void {
  const { harvest } = context
  const provenance = yamlProvenance(context, path)
  const written = typeof node.path === 'string' ? ROLE_PATH.exec(node.path) : null
  if (written !== null && isMap(node.data)) {
    const [, authMount = '', name = ''] = written
    const parameters = yamlParameters(context, node.data, [...path, 'data'])
    const unknown = variablesIn(node)
    harvest.roles.push(roleFact({ authMount, name, fields: node.data, unknown, parameters, provenance }))
    return
  }
  const mount = MOUNT_KEYS.map((key) => textOf(node[key])).find((value) => value !== undefined)
  const name = nameOf(node, path) ?? ''
  const { name: _, role: _role, role_name: _roleName, state: _state, ...fields } = node
  for (const key of MOUNT_KEYS) delete (fields as Record<string, unknown>)[key]
  const authMount = (mount ?? 'kubernetes').replace(/^\/?auth\//, '')
  harvest.roles.push(roleFact({ authMount, name, fields, unknown: variablesIn(node), provenance }))
}

function nameOf(node: ValueMap, path: FieldPath): string | undefined {
  const given = textOf(node.name) ?? textOf(node.role_name) ?? textOf(node.role)
  if (given !== undefined) return given
  const key = path.at(-1)
  return typeof key === 'string' && !GROUPS.has(key) ? key : undefined
}
