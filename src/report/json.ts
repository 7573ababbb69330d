import type { Finding, Fix } from '../model/finding.ts'
import type { RuleLocation } from '../model/law-reason.ts'
import { familyOf } from '../model/note.ts'
import { nameManifest } from '../model/wording.ts'
import { fitHeadline } from '../rules/fit-headline.ts'
import { accountOf, countInCharts, verdictOf } from './account.ts'
import { causesOf } from './causes.ts'
import { headline } from './headline.ts'
import { needSentence } from './need-text.ts'
import { logSafeJson } from './plain-text.ts'
import { countProblems, type Place, type Problem, problemsOf } from './problems.ts'
import { rootChain, whyNotApplied } from './reasons/applied.ts'
import { failureText } from './reasons/failure.ts'
import { decisionText, reasonText } from './reasons/not-checked.ts'
import { noteText } from './reasons/note.ts'
import type { JudgedReference, Report } from './report.ts'
import { fixText, nameStore } from './wording.ts'

/** Version of the JSON report. Fields are added within a version, never changed or removed (issue: "The JSON report"). */
export const JSON_VERSION = 1

/** The fields of the JSON report; `docs/report-schema.json` describes it. Key names of secrets are not in it, only their presence. */
function jsonReport(report: Report) {
  const account = accountOf(report)
  return {
    version: JSON_VERSION,
    outcome: report.outcome,
    findings: listOf(report.findings, jsonFinding),
    references: listOf(report.references, jsonReference),
    notChecked: listOf(report.notChecked, ({ file, line, what, reason, reference }) => ({
      file,
      line,
      what,
      reason: reasonText(reason),
      code: reason.code,
      isReference: reference === true,
    })),
    causes: causesOf(report).map(({ code, says, references, items, wayOut }) => ({
      code,
      reason: says,
      references,
      places: items.length,
      wayOut: wayOut?.says ?? null,
      config: wayOut?.config?.join('\n') ?? null,
    })),
    headline: headline(report),
    mode: report.mode,
    target: report.target,
    counts: {
      ...report.counts,
      references: report.references.length,
      checked: account.works + account.broken,
      problems: problemsOf(report).length,
      errors: countProblems(report, 'error'),
      warnings: countProblems(report, 'warning'),
      notes: countProblems(report, 'note'),
      works: account.works,
      broken: account.broken,
      accepted: account.accepted,
      notChecked: account.notChecked,
      otherProvider: account.otherProvider,
      notApplied: account.notApplied,
      objectsInCharts: countInCharts(account),
      applied: {
        applied: account.verdicts.applied,
        presumed: account.verdicts.presumed,
        suspended: account.verdicts.suspended,
        unclear: account.verdicts.unclear,
        notApplied: account.verdicts['not-applied'],
      },
    },
    scope: jsonScope(report),
    live: {
      asked: report.live.asked,
      line: report.live.line,
      asOf: report.live.asOf ?? null,
    },
    snapshot: report.snapshot ?? null,
    need: jsonNeed(report),
    incomplete: [...report.incomplete],
    ignored: listOf(report.ignored, ({ finding, reason, by }) => ({ ...jsonFinding(finding), reason, by: by ?? null })),
    notes: listOf(report.notes, (note) => ({
      reason: familyOf(note),
      file: note.file,
      line: note.line ?? null,
      message: noteText(note),
      code: note.code,
    })),
    timings: report.timings?.map(({ stage, milliseconds }) => ({ stage, milliseconds })) ?? null,
    problems: [...(report.problems ?? []).map(jsonInputProblem), ...problemsOf(report).map(jsonProblem)],
  }
}

/** `null`: the report is about everything, as asked for. */
function jsonScope({ scope, references }: Report) {
  if (scope === undefined) return null
  const nothing = { errors: 0, warnings: 0, notes: 0, notChecked: 0 }
  if (scope.of === 'all')
    return {
      of: scope.of,
      because: scope.because,
      since: null,
      references: references.length,
      outside: nothing,
      notRead: null,
    }
  return {
    of: scope.of,
    because: null,
    since: scope.since,
    references: scope.references,
    outside: { ...scope.outside },
    notRead: scope.notRead === undefined ? null : { ...scope.notRead },
  }
}

/** A list whose items are made when they are written: a large report is not held twice. */
class LazyList {
  readonly items: () => Iterable<unknown>
  readonly isEmpty: boolean

  constructor(items: () => Iterable<unknown>, isEmpty: boolean) {
    this.items = items
    this.isEmpty = isEmpty
  }
}

function listOf<Item>(items: readonly Item[], show: (item: Item) => unknown): LazyList {
  function* shown() {
    for (const item of items) yield show(item)
  }
  return new LazyList(shown, items.length === 0)
}

/** Characters; a piece has about so many. */
const PIECE = 64 * 1024

/** The text of the report file and of `--format json`, in pieces: of a large report the whole is never held. */
export function* jsonPieces(report: Report): Generator<string> {
  let text = '{'
  for (const [field, value] of Object.entries(jsonReport(report))) {
    text += `${text === '{' ? '' : ','}\n  ${JSON.stringify(field)}: `
    if (!(value instanceof LazyList)) text += indented(value, '  ')
    else if (value.isEmpty) text += '[]'
    else {
      let before = '['
      for (const item of value.items()) {
        text += `${before}\n    ${indented(item, '    ')}`
        before = ','
        if (text.length < PIECE) continue
        yield text
        text = ''
      }
      text += '\n  ]'
    }
  }
  yield `${text}\n}\n`
}

function indented(value: unknown, by: string): string {
  return logSafeJson(JSON.stringify(value, null, 2)).replaceAll('\n', `\n${by}`)
}

