import type { ChangedLines } from '../changes/changed-lines.ts'
import { readDiscovered } from '../gitops/read-repository.ts'
import type { Settings } from '../settings/settings.ts'
import { type ChangeDeps, withStart } from './change-start.ts'
import { appliedElsewhere, type Gathered, gatherFrom } from './gather.ts'

/** What a change starts from, followed to the same ends as what it brings. */
export type Change =
  | {
      readonly known: true
      /** As people call it, for the middle of a sentence: "`main`". */
      readonly since: string
      readonly before: Gathered
      /** By which the state before was judged. */
      readonly settings: Settings
      readonly lines: ChangedLines
    }
  /** Then everything is reported; a sentence part. */
  | { readonly known: false; readonly because: string }

/** Compares with what the change starts from; given from outside, so that whoever tests rules needs no Git. */
export type LookAtChange = (head: Gathered) => Promise<Change>

/**
 * The whole state before the change. What the head was told by the server counts for the base as well.
 */
export function lookAtChange(settings: Settings, deps: ChangeDeps): LookAtChange {
  return async (head) => {
    const { watch } = head
    watch.enter('before')
    const change = await withStart(settings, deps, head.repository, async (start): Promise<Change> => {
      const { before: discovery, settings: judged, since, lines } = start
      const { deadline } = watch
      const then = await deps.render((rendering) =>
        readDiscovered(discovery, {
          variables: judged.variables,
          chartValues: judged.config.helm,
          elsewhere: appliedElsewhere,
          deadline,
          ...rendering,
        }),
      )
      const before = await gatherFrom(then, judged, {
        cwd: deps.cwd,
        live: undefined,
        answers: head.live,
        watch: { ...watch, enter: () => undefined },
      })
      if (watch.over()) return unknown('the time for the run was over before the state it starts from was read')
      return { known: true, since, before, settings: judged, lines }
    })
    return 'known' in change ? change : unknown(change.because)
  }
}

function unknown(because: string): Change {
  return { known: false, because }
}
