import { counted, listed } from '../model/wording.ts'
import { quoteHcl } from '../policy/generate.ts'
import type { Need } from '../setup/need.ts'
import type { DocumentStep } from '../setup/plan-document.ts'
import type { Part } from './join-within.ts'
import { codeBlock, prose } from './markdown.ts'
import { oneLine, plainText } from './plain-text.ts'
import { SEED_NOTE, valueText } from './plan-wording.ts'
import type { Report } from './report.ts'

/** `Merging this needs 2 rules and 1 secret in Vault`. */
export function needSentence({ counts }: Need): string {
  const { rules, roles, mounts, secrets, keys } = counts
  const parts = [
    ...(mounts > 0 ? [counted(mounts, 'mount')] : []),
    ...(rules > 0 ? [counted(rules, 'rule')] : []),
    ...(roles > 0 ? [counted(roles, 'role binding')] : []),
    ...(secrets > 0 ? [counted(secrets, 'secret')] : []),
    ...(keys > 0 ? [counted(keys, 'key')] : []),
  ]
  return `Merging this needs ${parts.length === 0 ? 'a change' : listed(parts)} in Vault`
}

/** What a change needs of Vault, for the summary and the comment; empty where it needs nothing. */
export function needParts(report: Report): Part[] {
  const { need } = report
  if (need === undefined) return []
  const steps = need.steps.map((step) => `${prose(titleOf(step))}:\n\n${codeBlock(diffOf(step), 'diff')}\n\n`)
  const seeds = need.seeds.map(({ command }) => `${codeBlock(command, 'sh')}\n\n`)
  return [
    { head: `### 🔑 ${prose(needSentence(need))}\n\n`, items: steps, more: (left) => `and ${left} more\n\n` },
    ...(seeds.length === 0
      ? []
      : [
          {
            head: `Write ${writtenText(need)}. ${prose(SEED_NOTE)}\n\n`,
            items: seeds,
            more: (left: number) => `and ${left} more\n\n`,
          },
        ]),
  ]
}

/** The same for the terminal, a line each. */
export function needLines(report: Report): string[] {
  const { need } = report
  if (need === undefined) return []
  const indented = (text: string) =>
    plainText(text)
      .split('\n')
      .map((line) => `    ${line}`)
  return [
    `${needSentence(need)}:`,
    ...need.steps.flatMap((step) => [`  ${oneLine(titleOf(step))}`, ...indented(diffOf(step))]),
    ...need.seeds.flatMap(({ command }) => indented(command)),
    '',
  ]
}

function writtenText({ counts: { secrets, keys } }: Need): string {
  return listed([
    ...(secrets > 0 ? [counted(secrets, 'secret')] : []),
    ...(keys > 0 ? [`${counted(keys, 'key')} of a secret that is there`] : []),
  ])
}

export function titleOf({ id, action, kind }: DocumentStep): string {
  if (action === 'create') return `Create ${id}`
  return kind === 'policy' ? `Add to ${id}` : `Change ${id}`
}

/** Rules of a policy, or fields, as they are and as they must be. */
export function diffOf({ rules, fields, id }: DocumentStep): string {
  const rule = (sign: '+' | '-', path: string, capabilities: readonly string[] | null) =>
    capabilities === null
      ? []
      : [`${sign}path ${quoteHcl(path)} { capabilities = [${capabilities.map((one) => `"${one}"`).join(', ')}] }`]
  const lines = [
    ...rules.flatMap(({ path, before, after }) => [...rule('-', path, before), ...rule('+', path, after)]),
    ...fields.flatMap(({ field, before, after }) => [
      ...(before === null ? [] : [`-${field} = ${valueText(before)}`]),
      `+${field} = ${valueText(after)}`,
    ]),
  ]
  return lines.length === 0 ? `+${id}` : lines.join('\n')
}
