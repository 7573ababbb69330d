import { DEFAULT_VARIANTS } from '../model/variant.ts'
import type { PolicyFact } from '../model/vault-state.ts'
import type { Desired, DesiredState, Unplanned } from '../state/desired/desired.ts'
import type { ReviewBinding } from '../state/desired/reviewer-facts.ts'
import type { LiveState, Wanted } from '../state/live/live-state.ts'
import { basisOf, digestOf, type PlanBasis, type PlanServer } from './digest.ts'
import { policySet, textSet } from './normalise.ts'
import { planAuthConfig } from './plan-auth-config.ts'
import { planAuthMount, planKvMount } from './plan-mounts.ts'
import { otherInGit, planPolicy } from './plan-policy.ts'
import { planRole } from './plan-role.ts'
import { reviewerAfter, reviewerNotes } from './reviewer-notes.ts'
import { STEP_KINDS, type Step, writes } from './step.ts'

export interface PlanInput {
  readonly desired: Desired
  /** By Vault namespace, as in `desired`; a missing one was not asked. */
  readonly live: ReadonlyMap<string, LiveState>
  readonly server: PlanServer
  readonly reviewer: 'pod' | 'client' | 'token' | undefined
  /** What Git lets create TokenReviews. */
  readonly bindings: readonly ReviewBinding[]
  /** Policies that Git writes: drift will compare the server with them. */
  readonly declared?: readonly PolicyFact[]
}

export interface Plan {
  /** In the order in which they are written. */
  readonly steps: readonly Step[]
  readonly unplanned: readonly Unplanned[]
  /** Something would be written. */
  readonly hasChanges: boolean
  readonly basis: PlanBasis
  readonly digest: string
}

/** Compares what is asked for with what the server has, part by part and field by field. Pure: nothing is asked or written. */
export function makePlan({ desired, live, server, reviewer, bindings, declared = [] }: PlanInput): Plan {
  const all = desired.parts.flatMap((part) => {
    const there = live.get(part.namespace)
    return planPart(part, { live: there, reviewer, bindings, declared }).map((step) => withinNamespace(step, there))
  })
  const steps = STEP_KINDS.flatMap((kind) => all.filter((step) => step.kind === kind))
  const basis = basisOf(steps, server)
  return { steps, unplanned: desired.unplanned, hasChanges: steps.some(writes), basis, digest: digestOf(basis) }
}

/** A server without namespaces would take what is meant for one, and write it into the root (vault.md §0). */
function withinNamespace(step: Step, live: LiveState | undefined): Step {
  if (step.namespace === '' || live?.server.enterprise !== false || !writes(step)) return step
  const because = `The stores name the Vault namespace ${step.namespace}, and this server is a Community Edition, which has none: it would be written into the root. Take the namespace out of the stores.`
  return { ...step, action: 'blocked', because, write: undefined }
}

function planPart(
  desired: DesiredState,
  {
    live,
    reviewer,
    bindings,
    declared,
  }: { live: LiveState | undefined } & Required<Pick<PlanInput, 'bindings' | 'declared'>> & Pick<PlanInput, 'reviewer'>,
): Step[] {
  const { namespace, state } = desired
  const context = { namespace, live, reviewer, product: live?.server.product }
  const variants = live?.server.variants ?? DEFAULT_VARIANTS
  const authMounts = new Map(state.authMounts.map((mount) => [mount.path, planAuthMount(mount, context)]))
  const withAuthMount = (path: string, plan: (step: Step) => Step) => {
    const step = authMounts.get(path)
    return step === undefined ? [] : [plan(step)]
  }
  return [
    ...state.mounts.map((mount) => planKvMount(mount, context)),
    ...state.policies.map((policy) => {
      const withoutDefault = lacksDefault(policy.name, desired, live)
      const step = planPolicy(policy, { ...context, desired, variants, withoutDefault })
      return { ...step, notes: [...step.notes, ...otherInGit(policy.name, step, declared)] }
    }),
    ...authMounts.values(),
    ...state.authMounts.flatMap((mount) =>
      withAuthMount(mount.path, (step) => {
        const config = planAuthConfig(mount, step, context)
        const kind = reviewerAfter(config, live?.authConfig(mount.path), reviewer)
        const clients = desired.clients.get(mount.path) ?? []
        const settled = config.action === 'no-change'
        const chosen = reviewer !== undefined
        const notes = [...config.notes, ...reviewerNotes({ kind, chosen, clients, bindings, settled })]
        return { ...config, notes }
      }),
    ),
    ...state.roles.flatMap((role) => withAuthMount(role.authMount, (step) => planRole(role, step, context))),
  ]
}

/** Whether the server's role keeps the policy `default` from the token that this policy is for. */
function lacksDefault(policy: string, { state }: DesiredState, live: LiveState | undefined): boolean {
  return state.roles.some((role) => {
    const seen = role.policies?.includes(policy) ? live?.role(role.authMount, role.name) : undefined
    if (seen?.presence !== 'present' || seen.fact.fields.token_no_default_policy !== true) return false
    return !policySet([...textSet(seen.fact.fields.token_policies)]).includes('default')
  })
}

/** What must be asked of a server, by Vault namespace, to plan this. */
export function wantedForPlan(desired: Desired): ReadonlyMap<string, Wanted> {
  return new Map(
    desired.parts.map(({ namespace, state }) => [
      namespace,
      {
        mounts: state.mounts.map((mount) => mount.path),
        authMounts: state.authMounts.map((mount) => mount.path),
        authConfig: true,
        roles: state.roles.map(({ authMount, name }) => ({ authMount, name, type: 'kubernetes' as const })),
        policies: state.policies.map((policy) => policy.name),
      },
    ]),
  )
}
