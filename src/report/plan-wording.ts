import { counted } from '../model/wording.ts'
import { firstThatFits } from '../rules/fit-headline.ts'
import type { DocumentStep, PlanDocument } from '../setup/plan-document.ts'
import { asOfSuffixes } from './as-of.ts'
import { headline } from './headline.ts'
import { oneLine } from './plain-text.ts'
import type { Report } from './report.ts'

export const ACTION_MARK: Readonly<Record<DocumentStep['action'], string>> = {
  create: '+',
  update: '~',
  'no-change': '=',
  blocked: '!',
  'not-checked': '?',
}

const ACTION_WORD: Readonly<Record<DocumentStep['action'], string>> = {
  create: 'create',
  update: 'update',
  'no-change': 'no change',
  blocked: 'blocked',
  'not-checked': 'not checked',
}

/** `Plan: 2 changes to Vault, nothing deleted`; at most 90 characters. */
export function planHeadline(report: Report, document: PlanDocument): string {
  const { steps, server } = document
  if (report.outcome === 'invalid' || report.outcome === 'bug') return headline(report)
  if (document.mode === 'apply') return firstThatFits([applyHeadline(report, document)])
  const plans =
    document.preview === true ? [...asOfSuffixes(report).map((suffix) => `Preview${suffix}`), 'Preview'] : ['Plan']
  const what = planned(steps, server === null)
  return firstThatFits(plans.map((plan) => `${plan}: ${what}`))
}

function planned(steps: PlanDocument['steps'], notAsked: boolean): string {
  if (steps.length === 0) return 'nothing to set up, because no store in Git needs it'
  if (notAsked) return `${counted(steps.length, 'part')} needed in Vault, which was not asked`
  const { changes, blocked, notChecked } = countSteps(steps)
  return [
    changes === 0 ? 'nothing to change' : `${counted(changes, 'change')} to Vault, nothing deleted`,
    ...(blocked > 0 ? [`${blocked} blocked`] : []),
    ...(notChecked > 0 ? [`${notChecked} not checked`] : []),
  ].join(', ')
}

function applyHeadline(report: Report, { steps, coverage }: PlanDocument): string {
  const { changes, written } = countSteps(steps)
  if (report.outcome === 'clean') {
    const { covered, open } = coverage
    const total = covered + open.length
    const allowed = total === 0 ? '' : `, ${covered} of ${counted(total, 'reference')} allowed`
    return `Applied: ${written === 0 ? 'nothing to change' : counted(written, 'change')}${allowed}`
  }
  const problems = report.problems?.length ?? 0
  if (report.outcome === 'findings' && problems > 0)
    return `Stopped after ${written} of ${counted(Math.max(changes, written), 'change')}: ${counted(problems, 'problem')}`
  return headline(report)
}

function countSteps(steps: PlanDocument['steps']) {
  const count = (...actions: readonly DocumentStep['action'][]) =>
    steps.filter(({ action }) => actions.includes(action)).length
  return {
    changes: count('create', 'update'),
    blocked: count('blocked'),
    notChecked: count('not-checked'),
    written: steps.filter(({ result }) => result === 'written' || result === 'raced').length,
  }
}

/** `References allowed: 0 of 5 now, 5 of 5 after apply`. */
export function allowedFact({ coverage, mode }: Pick<PlanDocument, 'coverage' | 'mode'>): string {
  const { becomes, covered, open } = coverage
  const total = covered + open.length
  return mode === 'plan'
    ? `References allowed: ${Math.max(0, covered - becomes.length)} of ${total} now, ${covered} of ${total} after apply`
    : `References allowed: ${covered} of ${total}`
}

/** Editors end a file with a line feed, and a password with one is another password. */
export const SEED_NOTE = 'Put each value into a file that does not end in a newline.'

/** Many references stay uncovered for one reason, which is then said once. */
export function openByReason(
  open: PlanDocument['coverage']['open'],
): { readonly because: string; readonly references: readonly string[] }[] {
  const groups = new Map<string, string[]>()
  for (const { because, reference } of open) groups.set(because, [...(groups.get(because) ?? []), reference])
  return [...groups].map(([because, references]) => ({ because, references }))
}

/** What stands in place of the digest that somebody would approve. */
export const PREVIEW_NOTE =
  'This is a preview: a snapshot says how Vault was. To apply it, plan again where Vault is reached, and have that approved.'

/** What happens to a step, in a word. */
export function stepWord(step: DocumentStep, { server, mode }: Pick<PlanDocument, 'server' | 'mode'>): string {
  if (step.result !== undefined) return step.result === 'raced' ? 'written by another run' : step.result
  if (mode === 'apply' && (step.action === 'create' || step.action === 'update')) return `left to ${step.action}`
  return step.action === 'not-checked' && server === null ? 'wanted' : ACTION_WORD[step.action]
}

/** A field's value on one line; a long text by its first line and its length. */
export function valueText(value: unknown): string {
  if (value === null || value === undefined) return '(not set)'
  if (typeof value !== 'string') return JSON.stringify(value)
  const lines = value.split('\n')
  if (lines.length > 1) return `${oneLine(lines[0] ?? '')} … (${counted(lines.length, 'line')})`
  return value === '' ? '""' : oneLine(value)
}

/** `+ path [read]`, `~ path [read] → [read, update]`, `- path [read]`. */
export function ruleText({ path, before, after }: DocumentStep['rules'][number]): string {
  const list = (capabilities: readonly string[]) => `[${capabilities.join(', ')}]`
  if (before === null) return `+ ${oneLine(path)} ${list(after ?? [])}`
  if (after === null) return `- ${oneLine(path)} ${list(before)}`
  const same = list(before) === list(after)
  return same
    ? `~ ${oneLine(path)} ${list(after)} (other limits)`
    : `~ ${oneLine(path)} ${list(before)} → ${list(after)}`
}
