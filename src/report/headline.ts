import type { Finding } from '../model/finding.ts'
import type { NotCheckedReason } from '../model/reason.ts'
import { counted, listed } from '../model/wording.ts'
import { expiresSoon } from '../rules/expires-soon.ts'
import { firstThatFits, fitHeadline, HEADLINE } from '../rules/fit-headline.ts'
import { FACT_RULES } from '../rules/rule-ids.ts'
import { type Account, accountOf, countInCharts, objectsInChartsFacts } from './account.ts'
import { asOfSuffixes } from './as-of.ts'
import { oneLine, plainText } from './plain-text.ts'
import { countProblems, type Problem, problemsOf } from './problems.ts'
import { briefReason } from './reasons/brief.ts'
import { reasonGroup } from './reasons/not-checked.ts'
import { unfinishedText } from './reasons/offline.ts'
import type { Report } from './report.ts'
import { snapshotHeadlines } from './snapshot-report.ts'

/**
 * The outcome as one sentence without a full stop, of at most 90 characters: in the terminal, the summary, the annotation and the JSON report
 * the same. It accounts for every reference, so that whoever sees nothing else is not told more than was seen: what does not fit is left out
 * in the order of its worth, the counts of references last of all.
 */
export function headline(report: Report): string {
  const told = report.mode === 'snapshot' ? snapshotHeadlines(report) : undefined
  if (told !== undefined) return firstThatFits(told)
  const suffixes = asOfSuffixes(report)
  const shortest = suffixes.at(-1)
  if (shortest === undefined) return headlineOf(report, HEADLINE)
  const room = (suffix: string) => HEADLINE - suffix.length
  const full = headlineOf(report, Number.POSITIVE_INFINITY)
  const suffix = suffixes.find((one) => [...full].length <= room(one)) ?? shortest
  return `${headlineOf(report, room(suffix))}${suffix}`
}

/** `most`: characters that it may have. */
function headlineOf(report: Report, most: number): string {
  const account = accountOf(report)
  const { outcome, mode } = report
  if (outcome === 'bug') return 'eso-vault crashed. Nothing was checked'
  if (outcome === 'invalid') return invalidHeadline(report, most)
  const leading = leadingProblem(report)
  if (leading !== undefined) return fitHeadline(leading.headline, most)
  return firstThatFits(
    outcome === 'clean'
      ? cleanHeadlines(report, account, most)
      : outcome === 'unchecked'
        ? uncheckedHeadlines(report, account, most)
        : outcome === 'incomplete'
          ? incompleteHeadlines(report, account)
          : mode === 'drift'
            ? driftHeadlines(report, account)
            : problemsHeadlines(report, account),
    most,
  )
}

/** Something that works today and stops by itself within weeks: the one warning that is worth an issue of its own. */
export function endsSoon({ rule, severity }: Finding): boolean {
  return rule === expiresSoon.id && severity !== 'note'
}

/** The one problem of a report: its headline is the report's own (reports.md §2). */
export function leadingProblem(report: Report): Problem | undefined {
  if (report.mode !== 'check' || report.outcome !== 'findings' || report.incomplete.length > 0) return undefined
  const [only, ...others] = problemsOf(report).filter(({ severity }) => severity !== 'note')
  const account = accountOf(report)
  const unseen = account.notChecked > 0 || partsLeft(account).full !== ''
  const told = countProblems(report, 'error') + countProblems(report, 'warning') === 1
  return only === undefined || others.length > 0 || unseen || !told ? undefined : only
}

/** Broken, and neither accepted nor older: what the headline speaks of. */
function breaking({ broken, accepted, older }: Account): number {
  return broken - accepted - older
}

/** Each way shorter than the one before: what comes after the first text is left out from its end. */
function ways(first: string, ...more: readonly string[]): string[] {
  const tails = more.filter((part) => part !== '')
  return Array.from({ length: tails.length + 1 }, (_, index) => clauses(first, ...tails.slice(0, tails.length - index)))
}

