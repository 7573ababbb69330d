import { changeEvent } from '../changes/find-base.ts'
import { realGit } from '../changes/git.ts'
import type { RunDeps } from '../run.ts'
import type { Settings } from '../settings/settings.ts'
import { type LookAtChange, lookAtChange } from './look-at-change.ts'
import type { Render } from './render.ts'

/** The change that this run is about, by its event, or by the default branch on a terminal. */
export function changeOfRun(settings: Settings, deps: RunDeps, render: Render): LookAtChange {
  return lookAtChange(settings, {
    cwd: deps.cwd,
    git: realGit(deps.env),
    event: changeEvent(deps.env, deps.event),
    render,
    settingsWith: deps.settingsWith ?? (async () => settings),
  })
}
