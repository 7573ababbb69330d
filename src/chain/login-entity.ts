import type { Identity, StoreAuth } from '../model/store.ts'
import { trimSlashes } from '../model/trim-slashes.ts'
import type { AuthMountFact, RoleFact, VaultState } from '../model/vault-state.ts'
import type { AliasFacts, EntityFacts } from '../policy/template.ts'
import type { Lookup } from './chain.ts'

interface Login {
  readonly auth: StoreAuth | undefined
  readonly role: Lookup<RoleFact> | undefined
  readonly authMount: Lookup<AuthMountFact> | undefined
}

/**
 * What Vault's identity store knows of a login, for `{{identity…}}` in policies (vault.md §2.7, §4.6): the entity is made by the
 * login, has no metadata of its own, and one alias. `undefined`: Git does not tell who logs in.
 */
export function loginEntity(
  identity: Identity | undefined,
  { auth, role, authMount }: Login,
  declared: VaultState,
): EntityFacts | undefined {
  if (auth?.method !== 'kubernetes' || auth.mount === undefined || identity?.type !== 'serviceAccount') return undefined
  const { namespace, name } = identity
  if (namespace === undefined) return undefined
  const byName = role?.found === 'known' && role.fact.fields.alias_name_source === 'serviceaccount_name'
  const mount = trimSlashes(auth.mount)
  const alias: AliasFacts = {
    mount,
    ...accessorOf(authMount),
    ...(isOnlyOfItsType(mount, declared) ? { soleOfType: 'kubernetes' } : {}),
    ...(byName ? { name: `${namespace}/${name}` } : {}),
    metadata: { service_account_name: name, service_account_namespace: namespace },
  }
  return { metadata: {}, aliases: [alias], whole: false }
}

/** Only the server knows it. */
function accessorOf(authMount: Login['authMount']): Pick<AliasFacts, 'mountAccessor'> {
  if (authMount?.found !== 'known') return {}
  const accessor = authMount.fact.accessor ?? authMount.other?.accessor
  return accessor === undefined ? {} : { mountAccessor: accessor }
}

function isOnlyOfItsType(mount: string, { authMounts }: VaultState): boolean {
  const paths = new Set(authMounts.filter(({ type }) => type === 'kubernetes').map(({ path }) => path))
  return paths.size === 1 && paths.has(mount)
}