function clauses(...all: readonly string[]): string {
  return all.filter((clause) => clause !== '').join('; ')
}

/** With its names shortened where that is enough: a clause that is cut says nothing. */
function whole(text: string, most: number): string[] {
  const fitted = fitHeadline(text, most)
  return fitted.endsWith('…') ? [] : [fitted]
}

function cleanHeadlines(report: Report, account: Account, most: number): string[] {
  // `fail-on` lets it pass; that it is broken is said all the same.
  if (countProblems(report, 'error') > 0) return problemsHeadlines(report, account).map((way) => `${way} (not failing)`)
  const warned = warnings(report)
  const { vault, older, broken } = account
  if (vault === 0) return ways(nothingHeadline(report, account), warned)
  if (breaking(account) > 0) return problemsHeadlines(report, account)
  if (isOfChange(report) && older > 0) return ways(`No new problems: ${brokenBefore(account)}`, warned)
  if (broken > 0) return ways(`${works(account, report)}, ${brokenAnd(account)}`, warned)
  if (report.findings.some(endsSoon)) return expiresHeadlines(report, account, most)
  if (warned !== '') return [`${warned}, no broken references`]
  if (isOfChange(report)) {
    const all = vault === 1 ? 'the 1 changed reference' : `all ${vault} changed references`
    return [`No new problems: ${all} ${verb(report, vault)}`]
  }
  return [allWork(report, account)]
}

/** `All 6 references work; policy eso expires on 3 December`. */
function expiresHeadlines(report: Report, account: Account, most: number): string[] {
  const ending = problemsOf(report).filter(({ places: [{ finding }] }) => endsSoon(finding))
  const [first, ...others] = ending
  const all = allWork(report, account)
  const what =
    first === undefined || others.length > 0
      ? `${counted(ending.length, 'thing')} in Vault expire soon`
      : first.headline.replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase())
  const short = allWork(report, account, '')
  return [`${all}; ${what}`, ...whole(`${short}; ${what}`, most), `${short}; something in Vault expires soon`]
}

/** `1 of 2 affected references was broken before`. */
function brokenBefore({ vault, older }: Account): string {
  return `${older} of ${counted(vault, 'affected reference')} ${older === 1 ? 'was' : 'were'} broken before`
}

function nothingHeadline(report: Report, { otherProvider, notApplied }: Account): string {
  if (isOfChange(report)) return 'This change affects no references to Vault'
  if (notApplied > 0) return `No applied references to Vault found (${notApplied} that nothing applies)`
  return otherProvider > 0
    ? `No references to Vault found (${otherProvider} of other providers)`
    : 'No references to Vault found'
}

function uncheckedHeadlines(report: Report, account: Account, most: number): string[] {
  if (countProblems(report, 'error') > 0) return problemsHeadlines(report, account).map((way) => `${way} (not failing)`)
  const { vault, notChecked, works: working, broken } = account
  const warned = warnings(report)
  const left = partsLeft(account)
  if (notChecked === 0) {
    const seen = (by?: string) =>
      vault === 0
        ? 'No references checked'
        : broken > 0
          ? `${works(account, report)}, ${brokenAnd(account)}`
          : allWork(report, account, by)
    return [
      ...ways(`${seen()}, but ${left.full}`, warned),
      `${seen()}, but ${left.short}`,
      `${seen('')}, but ${left.short}`,
    ]
  }
  const many = `${notChecked} not checked`
  const bad = broken > 0 ? `, ${brokenAnd(account)}` : ''
  const seen = working + broken === 0 ? `0 of ${references(vault)} checked` : `${works(account, report)}${bad}, ${many}`
  const { reason, others } = mainReason(account.reasons)
  const more = others === 0 ? '' : ` (and ${counted(others, 'other reason')})`
  // The reason is what people look for: its names are shortened before it goes, and a cut clause says nothing.
  return [
    ...ways(`${seen}: ${reason}${more}`, left.full, warned).slice(0, 2),
    ...ways(`${seen}: ${reason}`, left.full, warned).slice(0, 2),
    ...whole(clauses(`${seen}: ${reason}`, left.short), most),
    clauses(seen, left.short),
    `${working + broken} of ${references(vault)} checked${broken > 0 ? `, ${broken} broken` : ''}, ${many}`,
  ]
}

