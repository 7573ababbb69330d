import type { Chain, Link } from '../chain/chain.ts'
import { engineOf } from '../chain/engine.ts'
import { objectsOf } from '../chain/fold-links.ts'
import { beforeFacts } from '../changes/before-facts.ts'
import { changedLinks } from '../changes/changed-links.ts'
import { type Scope, scopeOf } from '../changes/scope.ts'
import type { Discovery } from '../files/discover.ts'
import type { Age, Finding, IgnoredFinding, NotChecked, Severity, UselessIgnore } from '../model/finding.ts'
import type { RefusedLogin } from '../model/id-claims.ts'
import { familyOf, type NoteFamily } from '../model/note.ts'
import type { Unfinished } from '../model/reason.ts'
import type { Standing } from '../model/standing.ts'
import { outcomeOf } from '../report/outcome.ts'
import { countProblems } from '../report/problems.ts'
import { offlineSentence } from '../report/reasons/offline.ts'
import type { Report } from '../report/report.ts'
import type { ReferencedWorkloads } from '../report/workload-user.ts'
import { asFinding } from '../rules/fold-objects.ts'
import { ignoreUnused } from '../rules/ignore-unused.ts'
import { refusedByServer } from '../rules/refused-by-server.ts'
import { RULES } from '../rules/registry.ts'
import type { Rule } from '../rules/rule.ts'
import { runRules } from '../rules/run-rules.ts'
import { byWorst } from '../rules/worst-first.ts'
import { yamlInvalid } from '../rules/yaml-invalid.ts'
import { applyIgnores, inlineIgnores, inlineIgnoresInText } from '../settings/ignores.ts'
import type { Settings } from '../settings/settings.ts'
import type { MissingRight } from '../state/live/live-state.ts'
import type { ReadBound } from './bound-change.ts'
import { asOfSource, type Gathered, gather, type LiveSource } from './gather.ts'
import type { Change, LookAtChange } from './look-at-change.ts'
import { asksForDrift, withDrift } from './look-for-drift.ts'
import { needOfChange } from './need-of-change.ts'
import { shownUsers, usersOfLink } from './questions/workload-users.ts'
import { refusedBecause } from './refused-login.ts'
import type { Render } from './render.ts'
import { withSourceDiffs } from './source-diffs.ts'
import { referencesNotChecked, type StandingsInput, standingsOf } from './standings.ts'
import { templatesNotChecked } from './templates-not-checked.ts'
import { isToldByTouched } from './told-by-touched.ts'
import { unansweredSentences } from './unanswered.ts'
import { unreadParts } from './unread-parts.ts'
import { createWatch, type Watch } from './watch.ts'

export interface CheckDeps {
  readonly cwd: string
  /** `YYYY-MM-DD` in UTC. */
  readonly today: string
  /** For what ends by itself in the course of a day; default: the beginning of `today`. */
  readonly now?: Date
  readonly live: LiveSource | undefined
  readonly render?: Render | undefined
  readonly watch?: Watch
  /** With `report-scope: changed`: what the head is compared with. */
  readonly change?: LookAtChange | undefined
  /** With `report-scope: changed`: reads only what the change can touch, where that is enough. */
  readonly bound?: ReadBound | undefined
  /** Why a server that was to be asked could not be, a sentence each. */
  readonly incomplete: readonly string[]
  /** The first of these. */
  readonly unfinished?: Unfinished | undefined
  /** The login that the server refused. */
  readonly refused?: RefusedLogin | undefined
}

/** Follows every reference from its line to the policy rule and the live key, and says every broken link at once. */
export async function check(settings: Settings, deps: CheckDeps): Promise<{ report: Report; gathered: Gathered }> {
  const bound = settings.reportScope === 'changed' ? await boundReport(settings, deps) : undefined
  if (bound !== undefined && 'report' in bound) return bound
  const gathered = await gather(settings, { ...deps, files: bound?.files })
  const change = settings.reportScope === 'changed' ? await deps.change?.(gathered) : undefined
  const seen = asksForDrift(settings) ? withDrift(settings, gathered, deps) : gathered
  if (change === undefined) return { report: reportByRules(settings, deps, seen, RULES), gathered: seen }
  if (!change.known) {
    const scope = { of: 'all', because: change.because } as const
    return { report: { ...reportByRules(settings, deps, seen, RULES), scope }, gathered: seen }
  }
  const { compared, results, scope } = judgedChange(settings, deps, seen, change)
  const of = { ...ofChange(change.since), ...beyond(results, scope) }
  return {
    report: await reportOfChange(settings, deps, compared, within(results, scope, of), scope),
    gathered: compared,
  }
}

