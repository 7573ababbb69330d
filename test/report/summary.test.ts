import { describe, expect, it } from 'vitest'
import { VERSION } from '../../src/model/version.ts'
import { bytes, codePoints, joinWithin } from '../../src/report/join-within.ts'
import { linksOf } from '../../src/report/links.ts'
import { SUMMARY_BYTES, summaryOf } from '../../src/report/summary.ts'
import { readEnvironment } from '../../src/settings/environment.ts'
import { access, finding, HOSTILE, reference, report, span } from './sample.ts'

const links = linksOf(
  readEnvironment({
    GITHUB_ACTIONS: 'true',
    GITHUB_SERVER_URL: 'https://github.com',
    GITHUB_REPOSITORY: 'acme/gitops',
    GITHUB_SHA: 'abc',
    GITHUB_ACTION_REPOSITORY: 'tools/eso-vault-action',
    GITHUB_ACTION_REF: 'v1',
  }).ci,
)

describe('the job summary', () => {
  it('is a headline, each problem with its fix, and what folds away', async () => {
    const text = summaryOf(
      report({
        findings: [
          finding({
            message: 'There is no secret at `kv/team/db`.',
            related: [{ span: span('p.hcl', 2), message: 'the rule that decides' }],
            fix: 'Add:\npath "x" {\n  a\n}',
          }),
          finding({ severity: 'warning', span: span('b c.yaml', 3) }),
        ],
        references: [
          reference({}, [
            [access('kv/data/team/db'), 'denied'],
            [access('auth/token/lookup-self', { side: 'session' }), 'allowed'],
          ]),
        ],
        notChecked: [
          {
            file: 'a.yaml',
            line: 1,
            what: 'ExternalSecret a/b',
            reason: { code: 'variable-unresolved', in: 'key', holes: ['${ENV}'] },
          },
        ],
        ignored: [{ finding: finding(), reason: 'seeded @later', by: 'comment' }],
        notes: [{ code: 'sops', file: 's.yaml' }],
        incomplete: ['403 on `kv`.'],
      }),
      { links },
    )
    await expect(text).toMatchFileSnapshot('snapshots/summary.txt')
  })

  it('shows wrong inputs and nothing that was not judged', () => {
    const problems = [{ message: 'unknown key "rulez".', file: '.github/eso-vault.yml', line: 2 }]
    expect(summaryOf(report({ outcome: 'invalid', problems }))).toBe(
      `<!-- eso-vault check -->\n## ❌ Not started: .github/eso-vault.yml:2: unknown key "rulez"\n\n- \`.github/eso-vault.yml:2\`: unknown key "rulez".\n\n<sub>eso-vault ${VERSION}</sub>\n`,
    )
  })

  it.each(HOSTILE)('lets nothing of a manifest be interpreted: %j', (text) => {
    const place = { span: span(text, 1), message: text }
    const out = summaryOf(
      report({
        target: text.replace(/\n/g, ' '),
        findings: [
          finding({ rule: text, message: text, fix: `${text}\n${text}`, span: span(text, 1), related: [place] }),
        ],
        references: [
          reference({ key: text, notChecked: { code: 'match-regexp-invalid', says: text } }, [
            [access(text), 'denied'],
          ]),
        ],
        notChecked: [{ file: text, line: 1, what: text, reason: { code: 'server-hides', says: text } }],
        ignored: [{ finding: finding({ rule: text }), reason: text, by: 'comment' }],
        notes: [{ code: 'yaml-unusable', file: text, says: text, column: 1 }],
        live: { asked: false, line: text },
        incomplete: [text],
      }),
      { links },
    )
    const outside = out
      .replace('<!-- eso-vault check -->\n', '')
      // Nothing acts in a fence, and nothing in it can end it.
      .replace(/^(`{3,})\w*\n[\s\S]*?\n\1$/gm, 'FENCE')
      .replace(/(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)/g, 'CODE')
      .replace(/\]\(https:\/\/github\.com\/[^\s)]*\)/g, ']')
    expect(outside.replace(/<\/?details>|<\/?summary>|<\/?sub>/g, '')).not.toContain('<')
    expect(outside.match(/<details>/g)?.length).toBe(outside.match(/<\/details>/g)?.length)
    expect(outside).not.toMatch(/@(?=\w)|#\d|:\/\/|www\.|(?<!\\)\]\(/)
    expect(out).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/)
  })

  it('stays below 1 MiB and counts what it left out', () => {
    const findings = Array.from({ length: 30_000 }, (_, i) =>
      finding({ message: `Nr ${i} 日本語 ${'<x> '.repeat(20)}`, span: span('a.yaml', i + 1) }),
    )
    const text = summaryOf(report({ findings, references: Array.from({ length: 20_000 }, () => reference()) }))
    expect(bytes(text)).toBeLessThanOrEqual(SUMMARY_BYTES)
    // Of so many, rules are counted, and folders.
    expect(text).toContain('| secret-absent | 30000 | 0 |')
    expect(text).toContain('29995 more problems, by folder')
    expect(text).toMatch(/\d+ more in the JSON report/)
    expect(text.trimEnd().endsWith('</sub>')).toBe(true)
  })

  it('stays below it with a finding in each of very many files', () => {
    const findings = Array.from({ length: 5000 }, (_, i) => finding({ span: span(`${'d'.repeat(900)}/${i}.yaml`, 1) }))
    expect(bytes(summaryOf(report({ findings })))).toBeLessThanOrEqual(SUMMARY_BYTES)
    expect(bytes(summaryOf(report({ findings: findings.slice(0, 499) })))).toBeLessThanOrEqual(SUMMARY_BYTES)
  })
})

describe('joining within a size', () => {
  const part = (items: string[]) => ({ head: 'H', items, tail: 'T', more: (left: number) => `+${left}` })
  it.each([
    [100, 'HabcTHdT'],
    // Frames (H, T and the line of what is left out) are paid first: 8 of them.
    [10, 'Hab+1TH+1T'],
    [8, 'H+3TH+1T'],
  ])('%i', (most, expected) => {
    expect(joinWithin([part(['a', 'b', 'c']), part(['d'])], most, codePoints)).toBe(expected)
  })
})
