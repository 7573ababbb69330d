import type { Lookup, StoreLink } from '../chain/chain.ts'
import { nameProvenance, spanOfProvenance } from '../chain/provenance.ts'
import { vaultNamespaceOf } from '../chain/vault-namespaces.ts'
import { providerPath } from '../eso/provider.ts'
import type { Finding, Fix, RelatedPlace } from '../model/finding.ts'
import type { StoreAuth } from '../model/store.ts'
import type { RoleFact } from '../model/vault-state.ts'
import { counted, forReferences, listed } from '../model/wording.ts'
import { absenceSeverity } from './absence-severity.ts'
import { fingerprint } from './fingerprint.ts'
import type { Rule, RuleFinding } from './rule.ts'
import { spanOrKey } from './span-or-key.ts'

type AbsentRole = Extract<Lookup<RoleFact>, { found: 'absent' }>

/** The store logs in with a role that does not exist: Vault answers 400 `invalid role name` and nothing of the store works. */
export const roleAbsent: Rule = {
  id: 'role-absent',
  title: 'The auth role that a store logs in with does not exist',
  group: 'law',
  severity: 'error',
  *check(chain): Iterable<RuleFinding> {
    for (const link of chain.storeLinks) {
      const { store, role, authMount, links } = link
      if (role?.found !== 'absent' || store.auth?.role === undefined) continue
      // Where the mount itself is not there `auth-mount-absent` says it, and where it is written with `auth/` `auth-config-suspect`.
      if (authMount?.found === 'absent' || store.auth.mount?.startsWith('auth/')) continue
      const { auth } = store
      const told = elsewhere(link, role) ?? missing(link, role)
      const failure =
        auth.method === 'jwt'
          ? `400 \`role "${auth.role}" could not be found\``
          : `400 \`invalid role name "${auth.role}"\``
      yield {
        rule: this.id,
        severity: absenceSeverity(role, store.manifest.origin.applied.verdict),
        headline: `Role \`${auth.role}\` ${role.by === 'vault' ? 'does not exist' : told.isElsewhere === true ? 'is in another Vault namespace' : 'is not in Git'}`,
        why: `${[told.says, ...(role.by === 'vault' || told.isElsewhere === true ? ['Every'] : ['If Vault does not have it either, every'])].filter((part) => part !== '').join(' ')} login fails with ${failure}${forReferences(links.length)}.`,
        does: `logs in with role \`${auth.role}\` of auth mount \`${auth.mount}\`${told.where}`,
        cause: `${auth.mount} ${auth.role} ${told.where}`,
        span: told.span,
        related: told.related,
        fix: told.fix,
        objects: [store.manifest],
        fingerprint: fingerprint(this.id, store.kind, store.namespace, store.name, auth.mount, auth.role),
      }
    }
  },
}

interface Told {
  /** Behind the mount's name. */
  readonly where: string
  readonly says: string
  readonly span: Finding['span']
  readonly related: readonly RelatedPlace[]
  readonly fix: Fix | string
  readonly isElsewhere?: true
}

/** Git writes the very role into another Vault namespace than the one that the store logs in at (eso.md §5.4). */
function elsewhere({ store }: StoreLink, { near }: AbsentRole): Told | undefined {
  const { auth } = store
  const there = near.filter((fact) => fact.name === auth?.role?.toLowerCase() && fact.authMount === auth?.mount)
  const [first] = there
  const asked = vaultNamespaceOf(store, store.authNamespace ?? store.vaultNamespace)
  if (first?.vaultNamespace === undefined || asked === undefined) return undefined
  const field = store.authNamespace === undefined ? ['namespace'] : ['auth', 'namespace']
  const login = `auth:\n  namespace: ${first.vaultNamespace === '' ? '""' : first.vaultNamespace}`
  return {
    where: asked === '' ? ', without a Vault namespace' : ` in Vault namespace \`${asked}\``,
    says: `Git writes it into ${nameNamespace(first.vaultNamespace)} (${nameProvenance(first.provenance)}).`,
    isElsewhere: true,
    span: spanOrKey(store.manifest, [...providerPath(store), ...field]),
    related: placesOf(there),
    fix: {
      lead: 'log in where the role is; `namespace` stays that of the secrets',
      kind: 'insert',
      language: 'yaml',
      text: login,
    },
  }
}

function nameNamespace(name: string): string {
  return name === '' ? 'the root namespace' : `Vault namespace \`${name}\``
}

function missing({ store, authMount }: StoreLink, role: AbsentRole): Told {
  const auth = store.auth as StoreAuth
  const { near, siblings = [] } = role
  const known = near.map((fact) => `\`${fact.name}\` of auth mount \`${fact.authMount}\``)
  // Where the role itself is known, of another mount, it is the mount that is wrong: an overlay's patch may set it.
  const wrong =
    near.length > 0 &&
    near.every(({ name, authMount }) => name === auth.role?.toLowerCase() && authMount !== auth.mount)
  const mountField = auth.method === 'kubernetes' ? 'mountPath' : 'path'
  const span = store.manifest.spanOf([...providerPath(store), 'auth', auth.method, wrong ? mountField : 'role'])
  const create =
    role.by === 'vault'
      ? `create role \`${auth.role}\` on auth mount \`${auth.mount}\`, or name one that exists`
      : `none if Vault has the role; otherwise create it on auth mount \`${auth.mount}\`, or name one that exists`
  if (role.by === 'git' && near.length === 0) {
    const names = [...new Set(siblings.map((fact) => `\`${fact.name}\``))]
    const shown = names.length > 4 ? [...names.slice(0, 3), counted(names.length - 3, 'more', 'more')] : names
    const mount = authMount?.found === 'known' ? ` (${nameProvenance(authMount.fact.provenance)})` : ''
    return {
      where: '',
      says:
        names.length === 0
          ? `Git enables auth mount \`${auth.mount}\`${mount}, and has no role of it.`
          : `Of auth mount \`${auth.mount}\` Git has ${shown.length === 1 ? 'role' : 'roles'} ${listed(shown)}.`,
      span,
      related: placesOf(siblings.slice(0, 4)),
      fix: create,
    }
  }
  const only = near.length === 1 ? near[0] : undefined
  return {
    where: '',
    says: known.length === 0 ? '' : `${role.by === 'vault' ? 'Vault' : 'Git'} has ${listed(known)}.`,
    span,
    related: placesOf(near),
    fix:
      only === undefined
        ? create
        : `write \`${only.authMount === auth.mount ? `role: ${only.name}` : `mountPath: ${only.authMount}`}\`, or create role \`${auth.role}\` on auth mount \`${auth.mount}\``,
  }
}

function placesOf(roles: readonly RoleFact[]): RelatedPlace[] {
  return roles.flatMap((fact) => {
    const span = spanOfProvenance(fact.provenance)
    return span === undefined ? [] : [{ span, message: `role \`${fact.name}\` of auth mount \`${fact.authMount}\`` }]
  })
}
