import { engineOf } from '../chain/engine.ts'
import { outcomeOf } from '../report/outcome.ts'
import type { Report } from '../report/report.ts'
import { ignoreUnused } from '../rules/ignore-unused.ts'
import { refusedByServer } from '../rules/refused-by-server.ts'
import { RULES } from '../rules/registry.ts'
import type { Rule } from '../rules/rule.ts'
import { runRules } from '../rules/run-rules.ts'
import { byWorst } from '../rules/worst-first.ts'
import { applyIgnores, inlineIgnores, inlineIgnoresInText, type UselessIgnore } from '../settings/ignores.ts'
import type { Settings } from '../settings/settings.ts'
import type { MissingRight } from '../state/live/live-state.ts'
import { type Gathered, gather, type LiveSource } from './gather.ts'
import { asksForDrift, withDrift } from './look-for-drift.ts'
import { notChecked } from './not-checked.ts'
import type { Render } from './render.ts'

export interface CheckDeps {
  readonly cwd: string
  /** `YYYY-MM-DD` in UTC. */
  readonly today: string
  /** For what ends by itself in the course of a day; default: the beginning of `today`. */
  readonly now?: Date
  readonly live: LiveSource | undefined
  readonly render?: Render | undefined
  /** Why a server that was to be asked could not be, a sentence each. */
  readonly incomplete: readonly string[]
}

/** Follows every reference from its line to the policy rule and the live key, and says every broken link at once. */
export async function check(settings: Settings, deps: CheckDeps): Promise<{ report: Report; gathered: Gathered }> {
  const gathered = await gather(settings, deps)
  const seen = asksForDrift(settings) ? withDrift(settings, gathered, deps) : gathered
  return { report: judge(settings, deps, seen, RULES), gathered: seen }
}

/** The report of what was gathered, by the rules that are given. */
export function judge(settings: Settings, deps: CheckDeps, gathered: Gathered, rules: readonly Rule[]): Report {
  const { chain, served, repository, declared, live } = gathered
  const byGit = runRules(rules, chain, settings.config.rules)
  const ruled =
    served === undefined ? byGit : [...byGit, ...refusedByServer(byGit, served, settings.config.rules)].sort(byWorst)
  const { kept, ignored, unused } = applyIgnores(ruled, ignoresIn(gathered), settings.config.ignore, {
    today: deps.today,
    rules: [...rules.map((rule) => rule.id), ignoreUnused.id],
    ran: (id) => deps.live !== undefined || rules.find((rule) => rule.id === id)?.group !== 'facts',
  })
  const findings = [...kept, ...uselessIgnores(unused, settings)]
  const unseen = [...gathered.notRendered, ...notChecked(chain), ...(chain.drift?.notCompared ?? [])]
  const hidden = [...live.values()].flatMap((state) => state.missingRights)
  const incomplete = [...deps.incomplete, ...hiddenSentences(hidden, deps.live?.name)]
  return {
    mode: settings.mode,
    target: settings.target,
    outcome: outcomeOf({ findings, failOn: settings.failOn, incomplete }),
    findings,
    ignored,
    references: chain.links.map(({ reference, also, accesses, mount, secret }) => ({
      reference,
      also,
      engine: engineOf(reference, mount),
      accesses,
      ...(secret === undefined ? {} : { secret }),
    })),
    notChecked: unseen,
    notes: [...repository.notes, ...declared.notes],
    counts: repository.counts,
    live: liveLine(settings, deps),
    incomplete,
  }
}

export function ignoresIn({ repository }: Gathered) {
  return repository.files.flatMap((source) => {
    // In YAML a `#` inside a text block is no comment.
    return /\.ya?ml$/i.test(source.file)
      ? inlineIgnores(source.file, repository.comments(source.file))
      : inlineIgnoresInText(source.file, source.text)
  })
}

function uselessIgnores(unused: readonly UselessIgnore[], settings: Settings) {
  const setting = settings.config.rules[ignoreUnused.id]
  return setting === 'off' ? [] : unused.map((useless) => ignoreUnused.finding(useless, setting))
}

/** Of the rights that are missing, as many are named. */
const RIGHTS_NAMED = 3

function hiddenSentences(rights: readonly MissingRight[], server: string | undefined): string[] {
  if (rights.length === 0 || server === undefined) return []
  const named = rights.slice(0, RIGHTS_NAMED).map(({ capability, path }) => `${capability} on \`${path}\``)
  if (rights.length > named.length) named.push(`${rights.length - named.length} more`)
  return [
    `${server} hid a part from this token. It lacks ${named.join(', ')}; \`eso-vault ci-policy\` prints the policy that it needs.`,
  ]
}

function liveLine(settings: Settings, deps: CheckDeps): Report['live'] {
  if (deps.live !== undefined) return { asked: true, line: `Checked against ${deps.live.name}.` }
  if (deps.incomplete.length > 0) return { asked: true, line: 'The server could not be asked.', silent: true }
  return { asked: false, line: settings.offlineBecause ?? 'No server was asked.' }
}
