import type { Finding } from '../model/finding.ts'
import type { NotCheckedReason } from '../model/reason.ts'
import { counted, listed } from '../model/wording.ts'
import { expiresSoon } from '../rules/expires-soon.ts'
import { FACT_RULES } from '../rules/rule-ids.ts'
import { type Account, accountOf, objectsInChartsFacts } from './account.ts'
import { asOfSuffix } from './as-of.ts'
import { cut, oneLine, plainText } from './plain-text.ts'
import { countProblems, type Problem, problemsOf } from './problems.ts'
import { reasonGroup, shortReason } from './reasons/not-checked.ts'
import type { Report } from './report.ts'
import { snapshotHeadline } from './snapshot-report.ts'

/**
 * The outcome as one sentence without a full stop: in the terminal, the summary, the annotation and the JSON report the same. It accounts
 * for every reference, so that whoever sees nothing else is not told more than was seen.
 */
export function headline(report: Report): string {
  if (report.mode === 'snapshot') return snapshotHeadline(report) ?? headlineOf(report)
  return `${headlineOf(report)}${asOfSuffix(report)}`
}

function headlineOf(report: Report): string {
  const account = accountOf(report)
  switch (report.outcome) {
    case 'clean':
      return cleanHeadline(report, account)
    case 'unchecked':
      return uncheckedHeadline(report, account)
    case 'findings':
      return report.mode === 'drift' ? driftHeadline(report, account) : problemsHeadline(report, account)
    case 'incomplete':
      return incompleteHeadline(account)
    case 'invalid':
      return invalidHeadline(report)
    case 'bug':
      return 'eso-vault crashed. Nothing was checked'
  }
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
  const unseen = account.notChecked > 0 || partsLeft(account).length > 0
  return only === undefined || others.length > 0 || unseen ? undefined : only
}

