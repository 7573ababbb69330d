import type { SourceFile } from '../../../files/source-file.ts'
import type { FieldPath, ValueMap } from '../../../model/value.ts'
import { roleFact } from '../role-fields.ts'
import { fillTemplates } from './fill-templates.ts'
import { type YamlContext, yamlProvenance } from './yaml-context.ts'
import { isMap, textOf } from './yaml-values.ts'

const MOUNT_KEYS = ['mount_point', 'mount', 'auth_mount', 'auth_path', 'backend', 'path']
/** A folder name in a role list is no role's name. */
const GROUPS = new Set(['roles', 'role', 'spec', 'data', 'config', 'vars', 'kubernetes_roles', 'body'])

/** A role as data: a map with the role's own fields, and a name. */
export function isWrittenRole(node: ValueMap, path: FieldPath, { source }: YamlContext): boolean {
  if (node.state === 'absent') return false
  return (
    node.bound_service_account_names !== undefined && nameOf(node, path, source) !== undefined && !isInAnother(path)
  )
}

/** Bank-Vaults' own roles lie in `auth[n].roles[n]` and are read with their mount; a write's fields lie in its `data`. */
function isInAnother(path: FieldPath): boolean {
  return (path.at(-2) === 'roles' && path.at(-4) === 'auth') || path.at(-1) === 'data' || path.at(-1) === 'body'
}

export function readWrittenRole(node: ValueMap, path: FieldPath, context: YamlContext): void {
  const filled = fillTemplates(node, context.variables)
  const map = isMap(filled.value) ? filled.value : node
  const mount = MOUNT_KEYS.map((key) => textOf(map[key])).find((value) => value !== undefined)
  const name = nameOf(map, path, context.source) ?? ''
  const { name: _, role: _role, role_name: _roleName, state: _state, ...fields } = map
  for (const key of MOUNT_KEYS) delete (fields as Record<string, unknown>)[key]
  context.harvest.roles.push(
    roleFact({
      authMount: (mount ?? 'kubernetes').replace(/^\/?auth\//, ''),
      name,
      fields,
      unknown: filled.unknown,
      assumed: filled.assumed,
      provenance: yamlProvenance(context, path),
    }),
  )
}

function nameOf(node: ValueMap, path: FieldPath, { relative }: SourceFile): string | undefined {
  const given = textOf(node.name) ?? textOf(node.role_name) ?? textOf(node.role)
  if (given !== undefined) return given
  const key = path.at(-1)
  // A file of its own in a folder of roles is called as the role is.
  if (key === undefined) return /(?:^|\/)[\w-]*roles?\/([^/]+)\.(?:ya?ml|json)$/.exec(relative)?.[1]
  return typeof key === 'string' && !GROUPS.has(key) ? key : undefined
}
