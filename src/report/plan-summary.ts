import { VERSION } from '../model/version.ts'
import { counted } from '../model/wording.ts'
import type { DocumentStep, PlanDocument } from '../setup/plan-document.ts'
import type { Part } from './join-within.ts'
import { bytes, joinWithin } from './join-within.ts'
import { code, codeBlock, prose } from './markdown.ts'
import { diffOf, titleOf } from './need-text.ts'
import { cut } from './plain-text.ts'
import { allowedFact, openByReason, PREVIEW_NOTE, planHeadline, SEED_NOTE, stepWord } from './plan-wording.ts'
import { fold, list } from './problem-markdown.ts'
import type { Report } from './report.ts'
import { plain, SUMMARY_BYTES } from './summary.ts'

const TEXT_LENGTH = 2000

const MARKS: Readonly<Record<DocumentStep['action'], string>> = {
  create: '➕',
  update: '✏️',
  'no-change': '✅',
  blocked: '❌',
  'not-checked': '❓',
}

/** The plan as Markdown for the job summary: what the people read who approve it (reports.md §3). */
export function planSummary(document: PlanDocument, report: Report): string {
  const { steps, mode, seeds, coverage, commands, preview } = document
  const problems = (report.problems ?? []).map(({ message, file, line }) => {
    const at = file === undefined ? '' : `${code(line === undefined ? file : `${file}:${line}`)}: `
    return `> - ${at}${prose(cut(message, TEXT_LENGTH))}\n`
  })
  const incomplete = report.incomplete.map((sentence) => `> - ${prose(cut(sentence, TEXT_LENGTH))}\n`)
  const changed = steps.filter(({ action }) => action !== 'no-change')
  const same = steps.filter(({ action }) => action === 'no-change')
  const known = document.unplanned.filter(({ weight }) => weight === 'note')
  const writes = steps.some(({ action }) => action === 'create' || action === 'update')
  const parts: Part[] = [
    // By which the program knows its own text again, in a checkout that holds it: what it shows is no one's declaration.
    plain(`<!-- eso-vault ${mode} -->\n`),
    plain(`## ${iconOf(document, report)} ${prose(planHeadline(report, document))}\n\n`),
    ...(problems.length + incomplete.length === 0
      ? []
      : [list('> [!WARNING]\n> **Blocked or not finished:**\n>\n', [...problems, ...incomplete])]),
    plain(
      `**${prose(document.target)}** · ${document.server === null ? 'Vault not asked' : prose(document.server)}\n\n` +
        `- ${prose(allowedFact(document))}\n` +
        (seeds.length === 0 ? '\n' : `- Secrets you must write yourself: **${seeds.length}**, commands below\n\n`),
    ),
    ...(preview === true ? [plain(`> [!NOTE]\n> ${PREVIEW_NOTE}\n\n`)] : []),
    { head: '', items: changed.map((step) => stepText(step, document)), more: (left) => `and ${left} more\n\n` },
    ...(known.length === 0
      ? []
      : [
          list(
            '',
            known.map(
              ({ message, at }) =>
                `- ${at === null ? '' : `${code(`${at.file}:${at.line}`)} `}${prose(cut(message, TEXT_LENGTH))}\n`,
            ),
          ),
        ]),
    ...(same.length === 0
      ? []
      : [
          fold(
            `${counted(same.length, 'part')} ${same.length === 1 ? 'needs' : 'need'} no change`,
            same.map(({ id }) => `- ${prose(id)}\n`),
          ),
        ]),
    ...(mode === 'plan' && writes && preview !== true
      ? [
          plain(
            `### Next: apply\n\nApprove the \`apply\` job, or run\n\n${codeBlock(`eso-vault apply --plan-digest ${document.digest}`, 'sh')}\n\n`,
          ),
        ]
      : []),
    ...(seeds.length === 0
      ? []
      : [
          {
            head: `### Then: write ${counted(seeds.length, 'secret')}\n\n\`apply\` writes no secrets. ${SEED_NOTE}\n\n`,
            items: seeds.map((seed) => `${codeBlock(seed.command, 'sh')}\n\n`),
            more: (left: number) => `and ${left} more\n\n`,
          },
        ]),
    ...(coverage.open.length === 0
      ? []
      : [
          list(
            `### ❓ ${counted(coverage.open.length, 'reference')} not allowed after this\n\n`,
            openByReason(coverage.open).map(({ because, references }) => {
              const items = references.map((reference) => `  - ${prose(reference)}\n`)
              return `- ${prose(cut(because, TEXT_LENGTH))}:\n${items.join('')}`
            }),
          ),
        ]),
    ...(coverage.becomes.length === 0
      ? []
      : [
          fold(
            `${counted(coverage.becomes.length, 'reference')} that ${mode === 'plan' ? 'become' : 'became'} allowed`,
            coverage.becomes.map((one) => `- ${prose(one)}\n`),
          ),
        ]),
    ...(mode === 'plan' && commands.length > 0
      ? [
          fold(
            'The same as commands, without apply',
            commands.map((command) => `${codeBlock(command, 'sh')}\n\n`),
          ),
        ]
      : []),
    plain(`<sub>eso-vault ${VERSION}</sub>\n`),
  ]
  return joinWithin(parts, SUMMARY_BYTES, bytes)
}

function iconOf({ mode }: PlanDocument, { outcome }: Report): string {
  if (outcome === 'incomplete') return '⚠️'
  if (outcome !== 'clean') return '❌'
  return mode === 'plan' ? '📋' : '✅'
}

/** One part: what the server holds and will hold, as a diff of its own text. */
function stepText(step: DocumentStep, document: PlanDocument): string {
  const { action, because, notes, from } = step
  const word = stepWord(step, document)
  const title = action === 'create' || action === 'update' ? titleOf(step) : `${step.id}: ${word}`
  const result = step.result === undefined || action === 'blocked' || action === 'not-checked' ? '' : `: ${word}`
  const [place] = from
  const lines = [
    ...(because === null || word === 'wanted' ? [] : [`${prose(cut(because, TEXT_LENGTH))}`]),
    ...(place === undefined ? [] : [`From ${code(`${place.file}:${place.line}`)}.`]),
    ...notes.map((note) => prose(cut(note, TEXT_LENGTH))),
  ]
  const changes = step.rules.length + step.fields.length > 0 || action === 'create'
  const diff = changes ? `${codeBlock(diffOf(step), 'diff')}\n\n` : ''
  return `### ${MARKS[action]} ${prose(title)}${result}\n\n${diff}${lines.length === 0 ? '' : `${lines.join(' ')}\n\n`}`
}
