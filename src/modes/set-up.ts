import type { Report, SourceLine } from '../report/report.ts'
import type { Settings } from '../settings/settings.ts'
import type { PlanDocument } from '../setup/plan-document.ts'
import { apply } from './apply.ts'
import { plan } from './plan.ts'
import { renderWith } from './render.ts'
import { type WithVaultDeps, withVault } from './with-vault.ts'

export interface SetUpDeps extends WithVaultDeps {
  readonly cwd: string
  readonly now: () => Date
}

/** Modes `plan` and `apply`, with the server that they need. */
export function setUp(
  settings: Settings,
  deps: SetUpDeps,
): Promise<{ report: Report; sourceLine: SourceLine; plan: PlanDocument | undefined }> {
  return withVault(settings, deps, async ({ live, incomplete, vault }) => {
    const { cwd, mask } = deps
    const render = renderWith(settings, deps.env)
    const { report, gathered, document } =
      settings.mode === 'apply'
        ? await apply(settings, {
            cwd,
            mask,
            live,
            render,
            incomplete,
            vault,
            today: deps.now().toISOString().slice(0, 10),
          })
        : await plan(settings, { cwd, live, render, incomplete })
    return { report, sourceLine: gathered.repository.sourceLine, plan: document }
  })
}