function problemsHeadlines(report: Report, account: Account): string[] {
  const errors = countProblems(report, 'error')
  const warned = countProblems(report, 'warning')
  const { vault, notChecked } = account
  const broken = breaking(account)
  const fresh = isOfChange(report) && errors > 0 && !problemsOf(report).some(isOlder) ? 'new problem' : 'problem'
  const problems = errors > 0 ? counted(errors, fresh) : warned > 0 ? counted(warned, 'warning') : 'No errors'
  const left = partsLeft(account)
  const tails = (parts: string) =>
    listed([...(notChecked > 0 ? [`${references(notChecked)} not checked`] : []), ...(parts === '' ? [] : [parts])])
  const said = (which: string) => {
    if (broken === 0) return `${problems}, no broken references`
    const all =
      broken === vault
        ? vault === 1
          ? `the 1 ${which}`
          : `all ${counted(vault, which)}`
        : `${broken} of ${counted(vault, which)}`
    if (errors === 0) return `${problems}; ${all} ${broken === 1 ? 'is' : 'are'} broken`
    return `${problems} ${errors === 1 ? 'breaks' : 'break'} ${all}`
  }
  const full = said(isOfChange(report) ? 'affected reference' : 'reference')
  const short = said('reference')
  return [
    clauses(full, tails(left.full)),
    clauses(short, tails(left.full)),
    clauses(short, tails(left.short)),
    clauses(short, notChecked > 0 ? `${notChecked} not checked` : left.short),
  ]
}

function driftHeadlines(report: Report, account: Account): string[] {
  const { vault, notChecked } = account
  const broken = breaking(account)
  const charts = objectsInChartsFacts(account)
  if (report.live.silent === true)
    return problemsHeadlines(report, account).map((way) => `${way} (in Git: Vault could not be asked)`)
  if (!report.findings.some(({ rule }) => FACT_RULES.has(rule))) return problemsHeadlines(report, account)
  const effect =
    broken > 0 ? `${broken} of ${references(vault)} ${broken === 1 ? 'is' : 'are'} broken` : 'nothing is broken yet'
  const seen = `Vault differs from Git: ${effect}`
  const left = notChecked === 0 ? [] : [`${references(notChecked)} not checked`]
  const shorter = notChecked > 0 ? `${notChecked} not checked` : charts.length > 0 ? partsLeft(account).short : ''
  return [clauses(seen, listed([...left, ...charts])), clauses(seen, ...left), ...ways(seen, shorter)]
}

/** `Not finished: Vault is sealed; 0 of 6 references checked`. */
function incompleteHeadlines({ unfinished }: Report, account: Account): string[] {
  const { vault, notChecked, broken } = account
  const charts = listed(objectsInChartsFacts(account))
  const why = unfinished === undefined ? undefined : unfinishedText(unfinished)
  if (vault === 0) return ways(`Not finished: ${why ?? 'a check that was asked for could not run'}`, charts)
  const checked = `${vault - notChecked} of ${references(vault)} checked${broken > 0 ? `, ${broken} broken` : ''}`
  return [
    ...(why === undefined ? [] : ways(`Not finished: ${why}; ${checked}`, charts)),
    ...ways(`Not finished: ${checked}`, charts),
  ]
}

/** Characters of a place in a headline. */
const PLACE = 36

