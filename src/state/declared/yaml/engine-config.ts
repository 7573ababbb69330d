import type { FieldPath, Value, ValueMap } from '../../../model/value.ts'
import { authMountFact, mountFact } from '../engine-facts.ts'
import { authTypeOf, roleFact, withoutSecrets } from '../role-fields.ts'
import { type YamlContext, yamlParameters, yamlProvenance } from './yaml-context.ts'
import { isList, isMap, textOf, variablesIn } from './yaml-values.ts'

/** Bank-Vaults' `externalConfig`, under that key or as a file of its own: `auth` and `secrets` are lists of engines. */
export function isEngineConfig(node: ValueMap, key: string | number | undefined): boolean {
  const lists = [node.auth, node.secrets, node.policies].filter(isList)
  if (key === 'externalConfig') return lists.length > 0
  return isEngineList(node.auth) && (isList(node.policies) || isList(node.secrets))
}

function isEngineList(value: Value | undefined): boolean {
  return isList(value) && value.some((item) => isMap(item) && typeof item.type === 'string')
}

/** Reads its auth methods with their roles, and its secret engines; the policies in it are found as strings. */
export function readEngineConfig(node: ValueMap, path: FieldPath, context: YamlContext): void {
  for (const [item, at] of maps(node.auth, [...path, 'auth'])) readAuth(item, at, context)
  for (const [item, at] of maps(node.groups, [...path, 'groups'])) {
    if (!isList(item.policies) || item.policies.length === 0) continue
    const what = `identity group ${textOf(item.name) ?? ''}`.trim()
    context.harvest.grants.push({
      what,
      mounts: undefined,
      external: item.type === 'external',
      provenance: yamlProvenance(context, at),
    })
  }
  for (const [item, at] of maps(node.secrets, [...path, 'secrets'])) {
    const type = textOf(item.type)
    if (type === undefined) continue
    const description = textOf(item.description)
    context.harvest.mounts.push(
      mountFact({
        path: textOf(item.path) ?? type,
        type,
        options: {
          ...(isMap(item.options) ? item.options : {}),
          ...(isMap(item.config) ? { config: item.config } : {}),
        },
        unknown: variablesIn([item.path ?? null, type]),
        provenance: yamlProvenance(context, at),
        ...(description === undefined ? {} : { description }),
      }),
    )
  }
}

function readAuth(item: ValueMap, at: FieldPath, context: YamlContext): void {
  const type = textOf(item.type)
  if (type === undefined) return
  const path = textOf(item.path) ?? type
  const { harvest } = context
  harvest.authMounts.push(
    authMountFact({
      path,
      type,
      unknown: variablesIn(path),
      provenance: yamlProvenance(context, at),
      ...(isMap(item.config) ? { config: withoutSecrets(item.config) } : {}),
    }),
  )
  readUsers(item, path, at, context)
  for (const [role, roleAt] of maps(item.roles, [...at, 'roles'])) {
    const { name, ...fields } = role
    if (typeof name !== 'string') continue
    harvest.roles.push(
      roleFact({
        authMount: path,
        name,
        fields,
        type: authTypeOf(type),
        unknown: variablesIn([path, role]),
        parameters: yamlParameters(context, fields, roleAt),
        provenance: yamlProvenance(context, roleAt),
      }),
    )
  }
}

/** Users of `userpass` are a list, those of `ldap` and `okta` a map; groups of either add policies to a login. */
function readUsers(item: ValueMap, path: string, at: FieldPath, context: YamlContext): void {
  const { harvest } = context
  const listed = maps(item.users, [...at, 'users']).map(
    ([user, userAt]) => [textOf(user.username), user, userAt] as const,
  )
  const mapped = isMap(item.users) ? entries(item.users, [...at, 'users']) : []
  for (const [name, user, userAt] of [...listed, ...mapped]) {
    if (name === undefined) continue
    const { username: _, ...fields } = user
    const type = authTypeOf(textOf(item.type) ?? '')
    const provenance = yamlProvenance(context, userAt)
    harvest.roles.push(
      roleFact({ authMount: path, name, fields, type, unknown: variablesIn([path, user]), provenance }),
    )
  }
  for (const [name, , groupAt] of isMap(item.groups) ? entries(item.groups, [...at, 'groups']) : [])
    harvest.grants.push({
      what: `group ${name}`,
      mounts: [path],
      external: false,
      provenance: yamlProvenance(context, groupAt),
    })
}

function entries(map: ValueMap, path: FieldPath): [string, ValueMap, FieldPath][] {
  return Object.entries(map).flatMap(([name, item]): [string, ValueMap, FieldPath][] =>
    isMap(item) ? [[name, item, [...path, name]]] : [],
  )
}

function maps(value: Value | undefined, path: FieldPath): [ValueMap, FieldPath][] {
  return isList(value)
    ? value.flatMap((item, index): [ValueMap, FieldPath][] => (isMap(item) ? [[item, [...path, index]]] : []))
    : []
}
