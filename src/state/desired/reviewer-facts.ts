import type { Manifest } from '../../model/manifest.ts'
import type { Span } from '../../model/span.ts'
import type { Value, ValueMap } from '../../model/value.ts'

export interface ServiceAccount {
  readonly namespace: string
  readonly name: string
}

/**
 * Whose token asks the API server about a login (vault.md §7.3): the server's own pod, the client itself, or a token that
 * somebody pasted into the config. `unknown`: the server does not tell whether a token is set (before Vault 1.16).
 */
export type ReviewerKind = 'pod' | 'client' | 'token' | 'unknown'

/** A binding of ClusterRole `system:auth-delegator`, or of a role of one's own that may create TokenReviews. */
export interface ReviewBinding {
  readonly subjects: readonly ServiceAccount[]
  /** Groups such as `system:serviceaccounts:apps`, which stand for every ServiceAccount (of a namespace). */
  readonly groups: readonly string[]
  readonly name: string
  readonly span: Span
}

export interface ReviewerFacts {
  readonly kind: ReviewerKind
  /** The reviewer's token is a copy: it goes stale when its pod, Secret or lifetime ends, and then every login fails with 403. */
  readonly staticToken: boolean
  /** Who needs the TokenReview right; empty for `pod` and `token`, where Git does not tell whose token it is. */
  readonly needs: readonly (ServiceAccount & { readonly grantedBy: ReviewBinding | undefined })[]
  /** All bindings that Git holds. */
  readonly bindings: readonly ReviewBinding[]
}

/** What `auth/<mount>/config` makes of the reviewer. A missing key is "unknown", not false (vault.md §4.6). */
export function reviewerKind(config: Readonly<Record<string, unknown>>): ReviewerKind {
  if (config.token_reviewer_jwt_set === true || typeof config.token_reviewer_jwt === 'string') return 'token'
  if (config.disable_local_ca_jwt === true) return config.token_reviewer_jwt_set === false ? 'client' : 'unknown'
  return config.token_reviewer_jwt_set === false ? 'pod' : 'unknown'
}

/** For the rules about reviewers: which kind is set up, whether its token is static, and who lacks the RBAC that it needs. */
export function reviewerFacts(
  manifests: readonly Manifest[],
  config: Readonly<Record<string, unknown>>,
  clients: readonly ServiceAccount[],
): ReviewerFacts {
  const bindings = reviewBindings(manifests)
  const kind = reviewerKind(config)
  return {
    kind,
    // A token beside the pod's own files says that it was pasted although nobody had to (vault.md §7.3).
    staticToken: kind === 'token',
    needs:
      kind === 'client'
        ? clients.map((client) => ({ ...client, grantedBy: bindings.find((binding) => grants(binding, client)) }))
        : [],
    bindings,
  }
}

/** Every binding in Git that lets somebody create TokenReviews; only a ClusterRoleBinding does, for they are cluster-scoped. */
export function reviewBindings(manifests: readonly Manifest[]): ReviewBinding[] {
  const roles = new Set(['system:auth-delegator', 'cluster-admin'])
  for (const manifest of manifests) if (createsReviews(manifest)) roles.add(manifest.name)
  return manifests.flatMap((manifest) => {
    if (manifest.kind !== 'ClusterRoleBinding') return []
    const role = asMap(manifest.body.roleRef)
    if (role === undefined || role.kind !== 'ClusterRole' || !roles.has(String(role.name))) return []
    const subjects = asList(manifest.body.subjects).map(asMap)
    return [
      {
        name: manifest.name,
        span: manifest.span,
        subjects: subjects.flatMap((subject) =>
          subject?.kind === 'ServiceAccount' && typeof subject.name === 'string'
            ? [{ namespace: String(subject.namespace ?? ''), name: subject.name }]
            : [],
        ),
        groups: subjects.flatMap((subject) => (subject?.kind === 'Group' ? [String(subject.name)] : [])),
      },
    ]
  })
}

function createsReviews(manifest: Manifest): boolean {
  if (manifest.kind !== 'ClusterRole') return false
  return asList(manifest.body.rules).some((entry) => {
    const rule = asMap(entry)
    const has = (field: string, ...values: string[]) =>
      asList(rule?.[field]).some((value) => value === '*' || values.includes(String(value)))
    return has('apiGroups', 'authentication.k8s.io') && has('resources', 'tokenreviews') && has('verbs', 'create')
  })
}

/** Whether the binding gives the right to the ServiceAccount, by name or by one of its groups. */
export function grants(binding: ReviewBinding, { namespace, name }: ServiceAccount): boolean {
  const groups = ['system:authenticated', 'system:serviceaccounts', `system:serviceaccounts:${namespace}`]
  return (
    binding.subjects.some((subject) => subject.namespace === namespace && subject.name === name) ||
    binding.groups.some((group) => groups.includes(group))
  )
}

function asMap(value: Value | undefined): ValueMap | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as ValueMap) : undefined
}

function asList(value: Value | undefined): readonly Value[] {
  return Array.isArray(value) ? value : []
}