function cleanHeadline(report: Report, account: Account): string {
  // `fail-on` lets it pass; that it is broken is said all the same.
  if (countProblems(report, 'error') > 0) return `${problemsHeadline(report, account)} (not failing)`
  const warned = warnings(report)
  if (account.vault === 0) return [nothingHeadline(report, account), ...warned].join('; ')
  if (isOfChange(report) && account.older > 0)
    return [`No new problems: ${brokenBefore(account)}`, ...warned].join('; ')
  if (account.broken > 0)
    return [`${works(account, report)}, ${account.broken} broken and accepted`, ...warned].join('; ')
  if (report.findings.some(endsSoon)) return `${allWork(report, account)}, and something in Vault expires soon`
  if (warned.length > 0) return `${listed(warned)}, no broken references`
  if (isOfChange(report)) {
    const { vault } = account
    const are = verb(report, vault)
    return `No new problems: ${vault === 1 ? 'the 1 changed reference' : `all ${vault} changed references`} ${are}`
  }
  return allWork(report, account)
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

function uncheckedHeadline(report: Report, account: Account): string {
  if (countProblems(report, 'error') > 0) return `${problemsHeadline(report, account)} (not failing)`
  const { vault, notChecked, works: working, broken } = account
  const warned = warnings(report)
  const left = partsLeft(account)
  if (notChecked === 0) {
    const seen =
      vault === 0
        ? 'No references checked'
        : broken > 0
          ? `${works(account, report)}, ${broken} broken and accepted`
          : allWork(report, account)
    return [`${seen}, but ${listed(left)}`, ...warned].join('; ')
  }
  const reason = mainReason(account.reasons)
  const more = [...left, ...warned]
  if (working + broken === 0) return [`0 of ${references(vault)} checked: ${reason}`, ...more].join('; ')
  const seen = broken > 0 ? `, ${broken} broken and accepted` : ''
  return [`${works(account, report)}${seen}, ${notChecked} not checked: ${reason}`, ...more].join('; ')
}

function problemsHeadline(report: Report, account: Account): string {
  const leading = leadingProblem(report)
  if (leading !== undefined) return leading.headline
  const errors = countProblems(report, 'error')
  const { vault, broken, accepted, older, notChecked } = account
  const breaking = broken - accepted - older
  const fresh = isOfChange(report) && errors > 0 && !problemsOf(report).some(isOlder) ? 'new problem' : 'problem'
  const problems = errors > 0 ? counted(errors, fresh) : counted(countProblems(report, 'warning'), 'warning')
  const which = isOfChange(report) ? 'affected reference' : 'reference'
  const left = [...(notChecked > 0 ? [`${references(notChecked)} not checked`] : []), ...partsLeft(account)]
  const tail = left.length === 0 ? '' : `; ${listed(left)}`
  if (errors > 0 && breaking > 0) {
    const all = breaking === vault ? (vault === 1 ? `the 1 ${which}` : `all ${counted(vault, which)}`) : undefined
    return `${problems} ${errors === 1 ? 'breaks' : 'break'} ${all ?? `${breaking} of ${counted(vault, which)}`}${tail}`
  }
  return `${problems}, no broken references${tail}`
}

function driftHeadline(report: Report, account: Account): string {
  const { vault, broken, notChecked } = account
  const unseen = [
    ...(notChecked > 0 ? [`${references(notChecked)} not checked`] : []),
    ...objectsInChartsFacts(account),
  ]
  const left = unseen.length === 0 ? '' : `; ${listed(unseen)}`
  if (report.live.silent === true)
    return `${problemsHeadline(report, account)} (in Git alone: Vault could not be asked)`
  if (!report.findings.some(({ rule }) => FACT_RULES.has(rule))) return problemsHeadline(report, account)
  const effect =
    broken > 0 ? `${broken} of ${references(vault)} ${broken === 1 ? 'is' : 'are'} broken` : 'nothing is broken yet'
  return `Vault differs from Git: ${effect}${left}`
}

function incompleteHeadline(account: Account): string {
  const { vault, notChecked, broken } = account
  const inCharts = objectsInChartsFacts(account)
    .map((fact) => `; ${fact}`)
    .join('')
  if (vault === 0) return `Not finished: a check that was asked for could not run${inCharts}`
  const checked = `${vault - notChecked} of ${references(vault)} checked`
  return `Not finished: ${checked}${broken > 0 ? `, ${broken} of them broken` : ''}${inCharts}`
}

/** Length of what an error says, in a headline. */
const SAID = 140

function invalidHeadline({ problems = [] }: Report): string {
  const [first, ...others] = problems
  if (first === undefined) return 'Not started: an input, the config file or a permission is wrong'
  const at = first.file === undefined ? '' : `${first.file}${first.line === undefined ? '' : `:${first.line}`}: `
  const more = others.length === 0 ? '' : ` (and ${counted(others.length, 'more problem')})`
  return `Not started: ${at}${cut(oneLine(plainText(first.message)), SAID).replace(/\.$/, '')}${more}`
}

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

function allWork(report: Report, { vault }: Account): string {
  const config = report.references.some(({ accesses }) => accesses.some(({ decision }) => decision.said !== undefined))
  const by =
    report.live.asked && report.live.silent !== true
      ? ''
      : config
        ? ' by Git and the config'
        : ' by the policies in Git'
  return `${vault === 1 ? 'The 1 reference' : `All ${vault} references`} ${verb(report, vault)}${by}`
}

function warnings(report: Report): string[] {
  const count = countProblems(report, 'warning')
  return count === 0 ? [] : [counted(count, 'warning')]
}

function partsLeft(account: Account): string[] {
  const { filesNotRead, partsNotFollowed } = account
  return [
    ...objectsInChartsFacts(account),
    ...(filesNotRead > 0 ? [`${counted(filesNotRead, 'file')} not read`] : []),
    ...(partsNotFollowed > 0 ? [`${counted(partsNotFollowed, 'part')} not checked`] : []),
  ]
}

/** The most frequent reason, and how many others there are. */
function mainReason(reasons: readonly NotCheckedReason[]): string {
  const groups = new Map<string, { readonly reason: NotCheckedReason; count: number }>()
  for (const reason of reasons) {
    const key = reasonGroup(reason)
    const known = groups.get(key)
    if (known === undefined) groups.set(key, { reason, count: 1 })
    else known.count++
  }
  const [first, ...others] = [...groups.values()].sort((a, b) => b.count - a.count)
  if (first === undefined) return 'no reason is known'
  return `${shortReason(first.reason)}${others.length === 0 ? '' : ` (and ${counted(others.length, 'other reason')})`}`
}
