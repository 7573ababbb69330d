import type { Age, Finding, Fix, Hop, Severity } from '../model/finding.ts'
import type { Span } from '../model/span.ts'
import { nameManifest } from '../model/wording.ts'
import { RULES } from '../rules/registry.ts'
import type { Rule, Together } from '../rules/rule.ts'
import { compare } from '../rules/worst-first.ts'
import type { JudgedReference, Report } from './report.ts'

/** A place where a problem shows: one finding. */
export interface Place {
  readonly finding: Finding
  /** The objects by name, the first of them first. */
  readonly objects: readonly string[]
  /** Absent where everything is reported. */
  readonly age?: Age
}

/** One cause, with everything that it breaks and the one edit that fixes it (reports.md §1). */
export interface Problem {
  /** Stable over moved lines: the rule and what it is about. */
  readonly id: string
  readonly rule: string
  readonly severity: Severity
  /** At most 90 characters, the same in every report. */
  readonly headline: string
  readonly why?: string
  readonly chain: readonly Hop[]
  readonly fix?: Fix
  /** What differs, to look at. */
  readonly shows?: Finding['shows']
  /** The place to look at first: the cause itself, or the first of the places. */
  readonly span: Span
  /** Of this pull request first, then what worked before, then the rest. At least one. */
  readonly places: readonly [Place, ...Place[]]
  /** References to Vault that it breaks, each with its place; empty where it breaks none (a warning, a note). */
  readonly references: readonly JudgedReference[]
  /** What of drift follows from it: references that are denied now. */
  readonly effects: readonly Place[]
}

/** In a list, why nothing applies a place is too long to say each time. */
export function shortRemark({ finding: { remark, unapplied } }: Place): string | undefined {
  return unapplied === true ? 'Nothing in Git applies it.' : remark
}

type ReportOfProblems = Pick<Report, 'findings' | 'references'>

const known = new WeakMap<readonly Finding[], readonly Problem[]>()

/**
 * The findings by what fixes them. Findings of one rule and cause are one problem; what was broken before a change is never in one with
 * what the change broke. Errors come first, then those with lines of the pull request, then by broken references, then by place.
 */
export function problemsOf(report: ReportOfProblems): readonly Problem[] {
  let problems = known.get(report.findings)
  if (problems === undefined) {
    problems = madeOf(report)
    known.set(report.findings, problems)
  }
  return problems
}

/** With those behind the limit of what is told of one object: nobody is to take the rest for all of it. */
export function countProblems(report: ReportOfProblems, severity: Severity): number {
  return problemsOf(report)
    .filter((problem) => problem.severity === severity)
    .reduce(
      (sum, { places }) => sum + 1 + places.reduce((more, { finding }) => more + (finding.unlisted?.length ?? 0), 0),
      0,
    )
}

function madeOf({ findings, references }: ReportOfProblems): Problem[] {
  const brokenBy = referencesByFingerprint(references)
  const groups = new Map<string, [Finding, ...Finding[]]>()
  const effects: Finding[] = []
  for (const finding of findings) {
    if (finding.effect === true) effects.push(finding)
    else add(groups, keyOf(finding), finding)
  }
  const made = [...groups.values()].map((group) => problemOf(group, brokenBy))
  return withEffects(made, effects, brokenBy).sort(byUrgency)
}

function add(groups: Map<string, [Finding, ...Finding[]]>, key: string, finding: Finding): void {
  const group = groups.get(key)
  if (group === undefined) groups.set(key, [finding])
  else group.push(finding)
}

function keyOf({ rule, cause, fingerprint, age }: Finding): string {
  return JSON.stringify([rule, cause ?? `of its own ${fingerprint}`, age === 'older'])
}

const RANK: Readonly<Record<Severity, number>> = { error: 0, warning: 1, note: 2 }
const AGE: Readonly<Record<Age, number>> = { own: 0, broken: 1, older: 2 }

