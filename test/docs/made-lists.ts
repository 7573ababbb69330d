import { ignoreUnused } from '../../src/rules/ignore-unused.ts'
import { RULES } from '../../src/rules/registry.ts'
import type { Rule } from '../../src/rules/rule.ts'
import { INPUTS, OUTPUTS } from '../../src/settings/input-table.ts'

/** Lists that the code makes, so that an input or a rule is written down once. */

const cell = (text: string) => text.replaceAll('|', '\\|')

/** `docs/inputs.md`. */
export function inputsPage(): string {
  return [
    '# Inputs and outputs',
    '',
    'The terminal takes the same inputs as flags (`--vault-addr https://…`). An input wins over the config file, and that over the environment.',
    '',
    '## Inputs',
    '',
    '| input | meaning |',
    '|---|---|',
    ...INPUTS.map(({ name, description }) => `| \`${name}\` | ${cell(description)} |`),
    '',
    '## Outputs',
    '',
    '| output | meaning |',
    '|---|---|',
    ...Object.entries(OUTPUTS).map(([name, description]) => `| \`${name}\` | ${cell(description)} |`),
    '',
  ].join('\n')
}

const NEEDS: Readonly<Record<Rule['group'], string>> = {
  manifest: 'nothing',
  law: 'policies and roles',
  facts: 'a server',
}

/** `docs/rules/README.md`, of which the text above the table is kept. */
export function rulesIndex(page: string): string {
  const head = page.slice(0, page.indexOf('| rule |'))
  const rules: readonly Omit<Rule, 'check'>[] = [...RULES, ignoreUnused]
  const rows = rules.map(({ id, title, group, severity, ofChange, optIn }) => {
    const needs = ofChange === true ? 'a change' : NEEDS[group]
    return `| [${id}](${id}.md) | ${cell(title)} | ${needs} | ${severity}${optIn === true ? ', off outside drift' : optIn === undefined ? '' : ', off'} |`
  })
  return `${head}| rule | says | needs | severity |\n|---|---|---|---|\n${rows.join('\n')}\n`
}

/** `action.yml`, of which everything but the lists of inputs and outputs is kept. */
export function actionFile(file: string): string {
  const head = file.slice(0, file.indexOf('inputs:\n'))
  const tail = file.slice(file.indexOf('runs:\n'))
  const inputs = INPUTS.map(({ name, description }) => {
    const given = name === 'github-token' ? '    default: ${{ github.token }}\n' : ''
    return `  ${name}:\n${folded(description)}    required: false\n${given}`
  })
  const outputs = Object.entries(OUTPUTS).map(([name, description]) => `  ${name}:\n${folded(description)}`)
  return `${head}inputs:\n${inputs.join('')}\noutputs:\n${outputs.join('')}\n${tail}`
}

function folded(description: string): string {
  const lines: string[] = []
  for (const word of description.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + word.length < 110) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return `    description: >-\n${lines.map((line) => `      ${line}\n`).join('')}`
}
