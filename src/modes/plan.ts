import { lookUp } from '../model/look-up.ts'
import { upper } from '../model/wording.ts'
import { outcomeOf } from '../report/outcome.ts'
import { offlineSentence } from '../report/reasons/offline.ts'
import type { Report } from '../report/report.ts'
import type { Settings } from '../settings/settings.ts'
import { afterState } from '../setup/after-state.ts'
import { compareCoverage, followServer } from '../setup/coverage.ts'
import { makePlan, type Plan } from '../setup/plan.ts'
import { type PlanDocument, planDocument } from '../setup/plan-document.ts'
import { seedsOf } from '../setup/seeding.ts'
import type { LiveState } from '../state/live/live-state.ts'
import { asOfSource, type GatherDeps, type Gathered } from './gather.ts'
import { prepareSetup, type Setup } from './prepare-setup.ts'
import { referencesNotChecked, standingsOf } from './standings.ts'
import { unansweredSentences } from './unanswered.ts'

export interface PlanDeps extends GatherDeps {
  /** Why a server that was to be asked could not be, a sentence each. */
  readonly incomplete: readonly string[]
}

/** Says what apply would write, and what then becomes covered. Reads only. */
export async function plan(
  settings: Settings,
  deps: PlanDeps,
): Promise<{ report: Report; gathered: Gathered; document: PlanDocument }> {
  const setup = await prepareSetup(settings, deps)
  const live = await setup.read()
  const made = makePlan({ ...setup.input, live })
  const after = followByServer(settings, setup, afterStates(setup, live, made))
  const coverage = compareCoverage(live.size === 0 ? undefined : followByServer(settings, setup, live), after)
  const document = planDocument({
    mode: 'plan',
    target: settings.target,
    server: deps.live?.name,
    cli: cliOf(live),
    plan: made,
    coverage,
    seeds: seedsOf(setup.gathered.chain.links),
  })
  const unseen = deps.live === undefined ? [] : notCheckedSentences(made)
  const incomplete = [...deps.incomplete, ...setup.gathered.watch.sentences(), ...unansweredSentences(live), ...unseen]
  const report = reportOf(settings, setup.gathered, {
    links: after,
    problems: blockedProblems(made),
    incomplete,
    live: liveLine(settings, deps),
  })
  return { report, gathered: setup.gathered, document }
}

export function followByServer(settings: Settings, { gathered }: Setup, live: ReadonlyMap<string, LiveState>) {
  return followServer({
    manifests: gathered.repository.manifests,
    prediction: gathered.prediction,
    live,
    policiesOfStore: (name) => lookUp(settings.config.stores, name)?.policies,
  })
}

function afterStates(setup: Setup, live: ReadonlyMap<string, LiveState>, { steps }: Plan): Map<string, LiveState> {
  return new Map(
    setup.input.desired.parts.map((part) => [part.namespace, afterState(part, live.get(part.namespace), steps)]),
  )
}

/** The command line that the server's product brings along. */
export function cliOf(live: ReadonlyMap<string, LiveState>): 'vault' | 'bao' {
  return [...live.values()][0]?.server.product === 'openbao' ? 'bao' : 'vault'
}

export function notCheckedSentences({ steps }: Plan): string[] {
  return steps.flatMap((step) => (step.action === 'not-checked' ? [`${upper(step.id)}: ${step.because}`] : []))
}

export type Problem = NonNullable<Report['problems']>[number]

/** What the plan cannot bring about, each with the place that asks for it. */
export function blockedProblems({ steps, unplanned }: Plan): Problem[] {
  const at = (span: { readonly file: string; readonly line: number } | undefined) =>
    span === undefined ? {} : { file: span.file, line: span.line }
  return [
    ...steps.flatMap((step) =>
      step.action === 'blocked' ? [{ message: `${upper(step.id)}: ${step.because}`, ...at(step.spans[0]) }] : [],
    ),
    ...unplanned.flatMap(({ weight, message, span }) => (weight === 'blocked' ? [{ message, ...at(span) }] : [])),
  ]
}

export function liveLine(settings: Settings, deps: PlanDeps): Report['live'] {
  if (deps.live !== undefined)
    return { asked: true, line: `Compared with ${deps.live.name}.`, ...asOfSource(deps.live) }
  if (deps.incomplete.length > 0) return { asked: true, line: 'The server could not be asked.' }
  const why = offlineSentence(settings.offlineBecause)
  return { asked: false, line: `${why} The plan shows what an empty server would be given.` }
}

export interface SetupOutcome {
  /** Every reference, judged by the server's roles and policies as they are, or will be. */
  readonly links: Pick<ReturnType<typeof followServer>, 'links'>
  readonly findings?: Report['findings']
  readonly ignored?: Report['ignored']
  readonly problems: readonly Problem[]
  readonly incomplete: readonly string[]
  readonly live: Report['live']
}

export function reportOf(settings: Settings, { repository, declared, watch }: Gathered, outcome: SetupOutcome): Report {
  const { findings = [], ignored = [], problems, incomplete } = outcome
  const standings = standingsOf({
    links: outcome.links.links,
    findings,
    ignored: ignored.map(({ finding }) => finding),
    unapplied: settings.config.manifests.unapplied,
    silent: undefined,
  })
  const outcomeOfFindings = outcomeOf({ findings, failOn: settings.failOn, incomplete })
  return {
    mode: settings.mode,
    target: settings.target,
    // A plan that cannot be carried out fails, whatever `fail-on` says about findings.
    outcome: problems.length > 0 ? 'findings' : outcomeOfFindings,
    findings,
    ignored,
    references: [...standings].map(([{ reference, also, accesses }, standing]) => ({
      reference,
      standing,
      also,
      accesses,
    })),
    notChecked: [...referencesNotChecked(standings), ...watch.notChecked()],
    notes: [...repository.notes, ...declared.notes],
    counts: repository.counts,
    live: outcome.live,
    incomplete,
    ...(problems.length === 0 ? {} : { problems }),
  }
}
