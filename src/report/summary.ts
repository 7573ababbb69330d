import { VERSION } from '../model/version.ts'
import { counted } from '../model/wording.ts'
import type { Ci } from '../settings/environment.ts'
import { accountOf } from './account.ts'
import { type Cause, causesOf } from './causes.ts'
import { endsSoon, headline, leadingProblem } from './headline.ts'
import { bytes, joinWithin, type Part } from './join-within.ts'
import { type Links, NO_LINKS } from './links.ts'
import { code, codeBlock, link, prose } from './markdown.ts'
import { needParts } from './need-text.ts'
import { notAppliedGroups } from './not-applied.ts'
import { cut } from './plain-text.ts'
import {
  at,
  fold,
  folderItems,
  list,
  MARK,
  type MarkdownContext,
  markdownContext,
  problemBody,
  problemHeading,
} from './problem-markdown.ts'
import { type Problem, problemsOf } from './problems.ts'
import { entryOf } from './reasons/applied.ts'
import { briefReason } from './reasons/brief.ts'
import { noteText } from './reasons/note.ts'
import type { JudgedReference, Report } from './report.ts'
import { snapshotSentences } from './snapshot-report.ts'
import { apartFacts, checkedFact, readFact, scopeFacts } from './wording.ts'

/** GitHub refuses a step's summary above 1 MiB, all of it (platform.md §1.2). */
export const SUMMARY_BYTES = 1_000_000

const PLACES_OF_A_REASON = 10
const TEXT_LENGTH = 4000
/** So many problems have a section of their own in sight (reports.md §5). */
const OPEN = 5
/** Up to so many, a table names each problem; above, each rule. */
const BY_PROBLEM = 25
/** Above, sections go by folder. */
const BY_FILE = 200
/** So many causes of what was not checked have a section of their own. */
const CAUSES = 3

export interface MarkdownOptions {
  readonly links?: Links
  readonly runUrl?: string
  /** The commit that was checked. */
  readonly commit?: string
  /** `owner/name`: a target of that name goes without saying. */
  readonly repository?: string
}

/** Of a run in CI. */
export function markdownOptions({ runUrl, head, sha, repository }: Ci): Omit<MarkdownOptions, 'links'> {
  const commit = head ?? sha
  return {
    ...(runUrl === undefined ? {} : { runUrl }),
    ...(commit === undefined ? {} : { commit }),
    ...(repository === undefined ? {} : { repository }),
  }
}

/** The job summary: everything the run found, as Markdown for GitHub. */
export function summaryOf(report: Report, options: MarkdownOptions = {}): string {
  const context = contextOf(report, options)
  return joinWithin(
    [
      plain(`<!-- eso-vault ${report.mode} -->\n`),
      ...mainParts(report, context, options),
      ...needParts(report),
      ...folds(report, context),
      footer(report, options, 'summary'),
    ],
    SUMMARY_BYTES,
    bytes,
  )
}

/** Names of all files that the report shows. */
export function contextOf(report: Report, { links = NO_LINKS }: MarkdownOptions): MarkdownContext {
  const hops = report.findings.flatMap(({ chain = [], fix }) => [...chain.map((hop) => hop.at), fix?.at])
  return markdownContext(
    [
      ...report.findings.flatMap(({ span, related }) => [span.file, ...related.map((place) => place.span.file)]),
      ...hops.flatMap((place) => place?.file ?? []),
      ...report.references.map(({ reference }) => reference.span.file),
      ...report.notChecked.map(({ file }) => file),
    ],
    links,
  )
}