/** The report by what the change can touch; where that is not enough, the files that were read for it. */
async function boundReport(
  settings: Settings,
  deps: CheckDeps,
): Promise<{ report: Report; gathered: Gathered } | { files?: Discovery | undefined } | undefined> {
  const bound = await deps.bound?.({ live: deps.live, watch: deps.watch ?? createWatch() })
  if (bound === undefined || 'wide' in bound) return bound
  const { head, change, roots } = bound
  const { compared, results, scope } = judgedChange(settings, deps, head, change)
  const of = {
    ...ofChange(change.since),
    ...beyond(results, scope),
    notRead: { roots: roots?.notRead ?? 0, of: roots?.all ?? 0 },
  }
  const ours = within(results, scope, of)
  if (!ours.findings.every(isToldByTouched)) return { files: bound.files }
  return { report: await reportOfChange(settings, deps, compared, ours, scope), gathered: compared }
}

/** A change judged in both states. */
function judgedChange(settings: Settings, deps: CheckDeps, head: Gathered, change: Extract<Change, { known: true }>) {
  const compared = withBefore(head, change)
  const results = applyRules(settings, deps, compared, RULES)
  const scope = scopeOf({
    links: changedLinks(compared.chain, change.before.chain, change.lines),
    lines: change.lines,
    before: beforeOf(applyRules(change.settings, deps, change.before, RULES)),
  })
  return { compared, results, scope }
}

async function reportOfChange(
  settings: Settings,
  deps: CheckDeps,
  gathered: Gathered,
  results: RuleResults,
  { links }: Scope,
): Promise<Report> {
  const need = await needOfChange(settings, gathered, deps, links)
  const report = reportOf(settings, deps, gathered, results)
  return need === undefined ? report : { ...report, need }
}

/** The report of what was gathered, by the rules that are given. */
export function reportByRules(settings: Settings, deps: CheckDeps, gathered: Gathered, rules: readonly Rule[]): Report {
  return reportOf(settings, deps, gathered, applyRules(settings, deps, gathered, rules))
}

function beforeOf({ findings, partsNotChecked }: RuleResults) {
  return { findings, notChecked: partsNotChecked }
}

/** What the rules say, and what they could say nothing about. */
interface RuleResults {
  readonly findings: readonly Finding[]
  readonly ignored: readonly IgnoredFinding[]
  /** Files that were not read, roots that were not followed, and what else is no reference. */
  readonly partsNotChecked: readonly NotChecked[]
  readonly standings: ReadonlyMap<Link, Standing>
  readonly scope?: Report['scope']
}

function applyRules(settings: Settings, deps: CheckDeps, gathered: Gathered, rules: readonly Rule[]): RuleResults {
  const { chain, byServer } = gathered
  const { watch } = gathered
  watch.enter('rules')
  const byGit = runRules(rules, chain, settings.config.rules, { unapplied: settings.config.manifests.unapplied, watch })
  const ruled =
    byServer === undefined
      ? byGit
      : [...byGit, ...refusedByServer(byGit, byServer, settings.config.rules, watch)].sort(byWorst)
  const { kept, ignored, unused } = applyIgnores(ruled, ignoresIn(gathered), settings.config.ignore, {
    today: deps.today,
    rules: [...rules.map((rule) => rule.id), ignoreUnused.id],
    ran: (id) => deps.live !== undefined || rules.find((rule) => rule.id === id)?.group !== 'facts',
  })
  const standings = standingsOf({
    links: chain.links,
    findings: kept,
    ignored: ignored.map(({ finding }) => finding),
    ...acceptedByConfig(settings, gathered, kept, rules),
    unapplied: settings.config.manifests.unapplied,
    silent:
      deps.live === undefined && deps.incomplete[0] !== undefined
        ? { code: 'server-does-not-tell', says: deps.incomplete[0] }
        : undefined,
  })
  return reportedOf(settings, gathered, {
    findings: [...kept, ...uselessIgnores(unused, settings)],
    ignored,
    partsNotChecked: [
      ...gathered.repository.notChecked,
      ...unreadParts([...gathered.repository.notes, ...gathered.declared.notes]),
      ...templatesNotChecked(standings),
      ...watch.notChecked(),
      ...expectationsNotChecked(chain),
      ...(chain.drift?.notCompared ?? []),
    ],
    standings,
  })
}

