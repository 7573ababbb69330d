import { trimSlashes } from '../../model/trim-slashes.ts'
import type { InNamespace, Provenance, RoleFact, RoleParameter } from '../../model/vault-state.ts'
import { authMountFact, mountFact } from './engine-facts.ts'
import type { Harvest } from './harvest.ts'
import { type FieldValues, listOf, roleFact, withoutSecrets } from './role-fields.ts'

/** A write to a path of Vault's API, in whatever form: `vault write`, `curl`, an Ansible task, a list of `{path, data}`. */
export interface PathWrite extends InNamespace {
  /** As written; `/v1/` and slashes at the ends do not matter. */
  readonly path: string
  readonly fields: FieldValues
  /** Holes in the path, and in the path and the fields together. */
  readonly unknownInPath: readonly string[]
  readonly unknown: readonly string[]
  readonly assumed?: readonly string[] | undefined
  /** What may write more than is seen: a program that is not followed. */
  readonly open?: readonly string[] | undefined
  readonly parameters?: readonly RoleParameter[] | undefined
  readonly provenance: Provenance
}

/** `sys/policies/acl/NAME` and its old form; `undefined` for another path. */
export function policyNameIn(path: string): string | undefined {
  return /^(?:v1\/)?sys\/polic(?:y|ies\/acl)\/(.+)$/.exec(trimSlashes(path))?.[1]
}

/** Turns a write into facts; policies are the caller's, who knows where their text stands. Tells whether the path shapes a Vault. */
export function harvestWrite(write: PathWrite, harvest: Harvest): RoleFact | boolean {
  const path = trimSlashes(write.path).replace(/^v1\//, '')
  const { fields, unknown, unknownInPath, assumed, open, parameters, provenance, vaultNamespace } = write
  const where = { provenance, ...(vaultNamespace === undefined ? {} : { vaultNamespace }) }
  const [, engine, at = ''] = /^sys\/(mounts|auth)\/(.+?)$/.exec(path) ?? []
  if (engine !== undefined) {
    if (typeof fields.type !== 'string' || path.endsWith('/tune')) return false
    const parts = { path: at, type: fields.type, unknown, ...where }
    if (engine === 'auth') harvest.authMounts.push(authMountFact(parts))
    else harvest.mounts.push(mountFact({ ...parts, version: versionIn(fields.options) }))
    return true
  }
  const identity = /^identity\/(entity|group)(?:\/(?:id|name)\/(.+))?$/.exec(path)
  if (identity !== null) return harvestIdentity(identity[1] ?? '', identity[2], write, harvest)
  const config = /^auth\/(.+)\/config$/.exec(path)?.[1]
  if (config !== undefined) {
    const parts = { path: config, type: undefined, config: withoutSecrets(fields), unknown: unknownInPath, ...where }
    harvest.authMounts.push(authMountFact(parts))
    return true
  }
  const role = /^auth\/(.+)\/(role|roles|users|groups|certs|map\/[a-z-]+)\/((?:\$\{[^}]*\}|[^/])+)$/.exec(path)
  if (role === null) return false
  const [, authMount = '', kind, name = ''] = role
  if (kind === 'groups' || kind?.startsWith('map/')) {
    harvest.grants.push({ what: `group ${name}`, mounts: [trimSlashes(authMount)], external: false, provenance })
    return true
  }
  const fact = roleFact({
    authMount,
    name,
    fields: kind === 'roles' ? { ...fields, token_policies: fields.allowed_policies ?? null } : fields,
    unknown,
    ...where,
    ...(parameters === undefined ? {} : { parameters }),
    ...(kind === 'users' ? { type: /ldap/.test(authMount) ? 'ldap' : 'userpass' } : {}),
    ...(kind === 'roles' ? { type: 'token' } : {}),
    ...(assumed === undefined ? {} : { assumed }),
    ...(open === undefined ? {} : { open }),
  })
  harvest.roles.push(fact)
  return fact
}

function harvestIdentity(kind: string, named: string | undefined, write: PathWrite, harvest: Harvest): boolean {
  const { fields, unknown, provenance } = write
  const policies = listOf(fields.policies, unknown)
  if (fields.policies === undefined || policies?.length === 0) return false
  const name = named ?? (typeof fields.name === 'string' ? fields.name : undefined)
  const what = `identity ${kind}${name === undefined ? '' : ` ${name}`}`
  const external = kind === 'entity' ? false : fields.type === undefined ? undefined : fields.type === 'external'
  harvest.grants.push({ what, mounts: undefined, external, provenance })
  return true
}

function versionIn(options: unknown): unknown {
  if (typeof options === 'object' && options !== null) return (options as Record<string, unknown>).version
  return typeof options === 'string'
    ? /version=(\d)|"version"\s*:\s*"?(\d)/.exec(options)?.slice(1).find(Boolean)
    : undefined
}
