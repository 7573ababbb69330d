import { describe, expect, it } from 'vitest'
import { parseYaml } from '../../src/files/yaml/parse-yaml.ts'
import type { Finding } from '../../src/model/finding.ts'
import { vaultPathTest } from '../../src/model/vault-path-glob.ts'
import type { ConfigIgnore } from '../../src/settings/config-file.ts'
import { applyIgnores, type IgnoreContext, inlineIgnores, inlineIgnoresInText } from '../../src/settings/ignores.ts'
import { cpuTime } from '../cpu-time.ts'
import { finding, span } from '../report/sample.ts'

const context: IgnoreContext = { today: '2026-06-15', rules: ['secret-absent', 'policy-denies', 'ignore-unused'] }

const inYaml = (text: string) => inlineIgnores('a.yaml', parseYaml({ file: 'a.yaml', text }).comments())
const at = (line: number, rule = 'secret-absent'): Finding => finding({ rule, span: span('a.yaml', line) })

describe('ignores in a file (design §4)', () => {
  it.each([
    ['on the line', 'a:\n  key: x # eso-vault: ignore[secret-absent] seeded later\n', 2],
    ['on the line above', '# eso-vault: ignore[secret-absent] seeded later\nkey: x\n', 2],
    [
      'on other comments that stand above the line',
      '# eso-vault: ignore[secret-absent] seeded later\n# more\nkey: x\n',
      4 - 1,
    ],
    ['with CRLF', 'a: 1\r\n# eso-vault: ignore[secret-absent] seeded later\r\nkey: x\r\n', 3],
    ['with a dash before the reason', 'key: x # eso-vault: ignore[secret-absent] - seeded later', 1],
  ])('%s', (_, text, covers) => {
    expect(inYaml(text)).toMatchObject([{ rules: ['secret-absent'], reason: 'seeded later', covers }])
  })

  it('name several rules, and a string that looks like one is none', () => {
    expect(inYaml('a: x # eso-vault: ignore[secret-absent, policy-denies ,] why')).toMatchObject([
      { rules: ['secret-absent', 'policy-denies'], reason: 'why', span: { file: 'a.yaml', line: 1 } },
    ])
    expect(inYaml('a: "# eso-vault: ignore[secret-absent] x"\nb: |\n  # eso-vault: ignore[secret-absent] x\n')).toEqual(
      [],
    )
  })

  it('are found in policies and scripts as well', () => {
    const text = 'path "a" { # eso-vault: ignore[secret-absent] one\n// eso-vault: ignore[policy-denies] two\n# x\n}\n'
    expect(inlineIgnoresInText('p.hcl', text)).toMatchObject([
      { rules: ['secret-absent'], reason: 'one', covers: 1 },
      { rules: ['policy-denies'], reason: 'two', covers: 4 },
    ])
    expect(inlineIgnoresInText('p.hcl', 'path "a" {}')).toEqual([])
  })

  it('take out the finding of that rule on that line, and nothing else', () => {
    const inline = inYaml('a: 1\nkey: x # eso-vault: ignore[secret-absent] later\n')
    const other = finding({ span: span('b.yaml', 2) })
    const findings = [at(1), at(2), at(3), at(2, 'policy-denies'), other]
    expect(applyIgnores(findings, inline, [], context)).toEqual({
      kept: [at(1), at(3), at(2, 'policy-denies'), other],
      ignored: [{ finding: at(2), reason: 'later', by: 'comment' }],
      unused: [],
    })
  })
})