/** What the config lets pass by the severity that it gives to a rule: below error, or `off`. */
function acceptedByConfig(
  { config }: Settings,
  { chain }: Gathered,
  kept: readonly Finding[],
  rules: readonly Rule[],
): Pick<StandingsInput, 'lowered' | 'silenced'> {
  const off = rules.filter(({ id }) => config.rules[id] === 'off')
  return {
    lowered: kept.filter(({ rule }) => (config.rules[rule] ?? 'error') !== 'error'),
    silenced: () =>
      off.length === 0
        ? []
        : runRules(
            off.map((rule) => ({ ...rule, optIn: false })),
            chain,
            {},
            { unapplied: config.manifests.unapplied },
          ),
  }
}

/** Lines of the contract that nobody can judge yet. */
function expectationsNotChecked({ expected }: Chain): NotChecked[] {
  return expected.flatMap(({ expectation, action, outcome }) => {
    if (outcome.is !== 'not-checked') return []
    const { span, who, may, path } = expectation
    const what = `Expectation: ${who.is} ${who.name} ${may ? 'may' : 'may not'} ${action} ${path}`
    return [{ file: span.file, line: span.line, what, reason: outcome.because }]
  })
}

/** Of the results, what `paths` asks for: the rest of the checkout is read to judge by, and is not reported (applied.md §4.5). */
function reportedOf({ config }: Settings, { repository }: Gathered, results: RuleResults): RuleResults {
  const isReported = (file: string) => repository.isReported(file) || file === config.file
  const isAbout = (finding: Finding) =>
    finding.objects === undefined
      ? isReported(finding.span.file)
      : isReported(finding.span.file) || finding.objects.some(({ origin }) => isReported(origin.file))
  return {
    findings: results.findings.filter(isAbout),
    ignored: results.ignored.filter(({ finding }) => isAbout(finding)),
    partsNotChecked: results.partsNotChecked.filter(({ file }) => file === '.' || isReported(file)),
    standings: new Map(
      [...results.standings].filter(([link]) => objectsOf(link).some(({ origin }) => isReported(origin.file))),
    ),
  }
}

function ofChange(since: string) {
  return { of: 'changed', since } as const
}

/** Of what the rules say, what the change is answerable for. */
function within(results: RuleResults, scope: Scope, of: NonNullable<Report['scope']>): RuleResults {
  return {
    findings: results.findings.flatMap((finding) => {
      const age = ageOf(finding, scope)
      return age === undefined ? [] : [{ ...finding, age }]
    }),
    ignored: results.ignored.filter(({ finding }) => ageOf(finding, scope) !== undefined),
    partsNotChecked: results.partsNotChecked.filter((item) => scope.isNotCheckedIn(item)),
    standings: new Map([...results.standings].filter(([link]) => scope.links.has(link))),
    scope: of,
  }
}

/** How much there is that the change has nothing to do with. */
function beyond(results: RuleResults, scope: Scope) {
  const older = { findings: results.findings.filter((finding) => ageOf(finding, scope) === undefined), references: [] }
  const count = (severity: Severity) => countProblems(older, severity)
  const partsHere = results.partsNotChecked.filter((item) => scope.isNotCheckedIn(item))
  const standings = new Map([...results.standings].filter(([link]) => scope.links.has(link)))
  return {
    references: results.standings.size,
    outside: {
      errors: count('error'),
      warnings: count('warning'),
      notes: count('note'),
      notChecked: notCheckedIn(results).length - notCheckedIn({ partsNotChecked: partsHere, standings }).length,
    },
  }
}

/** What cannot be read may hide anything that a change brings: it belongs to every change. */
function ageOf(finding: Finding, scope: Scope): Age | undefined {
  return scope.ageOf(finding) ?? (finding.rule === yamlInvalid.id ? 'older' : undefined)
}

/** The references that were not checked come first: they are what a run is about. */
function notCheckedIn({
  partsNotChecked,
  standings,
}: Pick<RuleResults, 'partsNotChecked' | 'standings'>): readonly NotChecked[] {
  return [...referencesNotChecked(standings), ...partsNotChecked]
}

function withBefore(gathered: Gathered, { before, lines, since }: Extract<Change, { known: true }>): Gathered {
  const { chain, repository } = gathered
  const unread = new Set(repository.notes.flatMap((note) => (UNREAD.has(familyOf(note)) ? [note.file] : [])))
  return {
    ...gathered,
    chain: { ...chain, before: beforeFacts({ head: chain, base: before.chain, lines, since, unread }) },
  }
}

