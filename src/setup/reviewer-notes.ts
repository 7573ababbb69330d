import { formatSpan } from '../model/span.ts'
import {
  grants,
  type ReviewBinding,
  type ReviewerKind,
  reviewerKind,
  type ServiceAccount,
} from '../state/desired/reviewer-facts.ts'
import type { Seen } from '../state/live/live-state.ts'
import type { Step } from './step.ts'

/** Who reviews logins once the step is written; by what stands on the server where it writes nothing. */
export function reviewerAfter(
  step: Step,
  live: Seen<Readonly<Record<string, unknown>>> | undefined,
  chosen: 'pod' | 'client' | 'token' | undefined,
): ReviewerKind {
  if (step.write?.withReviewerToken === true) return 'token'
  if (step.write !== undefined) return reviewerKind({ ...step.write.body, token_reviewer_jwt_set: false })
  if (live?.presence === 'present') return reviewerKind(live.fact)
  return chosen ?? 'pod'
}

/**
 * The RBAC without which every login is answered with 403 `permission denied`, and whether Git gives it (vault.md §7.3). Whose
 * token a pod or a pasted token is, Git does not tell: then what it binds is named.
 */
export function reviewerNotes(input: {
  readonly kind: ReviewerKind
  /** Somebody said so in the config. */
  readonly chosen: boolean
  readonly clients: readonly ServiceAccount[]
  readonly bindings: readonly ReviewBinding[]
  /** Nothing is written: only what is amiss is worth a line. */
  readonly settled: boolean
}): string[] {
  const { kind, bindings, settled } = input
  if (settled && kind !== 'client') return []
  switch (kind) {
    case 'pod':
      return [
        `Logins are reviewed with the token of Vault's own pod, whose ServiceAccount needs ClusterRole \`system:auth-delegator\`: ${boundInGit(bindings, "Vault's Helm chart does, unless `server.authDelegator` is off")}.` +
          (input.chosen ? '' : ' Where Vault runs outside this cluster, set `setup.kubernetes.reviewer`.'),
      ]
    case 'token':
      return [
        `Logins are reviewed with a reviewer token, whose ServiceAccount needs ClusterRole \`system:auth-delegator\`: ${boundInGit(bindings, 'bind it')}.`,
      ]
    case 'client':
      return input.clients
        .filter((client) => !settled || (bindings.length > 0 && !bindings.some((one) => grants(one, client))))
        .map((client) => clientNote(client, bindings))
    case 'unknown':
      return []
  }
}

function boundInGit(bindings: readonly ReviewBinding[], otherwise: string): string {
  if (bindings.length === 0) return `Git binds it to nobody; ${otherwise}`
  const shown = bindings.map(({ subjects, groups, span }) => {
    const names = [...subjects.map(({ namespace, name }) => `${namespace}/${name}`), ...groups]
    return `${names.length === 0 ? 'nobody' : names.join(', ')} (${formatSpan(span)})`
  })
  return `Git binds it to ${shown.join('; ')}`
}

function clientNote(client: ServiceAccount, bindings: readonly ReviewBinding[]): string {
  const { namespace, name } = client
  const needs = `ServiceAccount ${namespace}/${name} reviews its own login and needs ClusterRole \`system:auth-delegator\``
  const binding = bindings.find((one) => grants(one, client))
  if (binding !== undefined) return `${needs}: Git binds it (${formatSpan(binding.span)}).`
  return `${needs}, and Git does not bind it: kubectl create clusterrolebinding ${name}-token-review --clusterrole=system:auth-delegator --serviceaccount=${namespace}:${name}`
}
