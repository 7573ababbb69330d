import { globSync, readFileSync } from 'node:fs'
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { load } from 'js-yaml'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { INPUTS } from '../../src/settings/input-table.ts'
import { bundle } from '../scenario/bundle.ts'
import { runTerminal } from '../scenario/run-program.ts'

const root = join(import.meta.dirname, '../..')
const pages = ['README.md', 'CONTRIBUTING.md', ...globSync('docs/*.md', { cwd: root })].sort()
const read = (page: string) => readFileSync(join(root, page), 'utf8')

/** What people copy: lines of the fences, and code in a sentence; what comes behind a pipe or an arrow is another program's. */
function commandsOf(text: string): string[] {
  const fenced = [...text.matchAll(/^```sh\n([\s\S]*?)^```/gm)].flatMap(([, lines = '']) => lines.split('\n'))
  const inline = [...text.matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code)
  return (
    [...fenced, ...inline]
      .map((line) => line.split(/[|>#]/)[0]?.trim() ?? '')
      .filter((line) => /^eso-vault [a-z]/.test(line) || /^npx https:\S+ [a-z]/.test(line))
      .map((line) => line.replace(/^(?:eso-vault|npx https:\S+) /, ''))
      // A question without its subject only names the question.
      .filter((line) => !/^(?:access|rotate)$/.test(line))
  )
}

const commands = new Map(pages.flatMap((page) => commandsOf(read(page)).map((command) => [command, page] as const)))
/** What stands for something of the reader's own. */
const OF_THE_EXAMPLE: readonly [RegExp, string][] = [
  [/FILE:LINE/, 'kubernetes/apps/backstage/backstage/app/secret-externalsecret.yaml:27'],
  [/ExternalSecret\/shop\/db/, 'ExternalSecret/backstage/backstage-secrets'],
  [/\bkv\/(?:shop\/db|team\/app)\b/, 'kv/webgrip/prod/clusters/soyo/apps/backstage/app'],
  [/--namespace shop/, '--namespace backstage'],
]

describe('every command of the documentation runs', () => {
  let folder = ''
  beforeAll(async () => {
    await bundle()
    folder = await mkdtemp(join(tmpdir(), 'eso-vault-docs-'))
    await cp(join(root, 'examples/soyo/as-fixed'), folder, { recursive: true })
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  test('there are commands in more pages than one', () => {
    expect(commands.size).toBeGreaterThan(12)
    expect(new Set(commands.values()).size).toBeGreaterThan(3)
  })

  test.each([...commands])('eso-vault %s  (%s)', async (command) => {
    const args = OF_THE_EXAMPLE.reduce((text, [from, to]) => text.replace(from, to), command).split(/\s+/)
    await writeFile(join(folder, 'out.txt'), '')
    const { exitCode, stdout, stderr } = await runTerminal(args, folder)
    const said = stdout + stderr
    // What needs a server or the file of another job says so, and nothing else is wrong with it.
    const lacks = /because `(?:apply|snapshot)` asks a server|vault-snapshot\.json/.test(said)
    expect(exitCode === 2 && lacks ? 0 : exitCode, said).not.toBe(2)
    expect(exitCode, said).not.toBe(70)
    expect(said).not.toContain('There is no')
  })
})

describe('every workflow in the documentation is one', () => {
  const known = new Set<string>(INPUTS.map((input) => input.name))
  const steps = pages.flatMap((page) =>
    [...read(page).matchAll(/^```yaml\n([\s\S]*?)^```/gm)].map(([, text = '']) => [page, text] as const),
  )

  test.each(steps)('%s', (_, text) => {
    expect(() => load(text)).not.toThrow()
    const ours = text.split(/^(?= *- )/m).filter((step) => step.includes('/eso-vault-action@'))
    for (const step of ours) {
      const list = [...step.matchAll(/^ {6,10}([a-z-]+):(?! *\S*$)/gm)].map(([, name]) => name)
      const inputs =
        /with:\s*\{([^}]*)\}/
          .exec(step)?.[1]
          ?.split(',')
          .map((pair) => pair.split(':')[0]?.trim()) ?? []
      for (const name of inputs) expect(known).toContain(name)
      for (const name of list) if (name !== 'uses' && name !== 'with' && name !== 'id') expect(known).toContain(name)
    }
    for (const [, pin = ''] of text.matchAll(/uses: \S+@(\S+)/g)) expect(pin).toMatch(/^(?:[0-9a-f]{40}|COMMIT_SHA)$/)
  })
})
