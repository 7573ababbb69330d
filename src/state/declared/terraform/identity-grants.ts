import type { Harvest } from '../harvest.ts'
import { attribute, nameIn, type Resource, spanOfResource } from './resources.ts'
import { plainValue } from './terraform-value.ts'

const GRANTING: Readonly<Record<string, string>> = {
  vault_identity_entity: 'identity entity',
  vault_identity_entity_policies: 'identity entity',
  vault_identity_group: 'identity group',
  vault_identity_group_policies: 'identity group',
  vault_ldap_auth_backend_group: 'group',
}
const ALIASES = new Set(['vault_identity_entity_alias', 'vault_identity_group_alias'])

/**
 * Policies that entities and groups add to a token. They concern the auth mounts of their aliases, where Git tells all of these by the
 * accessor of a mount; else any.
 */
export function harvestGrants(resources: readonly Resource[], harvest: Harvest): void {
  const aliases = resources.filter(({ type }) => ALIASES.has(type)).map(mountOfAlias)
  const mounts = aliases.length > 0 && aliases.every((mount) => mount !== undefined) ? aliases : undefined
  for (const resource of resources) {
    const kind = Object.hasOwn(GRANTING, resource.type) ? GRANTING[resource.type] : undefined
    const policies = kind === undefined ? undefined : attribute(resource, 'policies')
    if (kind === undefined || policies === undefined || (policies.kind === 'list' && policies.items.length === 0))
      continue
    const name = nameIn(resource, resource.type === 'vault_ldap_auth_backend_group' ? 'groupname' : 'name')
    const called = name === undefined || name.unknown.length > 0 ? resource.written.node.labels[1] : name.name
    const backend = resource.type === 'vault_ldap_auth_backend_group' ? nameIn(resource, 'backend', 'ldap') : undefined
    harvest.grants.push({
      what: `${kind} ${called ?? ''}`.trim(),
      mounts: backend !== undefined && backend.unknown.length === 0 ? [backend.name] : mounts,
      external: nameIn(resource, 'type')?.name === 'external',
      provenance: { from: 'git', span: spanOfResource(resource), form: 'terraform' },
    })
  }
}

function mountOfAlias(resource: Resource): string | undefined {
  const accessor = attribute(resource, 'mount_accessor')
  const [hole, ...others] = accessor === undefined ? [] : plainValue(accessor).unknown
  return others.length === 0 ? /^auth\/(.+)\/@accessor$/.exec(hole ?? '')?.[1] : undefined
}
