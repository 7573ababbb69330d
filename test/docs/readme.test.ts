import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { load } from 'js-yaml'
import { beforeAll, describe, expect, test } from 'vitest'
import { check } from '../../src/modes/check.ts'
import { terminalReport } from '../../src/report/terminal.ts'
import { RULE_IDS } from '../../src/rules/rule-ids.ts'
import { COMMANDS } from '../../src/settings/arguments.ts'
import { EMPTY_CONFIG, readConfig } from '../../src/settings/config-file.ts'
import { readEnvironment } from '../../src/settings/environment.ts'
import { INPUTS } from '../../src/settings/input-table.ts'
import { resolveSettings } from '../../src/settings/resolve-settings.ts'

const root = join(import.meta.dirname, '../..')
const readme = readFileSync(join(root, 'README.md'), 'utf8')
const blocks = (language: string) =>
  [...readme.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))].map((match) => match[1] as string)

describe('the README says what is true', () => {
  let printed = ''
  beforeAll(async () => {
    const settings = resolveSettings({
      given: {
        from: 'terminal',
        command: 'check',
        subject: undefined,
        values: { paths: 'examples/soyo/as-found' },
        format: 'text',
        color: false,
      },
      config: EMPTY_CONFIG,
      environment: readEnvironment({}),
      folder: 'eso-vault-action',
    })
    const { report, gathered } = await check(settings, {
      cwd: root,
      today: '2026-06-01',
      live: undefined,
      incomplete: [],
    })
    printed = terminalReport(report, gathered.repository.sourceLine, { color: false })
  })

  test('the findings are those that the example gives', () => {
    const [shown = ''] = blocks('text')
    for (const finding of shown.trim().split('\n\n')) expect(printed).toContain(finding)
  })

  test('workflows use inputs that exist, and pin their actions', () => {
    const known = new Set<string>(INPUTS.map((input) => input.name))
    const workflows = blocks('yaml').filter((text) => text.includes('uses:'))
    expect(workflows.length).toBe(2)
    for (const text of workflows) {
      load(text.replace(/^ {4}/gm, text.startsWith('    ') ? '' : '    '))
      // Inputs of this action: those of actions/checkout are its own affair.
      const ours = text.split(/^(?= +- uses: )/m).filter((step) => step.includes('/eso-vault-action@'))
      expect(ours.length).toBeGreaterThan(0)
      for (const match of ours.join('').matchAll(/^ {10}([a-z-]+):/gm)) expect(known).toContain(match[1])
      for (const match of text.matchAll(/uses: \S+@(\S+)/g)) expect(match[1]).toMatch(/^(?:[0-9a-f]{40}|COMMIT_SHA)$/)
    }
  })

  test('the config file is one that is taken', () => {
    const [text = ''] = blocks('yaml').filter((block) => block.startsWith('version: 1'))
    expect(readConfig('eso-vault.yml', text, { rules: RULE_IDS }).naming).toHaveLength(1)
  })

  test('commands exist', () => {
    const commands = blocks('sh').flatMap((text) =>
      [...text.matchAll(/^eso-vault ([a-z-]+)/gm)].map((match) => match[1]),
    )
    expect(commands.length).toBeGreaterThan(3)
    for (const command of commands) expect(Object.keys(COMMANDS)).toContain(command)
    const scripts = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).scripts
    for (const match of readme.matchAll(/npm run ([a-z:-]+)/g)) expect(scripts).toHaveProperty([match[1] as string])
  })

  test('leads to what it leaves out, and every link ends somewhere', () => {
    expect(readme).toContain('(docs/inputs.md)')
    expect(readme).toContain('(docs/rules/README.md)')
    for (const [, path = ''] of readme.matchAll(/\]\((?!https?:|#)([^)#]+)/g))
      expect(existsSync(join(root, path)), path).toBe(true)
  })
})
