import {
  type AlteredFiles,
  mayAlterLaw,
  touchesNothing,
  type WideReason,
  widelyAltered,
} from '../changes/wide-change.ts'
import { type Discovery, discover } from '../files/discover.ts'
import { InvalidInput } from '../model/invalid-input.ts'
import type { Settings } from '../settings/settings.ts'
import type { Declared } from '../state/declared/declared.ts'
import { type ChangeDeps, withStart } from './change-start.ts'
import { declaredIn, type GatherDeps, type Gathered, gatherFrom } from './gather.ts'
import type { Change } from './look-at-change.ts'
import { asksForDrift } from './look-for-drift.ts'
import { type ReadChange, readChange, readNothing } from './read-change.ts'
import type { Watch } from './watch.ts'

/** A change with what it can touch, followed in both states. */
export interface BoundChange {
  readonly head: Gathered
  readonly change: Extract<Change, { known: true }>
  readonly roots: ReadChange['roots']
}

/** Why everything is read for a change. */
export interface WideChange {
  /** `settings`: other repositories, rendered files, drift; `no-start`: nothing to compare with; `time`: it was over. */
  readonly wide: WideReason | 'settings' | 'no-start' | 'time'
}

/** Reads what a change can touch, and no more. */
export type ReadBound = (deps: Pick<GatherDeps, 'live'> & { readonly watch: Watch }) => Promise<
  (BoundChange | WideChange) & {
    /** The files as they are now, for whoever reads everything after all; `undefined`: nobody looked for them. */
    readonly files?: Discovery
  }
>

export function boundChange(settings: Settings, deps: ChangeDeps): ReadBound {
  return async ({ live, watch }) => {
    const { exclude, variables, rendered } = settings
    if (rendered.length > 0 || settings.config.manifests.also.length > 0 || asksForDrift(settings))
      return { wide: 'settings' }
    const { cwd } = deps
    const { deadline, enter } = watch
    enter('files')
    const now = await discover(settings.paths, { cwd, exclude, deadline })
    const read = await withStart(settings, deps, now, async (start) => {
      const { before, altered, config } = start
      const files: AlteredFiles = { now, before, altered, config }
      const wide = widelyAltered(files)
      if (wide !== undefined) return { wide } as WideChange
      if (touchesNothing(files)) {
        const found = await readNothing({ now, start, variables, gitOps: { deadline, enter } })
        const declared = declaredIn([], deadline)
        return { found, start, declared, earlier: declared }
      }
      enter('declared')
      const declared = declaredIn(now.files, deadline)
      const earlier = mayAlterLaw(files) ? declaredIn(before.files, deadline) : declared
      if (earlier !== declared && factsOf(earlier) !== factsOf(declared)) return { wide: 'law' } as WideChange
      const found = await deps.render((rendering) =>
        readChange({
          now,
          start,
          variables,
          gitOps: { chartValues: settings.config.helm, ...rendering, deadline, enter },
        }),
      )
      return 'wide' in found ? found : { found, start, declared, earlier }
    })
    if ('because' in read) return { wide: 'no-start', files: now }
    if ('wide' in read) return { ...read, files: now }
    const { found, start, declared, earlier } = read
    const head = await gatherFrom(found.now, settings, { cwd, live, watch, declared })
    if (head.configured.missing.length > 0) throw new InvalidInput(head.configured.missing)
    enter('before')
    const before = await gatherFrom(found.before, start.settings, {
      cwd,
      live: undefined,
      answers: head.live,
      declared: earlier,
      watch: { ...watch, enter: () => undefined },
    })
    if (watch.over()) return { wide: 'time', files: now }
    const { since, lines } = start
    const change = { known: true, since, before, settings: start.settings, lines } as const
    return { head, change, roots: found.roots, files: now }
  }
}

/** What only says where something stands. */
const PLACES = new Set(['span', 'provenance', 'namedAt', 'line', 'path', 'file'])

function factsOf({ state, also, shadowed, conflicts }: Declared): string {
  return JSON.stringify([state, also, shadowed, conflicts], (key, value: unknown) =>
    PLACES.has(key) && typeof value === 'object' ? undefined : value,
  )
}
