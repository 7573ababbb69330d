import { counted } from '../model/wording.ts'
import type { PlanDocument } from '../setup/plan-document.ts'
import { bytes, joinWithin, type Part } from './join-within.ts'
import { code, codeBlock, prose } from './markdown.ts'
import { cut } from './plain-text.ts'
import { openByReason, PREVIEW_NOTE, planHeadline, ruleText, SEED_NOTE, stepWord, valueText } from './plan-wording.ts'
import type { Report } from './report.ts'
import { SUMMARY_BYTES } from './summary.ts'

const TEXT_LENGTH = 2000

/** The plan as Markdown for the job summary: what the people see who approve it. */
export function planSummary(document: PlanDocument, report: Report): string {
  const icon = report.outcome === 'clean' ? '✅' : report.outcome === 'incomplete' ? '⚠️' : '❌'
  const parts: Part[] = [
    part(
      [
        `## ${icon} eso-vault ${document.mode}: ${prose(planHeadline(report, document).replace(/^(Plan|Applied): /, ''))}\n`,
        `**${prose(document.target)}** · ${document.server === null ? 'no server asked' : prose(document.server)}${document.preview === true ? `\n\n> [!NOTE]\n> ${PREVIEW_NOTE}` : ` · digest ${code(document.digest)}`}\n\n`,
      ].join('\n'),
      (report.problems ?? []).map(({ message, file, line }) => {
        const at = file === undefined ? '' : `${code(line === undefined ? file : `${file}:${line}`)}: `
        return `- ❌ ${at}${prose(cut(message, TEXT_LENGTH))}\n`
      }),
    ),
    part(
      '',
      report.incomplete.map((sentence) => `- ⚠️ ${prose(cut(sentence, TEXT_LENGTH))}\n`),
    ),
    part(
      '\n',
      document.steps.map((step) => stepText(step, stepWord(step, document))),
    ),
    part(
      '\n### Worth knowing\n\n',
      document.unplanned
        .filter(({ weight }) => weight === 'note')
        .map(
          ({ message, at }) =>
            `- ${at === null ? '' : `${code(`${at.file}:${at.line}`)} `}${prose(cut(message, TEXT_LENGTH))}\n`,
        ),
    ),
    part(
      `\n### ${document.mode === 'plan' ? 'Becomes covered' : 'Covered now'}: ${counted(document.coverage.becomes.length, 'reference')}\n\n`,
      document.coverage.becomes.map((one) => `- ${prose(one)}\n`),
    ),
    part(
      `\n### Stays uncovered: ${counted(document.coverage.open.length, 'reference')}\n\n`,
      openByReason(document.coverage.open).map(({ because, references }) => {
        const items = references.map((reference) => `  - ${prose(reference)}\n`)
        return `- ${prose(cut(because, TEXT_LENGTH))}:\n${items.join('')}`
      }),
    ),
    part(
      '\n### The same by hand\n\n',
      document.mode === 'plan' ? document.commands.map((command) => `${codeBlock(command, 'sh')}\n`) : [],
    ),
    part(
      `\n### To seed\n\n${SEED_NOTE}\n\n`,
      document.seeds.map((seed) => `${codeBlock(seed.command, 'sh')}\n`),
    ),
  ]
  return joinWithin(
    parts.filter(({ head, items }, index) => index === 0 || items.length > 0 || head === ''),
    SUMMARY_BYTES,
    bytes,
  )
}

function part(head: string, items: readonly string[]): Part {
  return { head, items, tail: items.length > 0 ? '\n' : '', more: (left) => `- and ${left} more\n` }
}

function stepText(step: PlanDocument['steps'][number], word: string): string {
  const from = step.from[0]
  const place = from === undefined ? '' : ` · ${code(`${from.file}:${from.line}`)}`
  const lines = [
    ...(step.because === null || word === 'wanted' ? [] : [`  - ${prose(cut(step.because, TEXT_LENGTH))}\n`]),
    ...step.fields.map(({ field, before, after }) => {
      const change = before === null ? code(valueText(after)) : `${code(valueText(before))} → ${code(valueText(after))}`
      return `  - ${code(field)}: ${change}\n`
    }),
    ...step.rules.map((rule) => `  - ${code(ruleText(rule))}\n`),
    ...step.notes.map((note) => `  - ${prose(cut(note, TEXT_LENGTH))}\n`),
  ]
  return `- **${prose(step.id)}**: ${word}${place}\n${lines.join('')}`
}
