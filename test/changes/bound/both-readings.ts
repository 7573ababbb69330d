import { realGit } from '../../../src/changes/git.ts'
import { readTextIfThere } from '../../../src/files/text-file.ts'
import { reasonKey } from '../../../src/model/reason.ts'
import { nameReference } from '../../../src/model/wording.ts'
import { boundChange, type WideChange } from '../../../src/modes/bound-change.ts'
import type { ChangeDeps } from '../../../src/modes/change-start.ts'
import { type CheckDeps, check } from '../../../src/modes/check.ts'
import type { LiveSource } from '../../../src/modes/gather.ts'
import { lookAtChange } from '../../../src/modes/look-at-change.ts'
import { renderWith } from '../../../src/modes/render.ts'
import type { Report } from '../../../src/report/report.ts'
import { RULE_IDS } from '../../../src/rules/rule-ids.ts'
import { readEnvironment } from '../../../src/settings/environment.ts'
import { loadConfig, type ReadText } from '../../../src/settings/load-config.ts'
import { resolveSettings } from '../../../src/settings/resolve-settings.ts'

/** A change of a working folder, read as far as it can touch, and with everything read. */
export interface BothReadings {
  /** Why the bound reading is none, or that a rule asked for everything. */
  readonly wide: WideChange['wide'] | undefined
  readonly bound: Report
  readonly full: Report
}

export async function bothReadings(folder: string, PATH: string, live?: LiveSource): Promise<BothReadings> {
  const given = { from: 'terminal', command: 'check', subject: undefined, format: 'json', color: false } as const
  const settingsWith = async (read: ReadText) =>
    resolveSettings({
      given: { ...given, values: { 'report-scope': 'changed' } },
      config: await loadConfig({ ...given, values: {} }, RULE_IDS, read),
      environment: readEnvironment({}),
      folder: 'gitops',
    })
  const settings = await settingsWith((file) => readTextIfThere(`${folder}/${file}`))
  const render = renderWith(settings, { PATH })
  const event = { name: undefined, payload: undefined, baseRef: undefined }
  const from: ChangeDeps = { cwd: folder, git: realGit({ PATH }), event, render, settingsWith }
  const deps: CheckDeps = {
    cwd: folder,
    today: '2026-06-01',
    live,
    render,
    change: lookAtChange(settings, from),
    incomplete: [],
  }
  let wide: BothReadings['wide']
  const reads = boundChange(settings, from)
  const bound = await check(settings, {
    ...deps,
    bound: async (how) => {
      const read = await reads(how)
      if ('wide' in read) wide = read.wide
      return read
    },
  })
  const full = await check(settings, deps)
  const { scope } = bound.report
  if (wide === undefined && !(scope?.of === 'changed' && scope.notRead !== undefined)) wide = 'rule'
  return { wide, bound: bound.report, full: full.report }
}

/** All that a report says of a change, without the words and what it counts elsewhere. */
export function saidOfChange({ outcome, findings, ignored, references, notChecked, incomplete }: Report) {
  const told = ({ rule, severity, fingerprint, age, span }: Report['findings'][number]) =>
    [rule, severity, fingerprint, age, `${span.file}:${span.line}`].join(' ')
  return {
    outcome,
    incomplete,
    findings: findings.map(told).sort(),
    ignored: ignored.map(({ finding }) => told(finding)).sort(),
    references: references
      .map(({ reference, standing, accesses }) =>
        JSON.stringify([
          `${reference.span.file}:${reference.span.line}`,
          nameReference(reference),
          standing,
          reference.manifest.origin.applied.verdict,
          accesses.map(({ access, decision }) => [access.path, access.capability, decision.verdict]),
        ]),
      )
      .sort(),
    notChecked: notChecked.map(({ file, line, what, reason }) => `${file}:${line} ${what} ${reasonKey(reason)}`).sort(),
  }
}