/** Headline, what was checked, each problem with its fix, and what was not checked: what every Markdown report holds. */
export function mainParts(report: Report, context: MarkdownContext, options: MarkdownOptions): Part[] {
  const head = `## ${iconOf(report)} ${report.mode === 'check' || report.mode === 'drift' ? '' : `eso-vault ${report.mode}: `}${prose(headline(report))}\n\n`
  const inputs = (report.problems ?? []).map(({ message, file, line }) => {
    const place = file === undefined ? '' : `${code(line === undefined ? file : `${file}:${line}`)}: `
    return `- ${place}${prose(cut(message, TEXT_LENGTH))}\n`
  })
  if (report.outcome === 'invalid' || report.outcome === 'bug') return [list(head, inputs)]
  const incomplete = report.incomplete.map((sentence) => `> - ${prose(cut(sentence, TEXT_LENGTH))}\n`)
  return [
    plain(head),
    ...(incomplete.length > 0
      ? [list(`> [!WARNING]\n> **Not finished.** ${prose(checkedFact(report))}.\n>\n`, incomplete)]
      : []),
    list(looked(report, options), inputs),
    ...problemParts(report, context),
    ...notCheckedParts(report, context),
  ]
}

/** Shapes differ, not only colours (issue: "no meaning in colour alone"). */
function iconOf(report: Report): string {
  const problems = problemsOf(report)
  switch (report.outcome) {
    case 'clean':
      if (report.findings.some(endsSoon)) return '⏳'
      if (problems.some(({ severity }) => severity !== 'note')) return MARK.warning
      return accountOf(report).vault === 0 ? MARK.note : MARK.ok
    case 'unchecked':
      return problems.some(({ severity }) => severity === 'error') ? MARK.warning : MARK['not-checked']
    case 'incomplete':
      return MARK.warning
    default:
      return MARK.error
  }
}

/** Whose cluster, how much of it was checked and against what. */
function looked(report: Report, { repository }: MarkdownOptions): string {
  // A snapshot judges nothing.
  if (report.mode === 'snapshot')
    return snapshotSentences(report)
      .map((sentence) => `${prose(sentence)}\n\n`)
      .join('')
  const facts = [
    ...(report.target === repository ? [] : [`**${prose(report.target)}**`]),
    ...(report.incomplete.length > 0 ? [] : [prose(checkedFact(report))]),
    ...(report.live.line === '' ? [] : [prose(cut(report.live.line.replace(/\.$/, ''), TEXT_LENGTH))]),
  ]
  return facts.length === 0 ? '' : `${facts.join(' · ')}\n\n`
}

/** Problems in sight first, the reader's own lines always; the more there are, the more is folded (reports.md §5). */
function problemParts(report: Report, context: MarkdownContext): Part[] {
  const problems = problemsOf(report).filter(({ severity }) => severity !== 'note')
  const leading = leadingProblem(report)
  if (leading !== undefined) return problemBody(leading, context)
  if (problems.length <= OPEN)
    return [
      ...(report.mode === 'drift' && problems.length >= EFFECTS ? [effectTable(problems)] : []),
      ...problems.flatMap((problem) => section(problem, context)),
    ]
  const isOwn = (problem: Problem) => problem.places.some(({ age }) => age === 'own')
  const open = problems.filter((problem, index) => index < OPEN || (isOwn(problem) && problems.length <= BY_FILE))
  const left = problems.filter((problem) => !open.includes(problem))
  const sections = open.flatMap((problem) => section(problem, context))
  if (problems.length <= BY_PROBLEM)
    return [problemTable(problems), ...sections, ...left.flatMap((problem) => folded(problem, context))]
  if (problems.length <= BY_FILE) return [ruleTable(problems), ...sections, ...foldsByFile(left, context)]
  return [
    ruleTable(problems),
    ...sections,
    fold(`${counted(left.length, 'more problem')}, by folder`, folderItems(left.map(({ span }) => span.file))),
  ]
}

function section(problem: Problem, context: MarkdownContext): Part[] {
  return [plain(problemHeading(problem)), ...problemBody(problem, context)]
}

function folded(problem: Problem, context: MarkdownContext): Part[] {
  return [
    plain(`<details><summary>${MARK[problem.severity]} ${summaryText(problem.headline)}</summary>\n\n`),
    ...problemBody(problem, context),
    plain('\n</details>\n\n'),
  ]
}

