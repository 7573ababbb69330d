import { describe, expect, it } from 'vitest'
import { textWidth, wrap } from '../../src/report/display-width.ts'
import type { JudgedReference, Report } from '../../src/report/report.ts'
import { snippet } from '../../src/report/source-snippet.ts'
import { terminalReport } from '../../src/report/terminal.ts'
import { cpuTime } from '../cpu-time.ts'
import { finding, HOSTILE, reference, report, sourceOf, span } from './sample.ts'

const plain = { color: false }
const FILES = sourceOf({
  'apps/db.yaml': `${'\n'.repeat(13)}        key: kv/team/db     `,
  'p.hcl': '# policy\npath "kv/metadata/*" {\n}',
})

describe('the terminal report', () => {
  it('shows the line, what it is about, and what to do', async () => {
    const text = terminalReport(
      report({
        findings: [
          finding({
            message: 'There is no secret at `kv/team/db`.',
            span: span('apps/db.yaml', 14, 14, 24),
            related: [{ span: span('p.hcl', 2, 6, 21), message: 'the rule that decides' }],
            fix: 'Add to the policy:\npath "kv/data/team/db" {\n  capabilities = ["read"]\n}\n',
          }),
        ],
        references: [reference()],
      }),
      FILES,
      plain,
    )
    await expect(text).toMatchFileSnapshot('snapshots/terminal-finding.txt')
  })

  it('says what was not checked, by reason, and what could not run', async () => {
    const notChecked = [1, 2, 3, 4, 5].map((line) => ({
      file: 'a.yaml',
      line,
      what: `ExternalSecret apps/a, spec.data[${line}]`,
      reason:
        line === 5
          ? ({ code: 'key-missing' } as const)
          : ({ code: 'variable-unresolved', in: 'key', holes: ['${ENV}'] } as const),
    }))
    const text = terminalReport(
      report({ outcome: 'incomplete', notChecked, incomplete: ['the server is sealed.'] }),
      FILES,
      plain,
    )
    await expect(text).toMatchFileSnapshot('snapshots/terminal-not-checked.txt')
  })

  it('shows each wrong input with its place', () => {
    const problems = [
      { message: 'unknown key "rulez".', file: '.github/eso-vault.yml', line: 2 },
      { message: 'Other.' },
    ]
    expect(terminalReport(report({ outcome: 'invalid', problems }), FILES, plain)).toBe(
      'error: .github/eso-vault.yml:2: unknown key "rulez".\nerror: Other.\n\nNot started: .github/eso-vault.yml:2: unknown key "rulez" (and 1 more).\n',
    )
  })

  const live = { asked: true, line: 'Checked against OpenBao.' } as const
  const of = (standing: JudgedReference['standing'], count = 1): JudgedReference[] =>
    Array.from({ length: count }, () => ({ ...reference(), standing }))
  const works = (count: number) => of({ is: 'works' }, count)
  const broken = (count: number, accepted = false) => of({ is: 'broken', accepted, by: [] }, count)
  const notChecked = (count: number, role = 'eso-x') =>
    of({ is: 'not-checked', reason: { code: 'role-not-in-git', role, authMount: 'kubernetes' } }, count)
  const aws = (count: number) => of({ is: 'other-provider', provider: 'aws' }, count)
  const part = { file: 'a', line: 1, what: 'The file', reason: { code: 'file-unreadable', errno: 'EACCES' } } as const
  const changed = {
    of: 'changed',
    since: '`main`',
    references: 9,
    outside: { errors: 1, warnings: 0, notes: 0, notChecked: 0 },
  } as const
  const warning = finding({ severity: 'warning' })

  it.each<[Partial<Report>, string]>([
    [{ references: works(2), live }, 'All 2 references work.'],
    [{ references: works(1), live }, 'The 1 reference works.'],
    [{ references: works(5) }, 'All 5 references are allowed by the policies in Git.'],
    [{ references: [...works(5), ...aws(2)], live }, 'All 5 references work.'],
    [{ references: works(1), scope: changed }, 'No new problems: the 1 changed reference is allowed.'],
    [{ scope: changed }, 'This change affects no references to Vault.'],
    [{}, 'No references to Vault found.'],
    [{ references: aws(2) }, 'No references to Vault found (2 of other providers).'],
    [{ references: of({ is: 'not-applied' }, 3) }, 'No applied references to Vault found (3 that nothing applies).'],
    [{ references: works(3), findings: [warning] }, '1 warning, no broken references.'],
    [{ references: [...works(5), ...broken(1, true)], live }, '5 of 6 references work, 1 broken and accepted.'],
    [{ outcome: 'unchecked', references: notChecked(104) }, '0 of 104 references checked: role `eso-x` is not in Git.'],
    [
      { outcome: 'unchecked', references: [...works(4), ...notChecked(2)], live },
      '4 of 6 references work, 2 not checked: role `eso-x` is not in Git.',
    ],
    [
      { outcome: 'unchecked', references: [...works(1), ...notChecked(2), ...notChecked(1, 'b')], findings: [warning] },
      '1 of 4 references is allowed, 3 not checked: role `eso-x` is not in Git; 1 warning.',
    ],
    [
      { outcome: 'unchecked', references: works(3), notChecked: [part] },
      'All 3 references are allowed by the policies in Git, but 1 file not read.',
    ],
    [{ outcome: 'unchecked', notChecked: [part] }, 'No references checked, but 1 file not read.'],
    [{ references: broken(5), findings: [finding(), finding(), finding()] }, '3 problems break all 5 references.'],
    [{ references: [...works(2), ...broken(1)], findings: [finding()] }, 'There is no secret.'],
    [
      { references: [...works(1), ...broken(3), ...notChecked(2)], findings: [finding(), finding()] },
      '2 problems break 3 of 6 references; 2 references not checked.',
    ],
    [{ references: works(1), findings: [finding()] }, 'There is no secret.'],
    [
      { mode: 'drift', references: broken(1), findings: [finding()] },
      'Vault differs from Git: 1 of 1 reference is broken.',
    ],
    [
      { mode: 'drift', references: broken(1), findings: [finding({ rule: 'template-key-absent' })] },
      '1 problem breaks the 1 reference.',
    ],
    [
      { mode: 'drift', findings: [finding()], live: { asked: true, line: '', silent: true } },
      '1 problem, no broken references (in Git: Vault could not be asked).',
    ],
    [
      { references: works(1), live, findings: [finding({ rule: 'expires-soon', severity: 'warning' })] },
      'The 1 reference works; there is no secret.',
    ],
    [
      { outcome: 'incomplete', references: [...broken(1), ...notChecked(5)], incomplete: ['sealed'] },
      'Not finished: 1 of 6 references checked, 1 broken.',
    ],
    [{ outcome: 'bug' }, 'eso-vault crashed. Nothing was checked.'],
  ])('ends with the outcome as a sentence: %#', (given, sentence) => {
    expect(
      terminalReport(report(given), FILES, { ...plain, width: 200 })
        .trimEnd()
        .split('\n')
        // What was seen stands below it.
        .filter((line) => !line.startsWith('  '))
        .at(-1),
    ).toBe(sentence)
  })

  it('counts places beyond the first of one cause, and puts the worst problem first', () => {
    const many = Array.from({ length: 12 }, (_, i) => finding({ span: span('x.yaml', i + 1), cause: 'one' }))
    const text = terminalReport(
      report({ findings: [finding({ severity: 'warning', rule: 'later' }), ...many] }),
      () => undefined,
      plain,
    )
    expect(text.indexOf('warning[later]')).toBeGreaterThan(text.indexOf('error[secret-absent]'))
    expect(text.match(/^.{10,}x\.yaml:\d+$/gm)).toHaveLength(4)
    expect(text).toContain('and 8 more (all of them: --format markdown)\n')
  })

  it('paints only when told to, and says the same', () => {
    const given = report({ findings: [finding()] })
    const painted = terminalReport(given, FILES, { color: true })
    expect(painted).toContain('\u001b[31merror[secret-absent]')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the escapes are what is taken out.
    expect(painted.replace(/\u001b\[\d+m/g, '')).toBe(terminalReport(given, FILES, plain))
  })

  it.each(HOSTILE)('neither drives the terminal nor the runner: %j', (text) => {
    const files = sourceOf({ [text]: `##[add-mask]x ${text}` })
    const out = terminalReport(
      report({
        findings: [
          finding({
            message: text,
            fix: `${text}\n${text}`,
            span: span(text, 1),
            related: [{ span: span(text, 1), message: text }],
          }),
        ],
        notChecked: [{ file: text, line: 1, what: text, reason: { code: 'server-hides', says: text } }],
        incomplete: [text],
        live: { asked: true, line: text },
      }),
      files,
      { color: false, width: 40 },
    )
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not be there.
    expect(out).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b\u202a-\u202e\u2066-\u2069]/)
    expect(out).not.toMatch(/^\s*::|##\[/m)
  })
})

