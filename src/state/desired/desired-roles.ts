import type { Span } from '../../model/span.ts'
import type { Identity } from '../../model/store.ts'
import type { AuthMountFact, RoleFact } from '../../model/vault-state.ts'
import { parseTtl } from '../../policy/duration.ts'
import type { Unplanned } from './desired.ts'
import { type PolicyUser, type PolicyWishes, policyNameOf } from './desired-policies.ts'

/** A Kubernetes role that stores log in with. */
export interface RoleUse extends PolicyUser {
  readonly identities: readonly Identity[]
}

/** Whose token reviews logins (vault.md §7.3), and where the API server is as Vault sees it. */
export interface DesiredReviewer {
  readonly kind: 'pod' | 'client' | 'token' | undefined
  readonly host: string | undefined
  /** PEM text of the API server's CA. */
  readonly caCertificate: string | undefined
}

export interface RoleWishes {
  readonly policy: PolicyWishes
  readonly roleTtl: string | undefined
  readonly reviewer: DesiredReviewer
}

/** The auth mounts that the roles live on, with the config that somebody named, and the roles. */
export function setUpRoles(
  uses: readonly RoleUse[],
  wishes: RoleWishes,
  unplanned: Unplanned[],
): { readonly authMounts: AuthMountFact[]; readonly facts: RoleFact[] } {
  const spans = new Map<string, Span[]>()
  for (const use of uses) spans.set(use.authMount, [...(spans.get(use.authMount) ?? []), ...use.spans])
  return {
    authMounts: [...spans].map(([path, places]) => ({
      path,
      type: 'kubernetes',
      config: configOf(wishes.reviewer),
      unknown: [],
      provenance: { from: 'manifests', spans: places },
    })),
    facts: uses.map((use) => roleFact(use, wishes, unplanned)),
  }
}

/** Only what the config says; what it does not say stays as it is on the server (vault.md §7.2). */
function configOf({ kind, host, caCertificate }: DesiredReviewer): Record<string, unknown> {
  return {
    ...(host === undefined ? {} : { kubernetes_host: host }),
    ...(caCertificate === undefined ? {} : { kubernetes_ca_cert: caCertificate }),
    // `pod`: the server reads its own token and CA again and again. A client must not be reviewed by those.
    ...(kind === 'pod' ? { disable_local_ca_jwt: false } : {}),
    ...(kind === 'client' || (kind === 'token' && caCertificate !== undefined) ? { disable_local_ca_jwt: true } : {}),
  }
}

function roleFact(use: RoleUse, wishes: RoleWishes, unplanned: Unplanned[]): RoleFact {
  const names = new Set<string>()
  const namespaces = new Set<string>()
  const accounts = new Set<string>()
  const audiences: (readonly string[])[] = []
  for (const identity of use.identities) {
    if (identity.type === 'serviceAccount' && identity.namespace !== undefined && identity.name !== '') {
      names.add(identity.name)
      namespaces.add(identity.namespace)
      accounts.add(`${identity.namespace}/${identity.name}`)
      audiences.push(identity.audiences)
    }
  }
  const unknown = use.identities.find((one) => one.type !== 'serviceAccount' || one.namespace === undefined)
  if (unknown !== undefined) unplanned.push({ message: untold(use, unknown), span: use.spans[0], weight: 'note' })
  if (accounts.size > 0 && names.size * namespaces.size > accounts.size) {
    const message =
      `Role \`${use.role}\` binds names and namespaces apart, so it also admits combinations that no store uses:` +
      ` ${[...names].sort().join(', ')} in each of ${[...namespaces].sort().join(', ')}. Use one role for each ServiceAccount to avoid that.`
    unplanned.push({ message, span: use.spans[0], weight: 'note' })
  }
  const common = commonAudiences(audiences)
  if (common === 'differs') {
    const message = `The stores of role \`${use.role}\` ask for different audiences; a role checks one or none, so none is planned.`
    unplanned.push({ message, span: use.spans[0], weight: 'note' })
  }
  const fields = roleTtl(wishes.roleTtl, use, unplanned)
  return {
    authMount: use.authMount,
    type: 'kubernetes',
    name: use.role,
    policies: [policyNameOf(use, wishes.policy.name)],
    noDefaultPolicy: false,
    boundServiceAccountNames: [...names].sort(),
    boundServiceAccountNamespaces: [...namespaces].sort(),
    ...(common === 'differs' || common.length === 0 ? {} : { audiences: common }),
    fields,
    unknown: [],
    provenance: { from: 'manifests', spans: use.spans },
  }
}

function untold(use: RoleUse, identity: Identity): string {
  const who =
    identity.type === 'controller'
      ? "ESO's own ServiceAccount, which the manifests do not name"
      : identity.type === 'secret'
        ? `a token held in Secret \`${identity.name}\`, whose ServiceAccount the manifests do not name`
        : 'a ServiceAccount that the manifests do not name'
  return `Role \`${use.role}\` is also used by ${who}: give the store a \`serviceAccountRef\` with name and namespace, so that the role can be bound to it.`
}

/**
 * The audiences that every login asks for; the role may check any one of them. ESO asks for none unless
 * `serviceAccountRef.audiences` says so (eso.md §0.22), and then the role must check none (vault.md §7.3).
 */
function commonAudiences(asked: readonly (readonly string[])[]): readonly string[] | 'differs' {
  const [first, ...rest] = asked
  if (first === undefined || asked.every((one) => one.length === 0)) return []
  const common = first.filter((audience) => rest.every((one) => one.includes(audience)))
  return common.length === 0 ? 'differs' : common
}

function roleTtl(ttl: string | undefined, use: RoleUse, unplanned: Unplanned[]): Record<string, unknown> {
  if (ttl === undefined) return {}
  const parsed = parseTtl(ttl)
  if ('seconds' in parsed) return { token_ttl: Math.floor(parsed.seconds) }
  const message = `\`setup.role.ttl: ${ttl}\` is no duration (${parsed.error}); write \`1h\` or a number of seconds.`
  unplanned.push({ message, span: use.spans[0], weight: 'blocked' })
  return {}
}