function invalidHeadline({ problems = [] }: Report, most: number): string {
  const [first, ...others] = problems
  if (first === undefined) return 'Not started: an input, the config file or a permission is wrong'
  const line = first.line === undefined ? '' : `:${first.line}`
  const place = first.file === undefined ? '' : `${shortFile(oneLine(first.file), PLACE)}${line}: `
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`
  const start = `Not started: ${place}`
  const text = oneLine(plainText(first.message)).trim()
  return `${start}${clauseOf(text, Math.max(12, most - start.length - more.length))}${more}`
}

/** The end of a path, which tells it. */
function shortFile(file: string, most: number): string {
  const points = [...file]
  return points.length <= most ? file : `…${points.slice(points.length - most + 1).join('')}`
}

/** As many whole clauses of a sentence as fit; else it is cut between words. */
function clauseOf(text: string, most: number): string {
  const ends = [...text.matchAll(/[.:;,](?=\s|$)/g)].map(({ index }) => index)
  const end = [text.length, ...ends.reverse()].find((at) => [...text.slice(0, at)].length <= most)
  const clause = end === undefined ? undefined : text.slice(0, end).replace(/[.:;,]+$/, '')
  // A clause in the middle of a name in backticks or quotes is none.
  if (clause !== undefined && clause.length >= LEAST_CLAUSE && clause.split('`').length % 2 === 1) return clause
  return fitHeadline(text.replace(/\.$/, ''), most).replace(/\s+\S*…$/, '…')
}

const LEAST_CLAUSE = 12

function isOlder({ severity, places }: Problem): boolean {
  return severity === 'error' && places.every(({ age }) => age === 'older')
}

function isOfChange({ scope }: Report): boolean {
  return scope?.of === 'changed'
}

function references(count: number): string {
  return counted(count, 'reference')
}

/** `work` where a server was asked; by Git alone a reference is only known to be allowed. */
function verb({ live }: Report, count: number): string {
  if (live.asked && live.silent !== true) return count === 1 ? 'works' : 'work'
  return count === 1 ? 'is allowed' : 'are allowed'
}

function works({ works: working, vault }: Account, report: Report): string {
  return `${working} of ${references(vault)} ${verb(report, working)}`
}

/** `2 broken and accepted`; of some that are not, how many are. */
function brokenAnd(account: Account): string {
  const { broken, accepted } = account
  if (accepted === broken) return `${broken} broken and accepted`
  return `${broken} broken${accepted > 0 ? ` (${accepted} accepted)` : ''}`
}

function allWork(report: Report, { vault }: Account, by = judgedBy(report)): string {
  return `${vault === 1 ? 'The 1 reference' : `All ${vault} references`} ${verb(report, vault)}${by}`
}

function judgedBy(report: Report): string {
  if (report.live.asked && report.live.silent !== true) return ''
  const config = report.references.some(({ accesses }) => accesses.some(({ decision }) => decision.said !== undefined))
  return config ? ' by Git and the config' : ' by the policies in Git'
}

function warnings(report: Report): string {
  const count = countProblems(report, 'warning')
  return count === 0 ? '' : counted(count, 'warning')
}

/** What beside references was not checked; `short`: counted together. */
function partsLeft(account: Account): { readonly full: string; readonly short: string } {
  const { filesNotRead, partsNotFollowed } = account
  const kinds = [
    ...objectsInChartsFacts(account),
    ...(filesNotRead > 0 ? [`${counted(filesNotRead, 'file')} not read`] : []),
    ...(partsNotFollowed > 0 ? [`${counted(partsNotFollowed, 'part')} not checked`] : []),
  ]
  const all = countInCharts(account) + filesNotRead + partsNotFollowed
  return { full: listed(kinds), short: kinds.length > 1 ? `${all} other parts not checked` : listed(kinds) }
}

/** The most frequent reason, and how many others there are. */
function mainReason(reasons: readonly NotCheckedReason[]): { readonly reason: string; readonly others: number } {
  const groups = new Map<string, { readonly reason: NotCheckedReason; count: number }>()
  for (const reason of reasons) {
    const key = reasonGroup(reason)
    const known = groups.get(key)
    if (known === undefined) groups.set(key, { reason, count: 1 })
    else known.count++
  }
  const [first, ...others] = [...groups.values()].sort((a, b) => b.count - a.count)
  if (first === undefined) return { reason: 'no reason is known', others: 0 }
  return { reason: briefReason(first.reason), others: others.length }
}