describe('the marked line', () => {
  const shown = (line: string, from: number, to: number, width = 80) => {
    const { text, from: before, length } = snippet(line, span('f', 1, from, to), width)
    return `${text}\n${' '.repeat(before)}${'^'.repeat(length)}`
  }
  it.each([
    ['tabs are four columns', '\tkey:\tabc', 7, 10, '    key:    abc\n            ^^^'],
    ['wide characters are two', '日本: 鍵', 5, 6, '日本: 鍵\n      ^^'],
    ['an emoji is two UTF-16 units and two columns', '🔑: x', 1, 3, '🔑: x\n^^'],
    ['combining marks are none', 'e\u0301a', 3, 4, 'e\u0301a\n ^'],
    ['an empty span still shows a place', 'abc', 2, 2, 'abc\n ^'],
    ['past the end of the line', 'abc', 9, 12, 'abc\n   ^'],
  ])('%s', (_, line, from, to, expected) => {
    expect(shown(line, from, to)).toBe(expected)
  })

  it('a long line is clipped around what is marked', () => {
    const line = `${'a'.repeat(300)}KEY${'b'.repeat(300)}`
    const text = shown(line, 301, 304, 40)
    const [top = '', carets = ''] = text.split('\n')
    expect(textWidth(top)).toBeLessThanOrEqual(40)
    expect(top).toMatch(/^…a+KEYb+…$/)
    expect(top.slice(carets.indexOf('^'), carets.length)).toBe('KEY')
  })

  it('a megabyte in one line costs nothing', () => {
    const line = `key: ${'x'.repeat(5_000_000)}`
    const start = cpuTime()
    expect(shown(line, 6, 5_000_006).length).toBeLessThan(400)
    shown(line, 4_000_000, 4_000_010)
    expect(start()).toBeLessThan(2_000)
  })

  it('a span of several lines is marked to the end of its first', () => {
    const { length } = snippet('  a: bcd  ', span('f', 1, 3, 2, 4), 80)
    expect(length).toBe(6)
  })
})

describe('wrapping', () => {
  it.each([
    ['a bb ccc', 4, ['a bb', 'ccc']],
    ['a', 10, ['a']],
    ['', 10, ['']],
    ['averylongword b', 4, ['averylongword', 'b']],
    ['a\nb', 10, ['a', 'b']],
    ['  in dent', 20, ['  in dent']],
  ])('%j at %i', (text, width, expected) => {
    expect(wrap(text, width)).toEqual(expected)
  })
})