/** Notes on files of which nobody can say what they hold. */
const UNREAD: ReadonlySet<NoteFamily> = new Set([
  'yaml-unparseable',
  'yaml-too-deep',
  'too-large',
  'unreadable',
  'sops',
])

function refusedSentences({ refused }: CheckDeps, { declared }: Gathered): string[] {
  const sentence = refused === undefined ? undefined : refusedBecause(refused, declared.state.roles)
  return sentence === undefined ? [] : [sentence]
}

function reportOf(settings: Settings, deps: CheckDeps, gathered: Gathered, results: RuleResults): Report {
  const { repository, declared, live } = gathered
  const { scope, standings } = results
  const texts = new Map(repository.files.map(({ file, text }) => [file, text]))
  const findings = withSourceDiffs(results.findings, (file) => texts.get(file))
  const notChecked = notCheckedIn(results)
  const hidden = [...live.values()].flatMap((state) => state.missingRights)
  const incomplete = [
    ...deps.incomplete,
    ...refusedSentences(deps, gathered),
    ...gathered.watch.sentences(),
    ...unansweredSentences(live),
    ...hiddenSentences(hidden, deps.live),
  ]
  const unfinished = firstUnfinished(deps, gathered, hidden.length > 0)
  return {
    mode: settings.mode,
    target: settings.target,
    outcome: outcomeOf({ findings, failOn: settings.failOn, incomplete, unchecked: notChecked.length > 0 }),
    findings,
    ignored: results.ignored,
    references: [...standings].map(([link, standing]) => {
      const { reference, also, accesses, mount, secret } = link
      return {
        reference,
        standing,
        also,
        engine: engineOf(reference, mount),
        accesses,
        ...(secret === undefined ? {} : { secret }),
        ...(writesJson(settings) ? { workloads: workloadsOf(gathered.chain, link) } : {}),
      }
    }),
    notChecked,
    notes: [...repository.notes, ...declared.notes],
    counts: repository.counts,
    live: liveLine(settings, deps),
    incomplete,
    ...(unfinished === undefined ? {} : { unfinished }),
    ...(scope === undefined ? {} : { scope }),
  }
}

function firstUnfinished(
  { unfinished, live: source }: CheckDeps,
  { watch, live }: Gathered,
  hides: boolean,
): Unfinished | undefined {
  if (unfinished !== undefined) return unfinished
  if (watch.over()) return 'run-time-over'
  if (watch.sentences().length > 0) return 'own-bug'
  if (unansweredSentences(live).length > 0) return 'unanswered'
  if (!hides) return undefined
  return source?.asOf === undefined ? 'hidden' : 'hidden-in-snapshot'
}

function writesJson({ format, reportFile }: Settings): boolean {
  return format === 'json' || reportFile !== undefined
}

/** Of the workloads behind one reference as many are named in a report. */
const WORKLOADS_NAMED = 20

function workloadsOf(chain: Chain, link: Link): ReferencedWorkloads {
  const all = shownUsers(usersOfLink(chain, link))
  return { count: all.length, places: all.slice(0, WORKLOADS_NAMED) }
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
  return setting === 'off' ? [] : unused.map((useless) => asFinding(ignoreUnused.finding(useless, setting)))
}

/** Of the rights that are missing, as many are named. */
const RIGHTS_NAMED = 3

/** Why a run is incomplete that saw a part of it. `purpose`: the options of `ci-policy` that print the policy for it. */
export function hiddenSentences(rights: readonly MissingRight[], live: LiveSource | undefined, purpose = ''): string[] {
  if (rights.length === 0 || live === undefined) return []
  const named = rights.slice(0, RIGHTS_NAMED).map(({ capability, path }) => `${capability} on \`${path}\``)
  if (rights.length > named.length) named.push(`${rights.length - named.length} more`)
  if (live.asOf !== undefined)
    return [
      `The snapshot does not show a part of it. The token that wrote it lacked ${named.join(', ')}; \`eso-vault ci-policy --for snapshot\` prints the policy that it needs.`,
    ]
  return [
    `${live.name} hid a part from this token. It lacks ${named.join(', ')}; \`eso-vault ci-policy${purpose}\` prints the policy that it needs.`,
  ]
}

function liveLine(settings: Settings, deps: CheckDeps): Report['live'] {
  if (deps.live !== undefined)
    return { asked: true, line: `Checked against ${deps.live.name}.`, ...asOfSource(deps.live) }
  if (deps.incomplete.length > 0) return { asked: true, line: 'The server could not be asked.', silent: true }
  return { asked: false, line: offlineSentence(settings.offlineBecause) }
}
