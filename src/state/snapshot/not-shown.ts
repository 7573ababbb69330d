import type { Hidden } from '../../model/vault-state.ts'
import type { MissingRight } from '../live/live-state.ts'
import type { NotThere } from './snapshot-file.ts'

/** What a part is asked with: where a lacking right and a failed request of the run that wrote the file are told again. */
export interface SnapshotAsking {
  readonly missing: (right: MissingRight) => void
  readonly unanswered: (sentence: string) => void
}

/** A part that the file says nothing of. */
export function notInSnapshot(what: string): Hidden {
  return { presence: 'unknown', because: `${what} is not in the snapshot.`, of: 'snapshot' }
}

/** A part of which the file says that it could not be seen when it was written. `right`: the one that the token then lacked. */
export function notShown(what: string, state: NotThere, asking: SnapshotAsking, right: MissingRight): Hidden {
  if (state === 'hidden') {
    asking.missing(right)
    return {
      presence: 'hidden',
      of: 'snapshot',
      because: `The snapshot does not show ${what}: the token that wrote it lacked ${right.capability} on ${right.path}.`,
    }
  }
  const because = `The snapshot does not show ${what}: the server did not answer when it was written.`
  asking.unanswered(because)
  return { presence: 'unknown', because }
}
