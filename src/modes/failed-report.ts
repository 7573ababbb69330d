import { InvalidInput } from '../model/invalid-input.ts'
import type { Unfinished } from '../model/reason.ts'
import type { Outcome, Report } from '../report/report.ts'
import type { Settings } from '../settings/settings.ts'
import type { VaultUnavailable } from '../state/live/errors.ts'

/**
 * The report of a run that could not do its work: wrong input, an unreachable server, or a bug of ours. It says what to change
 * and where; for a bug, what to report.
 */
export function failedReport(settings: Pick<Settings, 'mode' | 'target'>, error: unknown): Report {
  return reportWithout(settings, describe(error))
}

/** The report of a run that was killed: the post step tells it, because the main step could not. */
export function killedReport(settings: Pick<Settings, 'mode' | 'target'>): Report {
  const incomplete = [
    'The run was ended before it could report: the job was cancelled, its time was over, or the memory of the runner was used up. Run the job again.',
  ]
  return reportWithout(settings, { outcome: 'incomplete', problems: [], incomplete, unfinished: 'killed' })
}

function reportWithout(
  settings: Pick<Settings, 'mode' | 'target'>,
  { outcome, problems, incomplete, unfinished }: Description,
): Report {
  return {
    mode: settings.mode,
    target: settings.target,
    outcome,
    findings: [],
    ignored: [],
    references: [],
    notChecked: [],
    notes: [],
    counts: { files: 0, manifests: 0, externalSecrets: 0, pushSecrets: 0, stores: 0 },
    live: { asked: false, line: '' },
    incomplete,
    ...(unfinished === undefined ? {} : { unfinished }),
    ...(problems.length === 0 ? {} : { problems }),
  }
}

interface Description {
  readonly outcome: Outcome
  readonly problems: NonNullable<Report['problems']>
  readonly incomplete: readonly string[]
  readonly unfinished?: Unfinished
}

function describe(error: unknown): Description {
  if (error instanceof InvalidInput) return { outcome: 'invalid', problems: error.problems, incomplete: [] }
  const name = error instanceof Error ? error.name : ''
  const message = error instanceof Error ? error.message : String(error)
  // The live room's errors are told by name, so that an offline run does not load it.
  if (name === 'VaultUnavailable')
    return { outcome: 'incomplete', problems: [], incomplete: [message], unfinished: (error as VaultUnavailable).kind }
  if (name === 'LiveSettingsError') return { outcome: 'invalid', problems: [{ message }], incomplete: [] }
  const trace =
    error instanceof Error && error.stack !== undefined ? `\n${error.stack.split('\n').slice(1, 8).join('\n')}` : ''
  return {
    outcome: 'bug',
    problems: [
      { message: `This is a bug in eso-vault, please report it with this trace: ${name}: ${message}${trace}` },
    ],
    incomplete: [],
  }
}
