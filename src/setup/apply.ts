import type { VaultClient } from '../state/live/client.ts'
import { VaultUnavailable } from '../state/live/errors.ts'
import type { LiveState, TokenFacts } from '../state/live/live-state.ts'
import { ApplyRefused } from './apply-refused.ts'
import { type Approval, whyNotApproved } from './approval.ts'
import { makePlan, type Plan, type PlanInput } from './plan.ts'
import { type Step, type Write, writes } from './step.ts'
import { type Written, writeStep } from './write-step.ts'

export interface ApplyInput extends Omit<PlanInput, 'live'> {
  readonly approval: Approval
  readonly token: Pick<TokenFacts, 'root'>
  readonly allowRootToken: boolean
  /** Read from the file that the input names; leaves only in the one request that needs it. */
  readonly reviewerToken: string | undefined
  /** Asks the server for everything that the plan concerns, anew. */
  readonly read: () => Promise<ReadonlyMap<string, LiveState>>
  /** A client that may write, in a Vault namespace relative to the settings' one. */
  readonly clientOf: (namespace: string) => VaultClient
}

export interface Applied {
  /** As planned again, right before the first write. */
  readonly plan: Plan
  readonly written: readonly Written[]
  /** Planned once more from what was read back; a step that still wants a write did not come about. */
  readonly after: Plan | undefined
  /** What was read back; what was there before, when that failed. */
  readonly live: ReadonlyMap<string, LiveState>
  /** Why nothing could be read back, a sentence. */
  readonly unread: string | undefined
}

/**
 * Brings the server to what the approved plan says. It plans again first and refuses when that gives another plan; it writes in an
 * order in which nothing names what is not there yet, stops at the first failure and at what somebody else changed meanwhile, never
 * deletes, and reads everything back.
 *
 * Every write leads to one state from whatever an earlier run left, so a run that was killed is finished by the next one.
 *
 * @throws ApplyRefused or VaultUnavailable before anything is written; afterwards everything is told in the result.
 */
export async function apply(input: ApplyInput): Promise<Applied> {
  if (input.token.root && !input.allowRootToken) {
    throw new ApplyRefused(
      'The token is a root token, which may do anything for ever. Give apply a token with a policy of its own (`docs/vault-setup.md`), or allow it once with `allow-root-token: true` (`--allow-root-token`).',
    )
  }
  const planned = await input.read()
  const unanswered = unansweredIn(planned)
  // What was not told would look like another plan than the approved one, or like nothing to change.
  if (unanswered !== undefined) throw new VaultUnavailable('server-error', `Nothing was written: ${unanswered}`)
  const plan = makePlan({ ...input, live: planned })
  const refused = whyNotApproved(plan, input.approval)
  if (refused !== undefined) throw new ApplyRefused(refused)
  const todo = plan.steps.filter(isWrite)
  if (todo.some((step) => step.write.withReviewerToken) && !input.reviewerToken) {
    throw new ApplyRefused(
      '`setup.kubernetes.reviewer: token` needs a long-lived ServiceAccount token: give the file that holds it with `reviewer-token-file`.',
    )
  }
  // A plan that cannot be carried out whole is not begun: whoever mends the block plans anew.
  if (isBlocked(plan)) return { plan, written: [], after: plan, live: planned, unread: undefined }
  const written: Written[] = []
  for (const step of todo) {
    const one = await writeStep(step, planned.get(step.namespace), input.clientOf(step.namespace), input.reviewerToken)
    written.push(one)
    if (one.result === 'failed') break
  }
  if (written.length === 0) return { plan, written, after: plan, live: planned, unread: undefined }
  const live = await input.read()
  const unread = unansweredIn(live)
  if (unread !== undefined) return { plan, written, after: undefined, live: planned, unread }
  return { plan, written, after: makePlan({ ...input, live }), live, unread: undefined }
}

/** The first request that the server did not answer as it should, a sentence. */
function unansweredIn(live: ReadonlyMap<string, LiveState>): string | undefined {
  return [...live.values()].flatMap(({ unanswered }) => unanswered)[0]
}

export function isBlocked({ steps, unplanned }: Plan): boolean {
  return steps.some((step) => step.action === 'blocked') || unplanned.some(({ weight }) => weight === 'blocked')
}

function isWrite(step: Step): step is Step & { readonly write: Write } {
  return writes(step) && step.write !== undefined
}
