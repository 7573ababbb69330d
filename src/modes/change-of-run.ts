import { changeEvent } from '../changes/find-base.ts'
import { realGit } from '../changes/git.ts'
import type { Env } from '../settings/environment.ts'
import type { ReadText } from '../settings/load-config.ts'
import type { Settings } from '../settings/settings.ts'
import { boundChange, type ReadBound } from './bound-change.ts'
import type { ChangeDeps } from './change-start.ts'
import { type LookAtChange, lookAtChange } from './look-at-change.ts'
import type { Render } from './render.ts'

export interface ChangeOfRunDeps {
  readonly cwd: string
  readonly env: Env
  /** Payload of the event that started the run, parsed; `undefined` on a terminal. */
  readonly event?: unknown
  /** The settings that another text of the config file gives, all else being the same. */
  readonly settingsWith?: (read: ReadText) => Promise<Settings>
}

/** The change that this run is about, by its event, or by the default branch on a terminal. */
export function changeOfRun(
  settings: Settings,
  deps: ChangeOfRunDeps,
  render: Render,
): { readonly change: LookAtChange; readonly bound: ReadBound } {
  const from: ChangeDeps = {
    cwd: deps.cwd,
    git: realGit(deps.env),
    event: changeEvent(deps.env, deps.event),
    render,
    settingsWith: deps.settingsWith ?? (async () => settings),
  }
  return { change: lookAtChange(settings, from), bound: boundChange(settings, from) }
}
