import type { Hidden } from '../../model/vault-state.ts'
import { type Answer, sayAnswer } from './answer.ts'
import type { VaultClient } from './client.ts'
import { LiveSettingsError, VaultUnavailable } from './errors.ts'
import type { MissingRight } from './live-state.ts'

/** What a live question needs: whom to ask, and where to note a right that was lacking. */
export interface Asking {
  readonly client: VaultClient
  readonly missing: (right: MissingRight) => void
  /** Notes a request that was not answered as Vault answers, as a sentence: the run is then incomplete, whatever else was told. */
  readonly unanswered: (sentence: string) => void
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

/** An answer that is neither what was asked for nor one of the expected refusals. */
export function unexpected(asking: Asking, method: string, path: string, answer: Answer): Hidden {
  const said = sayAnswer(method, path, answer)
  const because =
    answer.status < 300 ? `${said} with content that Vault does not send.` : `${said}, which was not expected.`
  asking.unanswered(because)
  return { presence: 'unknown', because }
}

/**
 * Runs one question. A server that fails makes that fact unknown, never absent, and leaves the others alone: what was told before
 * and what Git says stands.
 */
export async function orUnknown<Fact>(asking: Asking, question: () => Promise<Fact>): Promise<Fact | Hidden> {
  try {
    return await question()
  } catch (error) {
    // A path that cannot be asked for is no failure of the server.
    if (error instanceof LiveSettingsError) return { presence: 'unknown', because: error.message }
    if (!(error instanceof VaultUnavailable)) throw error
    asking.unanswered(error.message)
    return { presence: 'unknown', because: error.message }
  }
}

/** `no handler for route`: the path has no mount, or the mount has no such route (vault.md §4.0). */
export function isNoRoute(answer: Answer): boolean {
  return answer.status === 404 && answer.errors.some((error) => /no handler for route|unsupported path/.test(error))
}