/** In HTML backticks are no code. */
function summaryText(headlineText: string): string {
  return prose(headlineText).replace(
    /`+([^`]*)`+/g,
    (_, inner: string) => `<code>${inner.replace(/</g, '&lt;')}</code>`,
  )
}

/** From so many differences on, a table says what each breaks (reports.md §5). */
const EFFECTS = 3

function effectTable(problems: readonly Problem[]): Part {
  return {
    head: '| Problem | Effect |\n|---|---|\n',
    items: problems.map(({ severity, headline: text, references }) => {
      const effect = references.length === 0 ? 'nothing broken' : `${counted(references.length, 'reference')} broken`
      return `| ${MARK[severity]} ${prose(text, true)} | ${effect} |\n`
    }),
    tail: '\n',
    more: (left) => `| ${left} more | |\n`,
  }
}

function problemTable(problems: readonly Problem[]): Part {
  return {
    head: '| Problem | References |\n|---|---|\n',
    items: problems.map(
      ({ severity, headline: text, references }) =>
        `| ${MARK[severity]} ${prose(text, true)} | ${references.length === 0 ? 'none' : references.length} |\n`,
    ),
    tail: '\n',
    more: (left) => `| ${left} more | |\n`,
  }
}

function ruleTable(problems: readonly Problem[]): Part {
  const rules = new Map<string, { problems: number; references: Set<JudgedReference> }>()
  for (const { rule, references } of problems) {
    const known = rules.get(rule) ?? { problems: 0, references: new Set() }
    known.problems++
    for (const one of references) known.references.add(one)
    rules.set(rule, known)
  }
  return {
    head: '| Rule | Problems | References |\n|---|---|---|\n',
    items: [...rules]
      .sort(([, a], [, b]) => b.problems - a.problems)
      .map(([rule, one]) => `| ${prose(rule, true)} | ${one.problems} | ${one.references.size} |\n`),
    tail: '\n',
    more: (left) => `| ${left} more | | |\n`,
  }
}

function foldsByFile(problems: readonly Problem[], context: MarkdownContext): Part[] {
  const files = new Map<string, Problem[]>()
  for (const problem of problems) files.set(problem.span.file, [...(files.get(problem.span.file) ?? []), problem])
  return [...files].map(([file, own]) =>
    fold(
      `${file}: ${counted(own.length, 'problem')}`,
      own.map(({ severity, headline: text, span, rule, fix }) => {
        const help = fix === undefined ? '' : `. Fix: ${prose(fix.lead)}`
        return `- ${MARK[severity]} ${at(span, context)} ${prose(text)} (${prose(rule)})${help}\n`
      }),
    ),
  )
}

/** What could not be judged, each cause with its way out; never hidden in a fold (reports.md §1). */
function notCheckedParts(report: Report, context: MarkdownContext): Part[] {
  const causes = causesOf(report)
  const own = causes.filter(({ references }) => references > 0)
  const others = causes.filter(({ references }) => references === 0)
  const alone = own.length === 1 && report.outcome === 'unchecked' && problemsOf(report).length === 0
  const parts: Part[] = own.slice(0, CAUSES).flatMap((cause) => causeParts(cause, context, alone))
  const left = [...own.slice(CAUSES), ...others]
  if (left.length > 0) {
    const items = left.map((cause) => causeItem(cause, context))
    parts.push(
      fold(
        `${own.length > 0 ? 'Also not checked' : 'Not checked'}: ${left
          .map((cause) => cause.counted)
          .slice(0, 3)
          .join(', ')}${left.length > 3 ? ' and more' : ''}`,
        items,
      ),
    )
  }
  return parts
}

function causeParts(cause: Cause, context: MarkdownContext, alone: boolean): Part[] {
  const { says, counted: many, items, wayOut } = cause
  const heading = alone
    ? ''
    : `### ${MARK['not-checked']} ${prose(`${many} not checked: ${briefReason(items[0].reason)}`)}\n\n`
  const why = briefReason(items[0].reason) === says ? '' : `${prose(cut(says, TEXT_LENGTH))}.\n\n`
  const help = wayOut === undefined ? '' : `${prose(wayOut.says)}\n\n`
  const lines = wayOut?.config ?? []
  const paste = lines.length === 0 ? '' : `${codeBlock(lines.join('\n'), 'yaml')}\n\n`
  const places =
    items.length > PLACES_FOLDED
      ? folderItems(items.map(({ file }) => file))
      : items.map(({ file, line, what }) => `- ${at({ file, line }, context)} ${prose(cut(what, TEXT_LENGTH))}\n`)
  return [plain(heading + why + help + paste), fold(many, places)]
}

