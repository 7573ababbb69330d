import type { Answer } from '../state/live/answer.ts'
import { sayAnswer } from '../state/live/answer.ts'
import type { VaultClient } from '../state/live/client.ts'
import { VaultUnavailable } from '../state/live/errors.ts'
import type { LiveState } from '../state/live/live-state.ts'
import type { Step, Write } from './step.ts'
import { standingOf } from './unchanged.ts'
import { waitForKv } from './wait-for-kv.ts'

export type Written =
  | { readonly step: Step; readonly result: 'written' }
  /** Another run was faster; whether it wrote the same is seen when everything is read back. */
  | { readonly step: Step; readonly result: 'raced' }
  | { readonly step: Step; readonly result: 'failed'; readonly because: string }

/**
 * Sends the one request of a step, if the part is still as it was when the plan was made. Never throws for what a server or a network
 * can do.
 */
export async function writeStep(
  step: Step & { readonly write: Write },
  planned: LiveState | undefined,
  client: VaultClient,
  reviewerToken: string | undefined,
): Promise<Written> {
  const { path, body, withReviewerToken } = step.write
  try {
    const standing = await standingOf(step, planned, client)
    if (!standing.unchanged) return { step, result: 'failed', because: standing.because }
    const reviewer = withReviewerToken === true ? { token_reviewer_jwt: reviewerToken } : {}
    const whole = { ...body, ...reviewer, ...standing.checkAndSet }
    const answer = await client.write(path, whole)
    if (isTaken(answer)) return { step, result: 'raced' }
    if (answer.status >= 300) return { step, result: 'failed', because: refusal(step, path, answer) }
    const version = (body.options as { version?: unknown } | undefined)?.version
    if (step.kind === 'kv-mount' && version === '2') {
      const because = await waitForKv(path.slice('sys/mounts/'.length), client)
      if (because !== undefined) return { step, result: 'failed', because }
    }
    return { step, result: 'written' }
  } catch (error) {
    if (!(error instanceof VaultUnavailable)) throw error
    return { step, result: 'failed', because: error.message }
  }
}

/** The status is 400; only the text tells that another run enabled it in between (vault.md §7.1). */
function isTaken({ status, errors }: Answer): boolean {
  return status === 400 && errors.some((error) => /path is already in use at|existing mount at/.test(error))
}

function refusal(step: Step, path: string, answer: Answer): string {
  const said = sayAnswer('POST', path, answer)
  if (answer.errors.some((error) => error.includes('/var/run/secrets/kubernetes.io/serviceaccount'))) {
    return `${said}. Vault does not run in a pod of this cluster, or its pod mounts no ServiceAccount token: set \`setup.kubernetes.reviewer\` to \`client\` or \`token\`, with \`ca\` and \`host\`.`
  }
  if (answer.errors.some((error) => error.includes('check-and-set parameter'))) {
    return `${said}: somebody else changed it in this moment. Plan again, and look at what is new.`
  }
  return answer.status === 403
    ? `${said}. To write it, grant the token of apply ${rightsFor(step)} on ${path}.`
    : `${said}.`
}

/** vault.md §5.2: enabling an auth method needs sudo; a role's write is told apart by whether it exists. */
function rightsFor({ kind, action }: Pick<Step, 'kind' | 'action'>): string {
  if (kind === 'auth-mount') return 'update and sudo'
  return kind === 'role' && action === 'create' ? 'create' : 'update'
}
