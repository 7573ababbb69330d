import { trimSlashes } from '../../model/trim-slashes.ts'
import type { Wanted, WantedRole } from '../../state/live/live-state.ts'
import { rolePath } from '../../state/live/roles.ts'
import type { Gathered } from '../gather.ts'
import { PURPOSES, type WantedRight } from './ci-purposes.ts'

/** Auth methods whose settings a check reads, as ESO's stores name them and as servers do. */
const CONFIGURED: ReadonlySet<string> = new Set(['kubernetes', 'jwt', 'oidc'])

/** Rights on roles, auth configs and policies of one Vault namespace. */
export function wantsAuth(
  gathered: Gathered,
  namespace: string,
  wanted: Wanted,
): { readonly rights: WantedRight[]; readonly notes: string[] } {
  const rights: WantedRight[] = []
  const policies = new Set(wanted.policies ?? [])
  let everyPolicy = false
  for (const role of wanted.roles ?? []) {
    const type = typeOf(gathered, namespace, role.authMount) ?? role.type
    rights.push({ path: rolePath(role, type), capability: 'read', group: PURPOSES.role })
    const known = policiesOf(gathered, namespace, role)
    if (known === undefined) everyPolicy = true
    for (const name of known ?? []) policies.add(name)
  }
  for (const name of policies) {
    const path = `sys/policies/acl/${name.toLowerCase()}`
    if (!everyPolicy) rights.push({ path, capability: 'read', group: PURPOSES.policy })
  }
  if (everyPolicy) {
    rights.push({ path: 'sys/policies/acl', capability: 'read', below: true, group: PURPOSES.everyPolicy })
  }
  for (const mount of wanted.authMounts ?? []) {
    if (wanted.authConfig !== true || !CONFIGURED.has(typeOf(gathered, namespace, mount) ?? '')) continue
    rights.push({ path: `auth/${trimSlashes(mount)}/config`, capability: 'read', group: PURPOSES.role })
  }
  return { rights, notes: [] }
}

/** As the server tells it, as Git declares it, or as the stores that log in there use it. */
function typeOf({ live, declared, prediction }: Gathered, namespace: string, authMount: string): WantedRole['type'] {
  const path = trimSlashes(authMount)
  const seen = live.get(namespace)?.authMount(path)
  const told = seen?.presence === 'present' ? seen.fact.type : undefined
  const written = declared.state.authMounts.find((mount) => mount.path === path)?.type
  const used = [...prediction.stores, ...prediction.generators].flatMap((store) =>
    'path' in store && store.auth?.mount !== undefined && trimSlashes(store.auth.mount) === path
      ? [store.auth.method]
      : [],
  )[0]
  return (told ?? written ?? used) as WantedRole['type']
}

/** All policies that the role may turn out to have; `undefined`: nobody tells. */
function policiesOf({ live, declared }: Gathered, namespace: string, role: WantedRole): readonly string[] | undefined {
  const mount = trimSlashes(role.authMount)
  const seen = live.get(namespace)?.role(mount, role.name)
  const told = seen?.presence === 'present' ? seen.fact.policies : undefined
  const written = declared.state.roles
    .filter((one) => one.authMount === mount && one.name === role.name.toLowerCase())
    .flatMap((one) => (one.policies === undefined ? [] : [one.policies]))
  if (told === undefined && written.length === 0) return seen?.presence === 'absent' ? [] : undefined
  return [...(told ?? []), ...written.flat()].filter((name) => !name.includes('$'))
}