const PLACES_FOLDED = 50

function causeItem({ says, counted: many, items, wayOut }: Cause, context: MarkdownContext): string {
  const places = items
    .slice(0, PLACES_OF_A_REASON)
    .map(({ file, line, what }) => `  - ${at({ file, line }, context)} ${prose(cut(what, TEXT_LENGTH))}\n`)
  const left = items.length - places.length
  const help = wayOut === undefined ? '' : ` ${prose(wayOut.says)}`
  const lines = wayOut?.config ?? []
  const paste =
    lines.length === 0 ? '' : `\n  ${codeBlock(lines.join('\n'), 'yaml').trimEnd().replaceAll('\n', '\n  ')}\n`
  return `- ${prose(many)}: ${prose(cut(says, TEXT_LENGTH))}.${help}\n${paste}${places.join('')}${left > 0 ? `  - and ${left} more\n` : ''}`
}

/** What only the summary holds: it is read by those who may read the repository, and kept as long as the run. */
function folds(report: Report, context: MarkdownContext): Part[] {
  if (report.outcome === 'invalid' || report.outcome === 'bug') return []
  const parts: Part[] = []
  const notes = problemsOf(report).filter(({ severity }) => severity === 'note')
  if (notes.length > 0)
    parts.push(
      fold(
        counted(notes.length, 'note'),
        notes.map((note) => noteItem(note, context)),
      ),
    )
  if (accountOf(report).notApplied > 0) parts.push(notAppliedPart(report))
  if (report.references.length > 0) parts.push(referencesPart(report, context))
  const roots = rootsPart(report)
  if (roots !== undefined) parts.push(roots)
  if (report.ignored.length > 0) parts.push(ignoredPart(report, context))
  if (report.notes.length > 0) parts.push(notesPart(report))
  return parts
}

function noteItem({ headline: text, span, rule, places, fix }: Problem, context: MarkdownContext): string {
  const more = places.length > 1 ? ` and ${counted(places.length - 1, 'more place')}` : ''
  const { remark } = places[0].finding
  const said = remark === undefined ? '' : ` ${prose(cut(remark, TEXT_LENGTH))}`
  const help = fix === undefined ? '' : ` Fix: ${prose(fix.lead)}.`
  return `- ${at(span, context)}${more}: ${prose(text)} (${link(prose(rule), context.links.rule(rule))}).${said}${help}\n`
}

/** What applies the references, by entry and cluster: the root that a person applied, or that Git names. */
function rootsPart({ references }: Report): Part | undefined {
  const counts = new Map<string, number>()
  for (const { reference } of references) {
    const { appliedBy, applied } = reference.manifest.origin
    const cluster = applied.cluster === undefined ? '' : ` (cluster ${applied.cluster.name})`
    for (const entry of new Set(appliedBy.map((root) => `${entryOf(root)}${cluster}`)))
      counts.set(entry, (counts.get(entry) ?? 0) + 1)
  }
  if (counts.size === 0) return undefined
  const rows = [...counts].sort(([, a], [, b]) => b - a)
  return fold(
    `Applied by: ${counted(counts.size, 'entry', 'entries')}`,
    rows.map(([entry, count]) => `- ${prose(cut(entry, TEXT_LENGTH))}: ${counted(count, 'reference')}\n`),
  )
}

/** What nothing applies, by reason: its findings are notes, and it fails no run (applied.md §4.2). */
function notAppliedPart(report: Report): Part {
  const items = notAppliedGroups(report).map(({ reason, references, files }) => {
    const places = files
      .slice(0, PLACES_OF_A_REASON)
      .map(({ file, why }) => `  - ${code(file)}${why === undefined ? '' : ` ${prose(cut(why, TEXT_LENGTH))}`}\n`)
    const left = files.length - places.length
    return `- ${counted(references, 'reference')}: ${prose(reason)}\n${places.join('')}${left > 0 ? `  - and ${counted(left, 'more file')}\n` : ''}`
  })
  return fold(`Not applied: ${counted(accountOf(report).notApplied, 'reference')}`, items)
}

