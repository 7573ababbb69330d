import { canonicalJson, digestOf, type PlanBasis } from './digest.ts'
import type { Plan } from './plan.ts'
import { writes } from './step.ts'

/** What somebody looked at and approved. */
export interface Approval {
  readonly digest: string
  /** What the digest was made of, from the plan file. With it a run that was interrupted half-way can be finished. */
  readonly basis: PlanBasis | undefined
}

/**
 * Why the plan as it is now is not the approved one; `undefined`: it is. Another digest is refused, except for one reason: parts
 * of the approved plan are done already, and the rest is as it was (an earlier run was stopped half-way).
 */
export function whyNotApproved(plan: Plan, { digest, basis }: Approval): string | undefined {
  if (basis !== undefined && digestOf(basis) !== digest) {
    return 'The plan file does not fit its digest: it was changed, or the digest belongs to another plan. Plan again and have that approved.'
  }
  if (plan.digest === digest) return undefined
  // What this token cannot see cannot be what was approved: the right that it lacks is the news, not the digest.
  const notChecked = plan.steps.filter((step) => step.action === 'not-checked')
  if (notChecked.length > 0) {
    const named = notChecked.map((step) => `${step.id} was not checked: ${step.because}`)
    return `The plan is no longer the approved one, because this token does not see all of it. ${named.join(' ')}`
  }
  const again = 'Plan again, look at what changed, and apply with the new digest.'
  if (basis === undefined) {
    return `The plan is no longer the approved one: it has the digest ${plan.digest}, and ${digest} was approved. ${again}`
  }
  if (basis.address !== plan.basis.address || basis.namespace !== plan.basis.namespace) {
    return `The approved plan is for ${nameServer(basis)}, and this run is about ${nameServer(plan.basis)}. ${again}`
  }
  const changed = changedParts(plan, basis)
  if (changed.length === 0) return undefined
  return `The plan is no longer the approved one: ${changed.join('; ')}. ${again}`
}

function changedParts(plan: Plan, approved: PlanBasis): string[] {
  const before = new Map(approved.parts.map((part) => [part.id, part]))
  const now = new Set(plan.basis.parts.map((part) => part.id))
  const changed = plan.basis.parts.flatMap((part, index) => {
    const old = before.get(part.id)
    const step = plan.steps[index]
    if (old === undefined) return [`${part.id} is new`]
    if (canonicalJson(old.desired) !== canonicalJson(part.desired))
      return [`what is asked of ${part.id} changed in Git`]
    if (canonicalJson(old.live) === canonicalJson(part.live)) return []
    return step !== undefined && !writes(step) && step.action === 'no-change'
      ? []
      : [`${part.id} changed on the server`]
  })
  return [...changed, ...[...before.keys()].filter((id) => !now.has(id)).map((id) => `${id} is no longer asked for`)]
}

function nameServer({ address, namespace }: PlanBasis): string {
  const where = address ?? 'no server (it was made without one)'
  return namespace === '' ? where : `${where}, namespace ${namespace}`
}
