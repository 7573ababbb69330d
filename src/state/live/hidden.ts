import type { Hidden } from '../../model/vault-state.ts'
import { type Answer, sayAnswer } from './answer.ts'
import type { VaultClient } from './client.ts'
import { LiveSettingsError, type UnavailableKind, VaultUnavailable } from './errors.ts'
import type { MissingRight } from './live-state.ts'

/** What a live question needs: whom to ask, and where to note a right that was lacking. */
export interface Asking {
  readonly client: VaultClient
  readonly missing: (right: MissingRight) => void
}

/** A 403, with what to grant; noted as a missing right. */
export function denied(asking: Asking, method: string, path: string, answer: Answer, right: MissingRight): Hidden {
  asking.missing(right)
  return { presence: 'hidden', because: `${sayAnswer(method, path, answer)}. ${grant(right)}` }
}

/** A right known to be lacking without asking (`sys/capabilities-self` says so). */
export function lacking(asking: Asking, right: MissingRight): Hidden {
  asking.missing(right)
  return { presence: 'hidden', because: `The CI token may not ${right.capability} ${right.path}. ${grant(right)}` }
}

export function grant(right: MissingRight): string {
  return `To see ${right.purpose}, grant the CI token ${right.capability} on ${right.path}.`
}

/** An answer that is neither a success nor one of the expected refusals. */
export function unexpected(method: string, path: string, answer: Answer): Hidden {
  return { presence: 'unknown', because: `${sayAnswer(method, path, answer)}, which was not expected.` }
}

/** Reasons that hold for one path only; the others hold for the server, so that nothing more needs to be asked. */
const OF_ONE_PATH: ReadonlySet<UnavailableKind> = new Set([
  'server-error',
  'rate-limited',
  'timeout',
  'oversize',
  'reset',
  'not-vault',
])

/** Runs one question; one path's trouble makes that fact unknown and leaves the others alone. */
export async function orUnknown<Fact>(question: () => Promise<Fact>): Promise<Fact | Hidden> {
  try {
    return await question()
  } catch (error) {
    if (error instanceof LiveSettingsError) return { presence: 'unknown', because: error.message }
    if (error instanceof VaultUnavailable && OF_ONE_PATH.has(error.kind)) {
      return { presence: 'unknown', because: error.message }
    }
    throw error
  }
}

/** `no handler for route`: the path has no mount, or the mount has no such route (vault.md §4.0). */
export function isNoRoute(answer: Answer): boolean {
  return answer.status === 404 && answer.errors.some((error) => /no handler for route|unsupported path/.test(error))
}