function referencesPart(report: Report, context: MarkdownContext): Part {
  const title = report.scope?.of === 'changed' ? 'Affected references' : 'All references'
  return fold(
    `${title} (${report.references.length})`,
    report.references.map((judged) => referenceItem(judged, context)),
  )
}

const STANDING: Readonly<Record<JudgedReference['standing']['is'], string>> = {
  works: MARK.ok,
  broken: MARK.error,
  'not-checked': MARK['not-checked'],
  'other-provider': '➖',
  'not-applied': '➖',
}

/** One reference, one line: what it does, and the rule or the reason that decides. */
function referenceItem(judged: JudgedReference, context: MarkdownContext): string {
  const { reference, accesses, standing } = judged
  const does = reference.operation === 'push' ? 'writes' : reference.operation === 'find' ? 'looks below' : 'reads'
  const store = reference.store.found === 'vault' ? (reference.store.store.path ?? '') : ''
  const key = [store, reference.key].filter((part) => part !== '').join('/')
  const property = reference.property === undefined ? '' : ` ${code(reference.property)}`
  return `- ${STANDING[standing.is]} ${at(reference.span, context)} ${does} ${code(key)}${property}: ${outcomeOf(judged, accesses, context)}\n`
}

function outcomeOf(
  { standing, secret }: JudgedReference,
  accesses: JudgedReference['accesses'],
  context: MarkdownContext,
): string {
  switch (standing.is) {
    case 'works': {
      const rule = accesses.find(({ access }) => access.side !== 'session')?.decision.winner[0]
      if (rule === undefined) return 'allowed'
      const { span } = rule
      const named = link(code(rule.path), span === undefined ? undefined : context.links.source(span.file, span.line))
      return `allowed by ${named}${secret === undefined ? '' : `, secret ${secret.presence}`}`
    }
    case 'broken':
      if (standing.accepted) return 'broken, and accepted'
      return accesses.some(({ decision }) => decision.verdict === 'denied')
        ? 'denied by policy'
        : `broken${secret === undefined ? '' : `, secret ${secret.presence}`}`
    case 'not-checked':
      return `not checked: ${prose(cut(briefReason(standing.reason), TEXT_LENGTH))}`
    case 'other-provider':
      return `of another provider (${prose(standing.provider ?? 'unknown')})`
    case 'not-applied':
      return 'nothing in Git applies it'
  }
}

function ignoredPart(report: Report, context: MarkdownContext): Part {
  const rows = report.ignored.map(
    ({ finding, reason }) =>
      `- ${at(finding.span, context)} ${prose(finding.rule)}: ${prose(cut(reason, TEXT_LENGTH))}\n`,
  )
  return fold(`Ignored: ${counted(report.ignored.length, 'finding')}`, rows)
}

function notesPart(report: Report): Part {
  const rows = report.notes.map(
    (note) =>
      `- ${code(note.line === undefined ? note.file : `${note.file}:${note.line}`)} ${prose(cut(noteText(note), TEXT_LENGTH))}\n`,
  )
  return fold(`Not read, or left out: ${counted(report.notes.length, 'file')}`, rows)
}

/** One line of facts, the same in every Markdown report. */
export function footer(report: Report, { runUrl, commit }: MarkdownOptions, of: 'summary' | 'comment'): Part {
  const started = report.outcome !== 'invalid' && report.outcome !== 'bug'
  const facts = [
    ...(started ? [...scopeFacts(report), ...apartFacts(report)].map((fact) => prose(fact)) : []),
    ...(started && of === 'summary' ? [prose(readFact(report))] : []),
    ...(report.ignored.length > 0 ? [`${report.ignored.length} ignored`] : []),
    ...(of === 'comment' && runUrl !== undefined ? [link('full report', runUrl)] : []),
    ...(commit === undefined ? [] : [`checked commit ${prose(commit.slice(0, 7))}`]),
    `eso-vault ${VERSION}`,
  ]
  return plain(`<sub>${facts.join(' · ')}</sub>\n`)
}

export function plain(head: string): Part {
  return { head, items: [], more: () => '' }
}
