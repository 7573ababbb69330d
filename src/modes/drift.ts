import { partsNotChecked } from '../drift/parts-not-checked.ts'
import type { Finding } from '../model/finding.ts'
import { InvalidInput } from '../model/invalid-input.ts'
import { outcomeOf } from '../report/outcome.ts'
import { offlineSentence } from '../report/reasons/offline.ts'
import type { Report } from '../report/report.ts'
import { RULES } from '../rules/registry.ts'
import { stateDrift } from '../rules/state-drift.ts'
import type { Settings } from '../settings/settings.ts'
import { makePlan } from '../setup/plan.ts'
import { type CheckDeps, reportByRules } from './check.ts'
import type { Gathered } from './gather.ts'
import { withDrift } from './look-for-drift.ts'
import { prepareSetup } from './prepare-setup.ts'

/** So many parts that the server did not tell are named one by one. */
const NOT_CHECKED_NAMED = 5

/**
 * The full check of everything, and beside it what the server has otherwise than Git or the manifests say, what nothing uses, and
 * what ends soon. Whatever was not checked makes the run incomplete: it is never drift, and never "clean" (platform.md §4.3).
 *
 * @throws InvalidInput when there is no server to compare with.
 */
export async function drift(settings: Settings, deps: CheckDeps): Promise<{ report: Report; gathered: Gathered }> {
  if (deps.live === undefined && deps.incomplete.length === 0) {
    const why = offlineSentence(settings.offlineBecause)
    throw new InvalidInput(`${why} Mode drift compares a server with Git: give \`vault-addr\` and a way to log in.`)
  }
  const setup = await prepareSetup(settings, deps)
  const plan = makePlan({ ...setup.input, live: setup.gathered.live })
  const gathered = withDrift(settings, setup.gathered, deps, plan)
  const report = reportByRules(settings, deps, gathered, RULES.map(turnedOn))
  const incomplete = [...new Set([...report.incomplete, ...notCheckedSentences(gathered)])]
  const drifted = report.findings.some(isDrift)
  const unchecked = report.notChecked.length > 0
  const outcome = outcomeOf({ findings: report.findings, failOn: settings.failOn, incomplete, unchecked, drifted })
  const unfinished = report.unfinished ?? (incomplete.length > 0 ? 'hidden' : undefined)
  return { report: { ...report, incomplete, outcome, ...(unfinished === undefined ? {} : { unfinished }) }, gathered }
}

/** Drift fails the run whatever `fail-on` says (design §3), unless the config makes the rule a note. */
export function isDrift({ rule, severity }: Finding): boolean {
  return rule === stateDrift.id && severity !== 'note'
}

/** In drift the rules of hygiene are on, but for what is a question; the config may still turn each of them off. */
function turnedOn(rule: (typeof RULES)[number]): (typeof RULES)[number] {
  return rule.optIn === 'in-drift-too' ? rule : { ...rule, optIn: false }
}

function notCheckedSentences({ wanted, live }: Gathered): string[] {
  // A request that was not answered is told already.
  const told = new Set([...live.values()].flatMap(({ unanswered }) => unanswered))
  const sentences = partsNotChecked(wanted, live).filter((sentence) => !told.has(sentence))
  const more = sentences.length - NOT_CHECKED_NAMED
  return [...sentences.slice(0, NOT_CHECKED_NAMED), ...(more > 0 ? [`And ${more} more parts were not checked.`] : [])]
}
