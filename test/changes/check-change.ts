import { realGit } from '../../src/changes/git.ts'
import { readTextIfThere } from '../../src/files/text-file.ts'
import { check } from '../../src/modes/check.ts'
import type { LiveSource } from '../../src/modes/gather.ts'
import { lookAtChange } from '../../src/modes/look-at-change.ts'
import { renderWith } from '../../src/modes/render.ts'
import type { Report } from '../../src/report/report.ts'
import { RULE_IDS } from '../../src/rules/rule-ids.ts'
import { readEnvironment } from '../../src/settings/environment.ts'
import { loadConfig, type ReadText } from '../../src/settings/load-config.ts'
import { resolveSettings } from '../../src/settings/resolve-settings.ts'
import type { History } from './git-history.ts'

/** Checks a working folder with `report-scope: changed`, as the terminal would on a branch. */
export async function checkChange({ folder }: History, PATH: string, live?: LiveSource): Promise<Report> {
  const settingsWith = async (read: ReadText) =>
    resolveSettings({
      given: {
        from: 'terminal',
        command: 'check',
        subject: undefined,
        values: { 'report-scope': 'changed' },
        format: 'json',
        color: false,
      },
      config: await loadConfig(
        { from: 'terminal', command: 'check', subject: undefined, values: {}, format: 'json', color: false },
        RULE_IDS,
        read,
      ),
      environment: readEnvironment({}),
      folder: 'gitops',
    })
  const settings = await settingsWith((file) => readTextIfThere(`${folder}/${file}`))
  const render = renderWith(settings, { PATH })
  const event = { name: undefined, payload: undefined, baseRef: undefined }
  const change = lookAtChange(settings, { cwd: folder, git: realGit({ PATH }), event, render, settingsWith })
  const { report } = await check(settings, { cwd: folder, today: '2026-06-01', live, render, change, incomplete: [] })
  return report
}
