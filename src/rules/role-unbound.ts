import type { Link, StoreLink } from '../chain/chain.ts'
import { spanOfProvenance } from '../chain/provenance.ts'
import type { Finding } from '../model/finding.ts'
import type { Identity } from '../model/store.ts'
import type { RoleFact } from '../model/vault-state.ts'
import { forReferences, listed, nameManifest } from '../model/wording.ts'
import { boundTo } from '../policy/bound-names.ts'
import { placesOf } from './common-cause.ts'
import { fingerprint } from './fingerprint.ts'
import type { Rule } from './rule.ts'
import { spanOrKey } from './span-or-key.ts'

type ServiceAccount = Extract<Identity, { type: 'serviceAccount' }>

/** The ServiceAccount that logs in is not one that the role is bound to: every login of the store is refused with 403. */
export const roleUnbound: Rule = {
  id: 'role-unbound',
  title: 'The role is not bound to the ServiceAccount that logs in',
  group: 'law',
  severity: 'error',
  *check(chain): Iterable<Finding> {
    for (const storeLink of chain.storeLinks) {
      const { role, store } = storeLink
      if (role?.found !== 'known' || store.auth?.method !== 'kubernetes') continue
      for (const [account, links] of accountsOf(storeLink)) {
        const refusal = refusalOf(role.fact, account)
        if (refusal === undefined) continue
        yield unbound(this.id, storeLink, role.fact, account, links, refusal)
      }
    }
  },
}

interface Refusal {
  /** What of the ServiceAccount is refused. */
  readonly of: 'name' | 'namespace'
  readonly text: string
  readonly field: string
}

/** With referent authentication each consumer's namespace is an identity of its own (eso.md §5.3). */
function accountsOf({ links }: StoreLink): Map<ServiceAccount, Link[]> {
  const byName = new Map<string, [ServiceAccount, Link[]]>()
  for (const link of links) {
    const { identity } = link.reference
    if (identity?.type !== 'serviceAccount') continue
    const name = `${identity.namespace}/${identity.name}`
    const known = byName.get(name)
    if (known === undefined) byName.set(name, [identity, [link]])
    else known[1].push(link)
  }
  return new Map(byName.values())
}

/** Vault tests the name first, then the namespace (eso.md §5.3); an unknown namespace or a label selector decides nothing. */
function refusalOf(role: RoleFact, account: ServiceAccount): Refusal | undefined {
  const names = role.boundServiceAccountNames
  if (names !== undefined && !hasUnknown(names) && !boundTo(names, account.name)) {
    return {
      of: 'name',
      text: 'service account name not authorized',
      field: `bound_service_account_names=${names.join(',')}`,
    }
  }
  const namespaces = role.boundServiceAccountNamespaces
  if (namespaces === undefined || hasUnknown(namespaces) || account.namespace === undefined) return undefined
  if (role.boundNamespaceSelector !== undefined && role.boundNamespaceSelector !== '') return undefined
  if (boundTo(namespaces, account.namespace)) return undefined
  return {
    of: 'namespace',
    text: 'namespace not authorized',
    field: `bound_service_account_namespaces=${namespaces.join(',')}`,
  }
}

/** Shell or Terraform variables left in a list: what it admits cannot be told (field.md §4). */
function hasUnknown(list: readonly string[]): boolean {
  return list.some((value) => value.includes('$'))
}

function unbound(
  id: string,
  { store }: StoreLink,
  role: RoleFact,
  account: ServiceAccount,
  links: readonly Link[],
  refusal: Refusal,
): Finding {
  const auth = ['spec', 'provider', 'vault', 'auth', 'kubernetes'] as const
  const roleSpan = spanOfProvenance(role.provenance)
  const consumers = [...new Set(links.map((link) => nameManifest(link.reference.manifest)))]
  const who = store.referent
    ? ` for ${listed(consumers.slice(0, 3))}${consumers.length > 3 ? ` and ${consumers.length - 3} more` : ''}`
    : ''
  return {
    rule: id,
    severity: 'error',
    message:
      `${store.kind} \`${store.name}\` logs in as ServiceAccount \`${account.namespace ?? '?'}/${account.name}\`${who}, and role ` +
      `\`${role.name}\` of auth mount \`${role.authMount}\` has ${refusal.field}. Vault answers 403 \`${refusal.text}\`` +
      `${forReferences(links.length)}.`,
    span: spanOrKey(store.manifest, [...auth, 'serviceAccountRef', refusal.of]),
    related: [
      ...(roleSpan === undefined ? [] : [{ span: roleSpan, message: `role \`${role.name}\` is bound here` }]),
      ...(store.referent
        ? placesOf(
            links.map((link) => ({ span: link.reference.span }) as Finding),
            'uses the store',
          )
        : []),
    ],
    fix: `Bind the role to namespace \`${account.namespace ?? '…'}\` and name \`${account.name}\`, or log in with a ServiceAccount that it is bound to.`,
    fingerprint: fingerprint(
      id,
      store.kind,
      store.namespace,
      store.name,
      role.authMount,
      role.name,
      account.namespace,
      account.name,
    ),
  }
}