function jsonFinding(finding: Finding) {
  const { rule, severity, message, span, related, fix, fingerprint } = finding
  return {
    rule,
    severity,
    message,
    file: span.file,
    line: span.line,
    column: span.column,
    endLine: span.endLine,
    endColumn: span.endColumn,
    related: related.map((place) => ({
      file: place.span.file,
      line: place.span.line,
      column: place.span.column,
      endLine: place.span.endLine,
      message: place.message,
    })),
    fix: fix === undefined ? null : fixText(fix),
    fingerprint,
  }
}

/** What keeps a run from starting, in the same shape: it has no rule and breaks nothing. */
function jsonInputProblem({ message, file, line }: NonNullable<Report['problems']>[number]) {
  return {
    message,
    file: file ?? null,
    line: line ?? null,
    id: null,
    rule: null,
    severity: 'error',
    headline: fitHeadline(message),
    why: null,
    chain: [],
    places: [],
    references: 0,
    effects: [],
    fix: null,
  }
}

function jsonProblem({ id, rule, severity, headline, why, chain, span, places, references, effects, fix }: Problem) {
  return {
    message: [headline, why].filter((part) => part !== undefined).join('. '),
    file: span.file,
    line: span.line,
    id,
    rule,
    severity,
    headline,
    why: why ?? null,
    chain: chain.map(({ of, name, is, at, says }) => ({
      of,
      name,
      is,
      file: at?.file ?? null,
      line: at?.line ?? null,
      says: says ?? null,
    })),
    places: places.map(jsonPlace),
    references: references.length,
    effects: effects.map(jsonPlace),
    fix: fix === undefined ? null : jsonFix(fix),
  }
}

function jsonPlace({ finding, objects, age }: Place) {
  return {
    file: finding.span.file,
    line: finding.span.line,
    objects: [...objects],
    does: finding.does ?? null,
    remark: finding.remark ?? null,
    new: age === undefined ? null : age !== 'older',
    own: age === undefined ? null : age === 'own',
    fingerprint: finding.fingerprint,
  }
}

function jsonFix({ lead, kind, language, text, at, note }: Fix) {
  return {
    lead,
    kind,
    language: language ?? null,
    text: text ?? null,
    file: at?.file ?? null,
    line: at?.line ?? null,
    note: note ?? null,
  }
}

function jsonReference(judged: JudgedReference) {
  const { reference, standing } = judged
  // Why its paths cannot be told; or, where they can, why nobody can say whether it works.
  const notChecked = reference.notChecked ?? (standing.is === 'not-checked' ? standing.reason : undefined)
  const { also, accesses, engine, secret } = judged
  return {
    file: reference.span.file,
    line: reference.span.line,
    manifest: nameManifest(reference.manifest),
    store: nameStore(reference) ?? null,
    key: reference.key,
    accesses: accesses.map(({ access, decision }) => ({
      path: access.path,
      capability: access.capability,
      decision: decision.verdict,
      when: access.when,
      side: access.side,
      because: decisionText(decision),
      rule: jsonRule(decision.winner[0]),
      code: decision.because.code,
    })),
    configSays: configSays(judged),
    also: (also ?? []).map(nameManifest),
    appliedBy: reference.manifest.origin.appliedBy.map(({ kind, name }) => `${kind} ${name}`),
    standing: standing.is,
    applied: jsonApplied(judged),
    form: reference.manifest.origin.form,
    operation: reference.operation,
    property: reference.property ?? null,
    proposed: reference.proposed,
    notChecked: notChecked === undefined ? null : reasonText(notChecked),
    notCheckedCode: notChecked?.code ?? null,
    failsWith: reference.failsWith === undefined ? null : failureText(reference.failsWith),
    failsWithCode: reference.failsWith?.code ?? null,
    engine: engine ?? 'kv',
    secret: secret?.presence ?? null,
    workloads: jsonWorkloads(judged),
  }
}

function jsonWorkloads({ workloads }: JudgedReference) {
  if (workloads === undefined) return { count: 0, places: [] }
  const places = workloads.places.map(
    ({ manifest, file, line, use, secret, keys, as, container, inValues, optional }) => ({
      manifest,
      file,
      line,
      use,
      secret,
      keys: [...keys],
      as,
      container,
      inValues,
      optional,
    }),
  )
  return { count: workloads.count, places }
}

/** The rule of a policy that decides, by its first block. */
function jsonRule(rule: RuleLocation | undefined) {
  if (rule === undefined) return null
  const { policy, path, span } = rule
  return { policy, path, file: span?.file ?? null, line: span?.line ?? null }
}

/** What of the answers Git does not say: the store, the role, the policies of the token, the file of a policy. */
function configSays({ accesses }: JudgedReference) {
  const said = accesses.flatMap(({ decision }) => decision.said ?? [])
  const each = said.map(
    ({ of, name, span }) => [`${of} ${name}`, { of, name, file: span.file, line: span.line }] as const,
  )
  return [...new Map(each).values()]
}

/** How sure it is that a cluster gets it, and by which roots, each from its entry down. */
function jsonApplied(judged: JudgedReference) {
  const { appliedBy, applied } = judged.reference.manifest.origin
  const { reason, cluster } = applied
  return {
    verdict: verdictOf(judged),
    reason: reason?.code ?? null,
    because: reason === undefined ? null : whyNotApplied(reason),
    roots: appliedBy.map(rootChain),
    cluster: cluster?.name ?? null,
  }
}

function jsonNeed({ need }: Report) {
  if (need === undefined) return null
  return { sentence: needSentence(need), counts: need.counts, steps: need.steps, seeds: need.seeds }
}