function problemOf(group: readonly [Finding, ...Finding[]], brokenBy: BrokenBy): Problem {
  const sorted = [...group].sort(
    (a, b) =>
      RANK[a.severity] - RANK[b.severity] ||
      AGE[a.age ?? 'own'] - AGE[b.age ?? 'own'] ||
      compare(a.span.file, b.span.file) ||
      a.span.line - b.span.line ||
      a.span.column - b.span.column,
  ) as [Finding, ...Finding[]]
  const [first] = sorted
  // What nothing applies is shown, and asks for nothing.
  const worst = sorted.filter(({ severity }) => severity === first.severity) as [Finding, ...Finding[]]
  const references = distinct(sorted.flatMap((finding) => brokenBy(finding)))
  const told = worst.length < 2 ? {} : together(worst, Math.max(references.length, worst.length))
  const fix = told.fix ?? first.fix
  const why = told.why ?? first.why
  return {
    id: `${first.rule}|${first.cause ?? first.fingerprint}${first.age === 'older' ? '|older' : ''}`,
    rule: first.rule,
    severity: first.severity,
    headline: told.headline ?? first.headline,
    ...(why === undefined ? {} : { why }),
    chain: first.chain ?? [],
    ...(fix === undefined ? {} : { fix }),
    ...(first.shows === undefined ? {} : { shows: first.shows }),
    span: told.span ?? first.span,
    places: sorted.map(placeOf) as [Place, ...Place[]],
    references,
    effects: [],
  }
}

const RULE_BY_ID: ReadonlyMap<string, Rule> = new Map(RULES.map((rule) => [rule.id, rule]))

function together(findings: readonly [Finding, ...Finding[]], references: number): Together {
  const rule = RULE_BY_ID.get(findings[0].rule)
  const what = findings[0].parts?.what
  return { ...(what === undefined ? {} : { headline: what }), ...rule?.together?.(findings, references) }
}

function placeOf(finding: Finding): Place {
  return {
    finding,
    objects: [...new Set((finding.objects ?? []).map(nameManifest))],
    ...(finding.age === undefined ? {} : { age: finding.age }),
  }
}

type BrokenBy = (finding: Finding) => readonly JudgedReference[]

/** Findings name the references that they break by their fingerprint. */
function referencesByFingerprint(references: readonly JudgedReference[]): BrokenBy {
  const byFingerprint = new Map<string, JudgedReference[]>()
  for (const judged of references) {
    if (judged.standing.is !== 'broken') continue
    for (const fingerprint of judged.standing.by) {
      const known = byFingerprint.get(fingerprint)
      if (known === undefined) byFingerprint.set(fingerprint, [judged])
      else known.push(judged)
    }
  }
  return ({ fingerprint }) => byFingerprint.get(fingerprint) ?? []
}

/** What is denied because Vault differs from Git belongs to the difference; without one in the report it is a problem of its own. */
function withEffects(problems: readonly Problem[], effects: readonly Finding[], brokenBy: BrokenBy): Problem[] {
  if (effects.length === 0) return [...problems]
  const left = new Map<string, [Finding, ...Finding[]]>()
  const byProblem = new Map<Problem, Finding[]>()
  for (const finding of effects) {
    const cause = problems.find((problem) => problem.rule === DIFFERENCE && causes(problem, finding))
    if (cause === undefined) add(left, keyOf(finding), finding)
    else byProblem.set(cause, [...(byProblem.get(cause) ?? []), finding])
  }
  return [
    ...problems.map((problem) => {
      const own = byProblem.get(problem) ?? []
      return own.length === 0
        ? problem
        : {
            ...problem,
            effects: own.map(placeOf),
            references: distinct([...problem.references, ...own.flatMap((finding) => brokenBy(finding))]),
          }
    }),
    ...[...left.values()].map((group) => problemOf(group, brokenBy)),
  ]
}

const DIFFERENCE = 'state-drift'

/** The policy or role of the chain that refuses is the one that differs. */
function causes({ places }: Problem, { chain = [], parts }: Finding): boolean {
  const differs = places[0].finding.parts
  if (differs?.policy !== undefined) return parts?.policy === differs.policy
  return differs?.role !== undefined && chain.some(({ of, name }) => of === 'role' && name === differs.role)
}

function byUrgency(a: Problem, b: Problem): number {
  const own = (problem: Problem) => (problem.places.some(({ age }) => age === 'own') ? 0 : 1)
  return (
    RANK[a.severity] - RANK[b.severity] ||
    own(a) - own(b) ||
    b.references.length - a.references.length ||
    compare(a.span.file, b.span.file) ||
    a.span.line - b.span.line ||
    a.span.column - b.span.column ||
    compare(a.rule, b.rule)
  )
}

function distinct<T>(items: readonly T[]): T[] {
  return [...new Set(items)]
}