describe('ignores in the config file', () => {
  const entry = (parts: Partial<ConfigIgnore>): ConfigIgnore => ({
    rule: 'secret-absent',
    path: undefined,
    file: undefined,
    reason: 'later',
    until: undefined,
    span: span('c.yml', 9),
    ...parts,
  })
  const about = (...vaultPaths: string[]) => finding({ span: span('apps/db.yaml', 3), vaultPaths })
  it.each<[entry: Partial<ConfigIgnore>, given: Finding, taken: boolean]>([
    [{ path: 'kv/team/**' }, about('kv/team/a/b'), true],
    [{ path: 'kv/team/*' }, about('kv/team/a/b'), false],
    [{ path: 'kv/team/**', file: 'apps/**' }, about('kv/team/a'), true],
    [{ path: 'kv/team/**', file: 'infra/**' }, about('kv/team/a'), false],
    [{ file: 'apps/*.yaml' }, about(), true],
    // The others would be lost with it.
    [{ path: 'kv/team/a' }, about('kv/team/a', 'kv/team/b'), false],
    [{ path: '**' }, about(), false],
    [{ path: '**', rule: 'policy-denies' }, about('kv/a'), false],
    [{ path: '**', until: '2026-06-15' }, about('kv/a'), true],
    [{ path: '**', until: '2026-06-14' }, about('kv/a'), false],
  ])('%j', (parts, given, taken) => {
    const { kept, ignored } = applyIgnores([given], [], [entry(parts)], context)
    expect([kept.length, ignored.length]).toEqual(taken ? [0, 1] : [1, 0])
    if (taken) expect(ignored[0]).toEqual({ finding: given, reason: 'later', by: 'config' })
  })

  it.each<[entry: Partial<ConfigIgnore>, why: string, message: RegExp]>([
    [{}, 'matches-nothing', /^Ignore of `secret-absent` matches nothing$/],
    [{ until: '2026-06-14' }, 'expired', /^Ignore of `secret-absent` expired on 2026-06-14$/],
    [{ rule: 'ignore-unused' }, 'not-ignorable', /cannot be ignored/],
  ])('that do nothing are reported: %j', (parts, why, message) => {
    const { unused } = applyIgnores([], [], [entry({ path: 'kv/x', ...parts })], context)
    expect(unused).toMatchObject([{ why, by: 'config', span: { file: 'c.yml', line: 9 } }])
    expect(unused[0]?.headline).toMatch(message)
  })

  it('are not unused because their rule had nothing to look at', () => {
    const offline = { ...context, ran: (rule: string) => rule !== 'secret-absent' }
    expect(applyIgnores([], [], [entry({ path: 'kv/x' })], offline).unused).toEqual([])
    expect(applyIgnores([], [], [entry({ path: 'kv/x', until: '2020-01-01' })], offline).unused).toHaveLength(1)
  })
})

describe('ignores that do not count', () => {
  it.each([
    ['key: x # eso-vault: ignore[secret-absent]', 'no-reason'],
    ['key: x # eso-vault: ignore[secret-abscent] later', 'unknown-rule'],
    ['key: x # eso-vault: ignore[] later', 'unknown-rule'],
  ])('%s', (text, why) => {
    const { kept, unused } = applyIgnores([at(1)], inYaml(text), [], context)
    expect(kept).toEqual([at(1)])
    expect(unused).toMatchObject([{ why, by: 'comment', span: { file: 'a.yaml', line: 1 } }])
  })

  it('each rule of a list counts for itself', () => {
    const inline = inYaml('key: x # eso-vault: ignore[secret-absent, policy-denies] later')
    const { ignored, unused } = applyIgnores([at(1)], inline, [], context)
    expect(ignored).toHaveLength(1)
    expect(unused).toMatchObject([{ why: 'matches-nothing', rule: 'policy-denies' }])
  })

  it('nor does an ignore of ignore-unused', () => {
    const inline = inYaml('key: x # eso-vault: ignore[ignore-unused] hide it')
    expect(applyIgnores([at(1, 'ignore-unused')], inline, [], context)).toMatchObject({
      kept: [{ rule: 'ignore-unused' }],
      unused: [{ why: 'not-ignorable' }],
    })
  })
})

describe('globs over Vault paths', () => {
  it.each([
    ['kv/a', 'kv/a', true],
    ['kv/a', '/kv/a/', true],
    ['kv/a/b', 'kv/a', false],
    ['kv/a/b/c', 'kv/**', true],
    ['kv', 'kv/**', true],
    ['kv/webgrip/prod/x/y/new-app/z', 'kv/webgrip/prod/**/new-app/*', true],
    ['kv/webgrip/prod/new-app/z', 'kv/webgrip/prod/**/new-app/*', true],
    ['kv/webgrip/prod/new-app/z/q', 'kv/webgrip/prod/**/new-app/*', false],
    ['kv/app-1', 'kv/app-?', true],
    ['kv/app-12', 'kv/app-?', false],
    ['kv/a.b', 'kv/a?b', true],
    ['kv/axb', 'kv/a.b', false],
    ['kv/prod-db-1', 'kv/*-db-*', true],
    ['anything/at/all', '**', true],
    ['kv', '**', true],
    ['kv/a/b', 'kv/a**', false],
    ['kv/ab', 'kv/a**', true],
    ['kv//a', 'kv/a', true],
    ['kv/[a]', 'kv/[a]', true],
    ['kv/{a}', 'kv/{a}', true],
    ['kv/a', '**/a', true],
    ['a', '**/a', true],
    ['kv/a', 'kv/**/a', true],
  ])('%s fits %s: %s', (path, glob, expected) => {
    expect(vaultPathTest(glob)(path)).toBe(expected)
  })

  it('a hostile pattern costs no more than its length', () => {
    const start = cpuTime()
    expect(vaultPathTest(`${'**/'.repeat(200)}c`)(`${'a/'.repeat(500)}b`)).toBe(false)
    expect(vaultPathTest(`${'*a'.repeat(200)}b`)('a'.repeat(5000))).toBe(false)
    expect(start()).toBeLessThan(5_000)
  })
})
