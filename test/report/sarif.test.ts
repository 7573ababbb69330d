import { describe, expect, it } from 'vitest'
import { type Links, NO_LINKS } from '../../src/report/links.ts'
import { rulePage } from '../../src/report/rule-page.ts'
import { RESULTS, sarifLimitNote, sarifReport, sarifText } from '../../src/report/sarif.ts'
import { SARIF_RULES } from '../../src/rules/rule-ids.ts'
import { finding, HOSTILE, report, span } from './sample.ts'

const rules = [
  { id: 'secret-absent', title: 'The secret is not there', severity: 'error', precision: 'very-high' },
] as const
const options = { version: '1.2.3', rules }

describe('SARIF 2.1.0', () => {
  it('holds rules, level, places and a fingerprint without lines', () => {
    const links: Links = { ...NO_LINKS, rule: (id) => `https://github.com/a/b/blob/v1/docs/rules/${id}.md` }
    const [run] = sarifReport(
      report({
        findings: [
          finding({
            severity: 'note',
            span: span('a b/ü.yaml', 3, 2, 9),
            related: [{ span: span('p.hcl', 2, 6, 21), message: 'the rule' }],
            fix: 'Seed it.',
          }),
        ],
      }),
      { ...options, links },
    ).runs
    expect(run?.tool.driver).toMatchObject({ name: 'eso-vault', semanticVersion: '1.2.3' })
    expect(run?.tool.driver.rules).toMatchObject([
      {
        id: 'secret-absent',
        helpUri: 'https://github.com/a/b/blob/v1/docs/rules/secret-absent.md',
        defaultConfiguration: { level: 'error' },
      },
    ])
    expect(run?.automationDetails.id).toBe('eso-vault/acme%2Fgitops/')
    expect(run?.results).toEqual([
      {
        ruleId: 'secret-absent',
        level: 'note',
        message: { text: 'There is no secret. See [the rule](1).\nFix: Seed it.' },
        locations: [
          {
            physicalLocation: {
              artifactLocation: { uri: 'a%20b/%C3%BC.yaml' },
              region: { startLine: 3, startColumn: 2, endLine: 3, endColumn: 9 },
            },
          },
        ],
        relatedLocations: [
          {
            id: 1,
            physicalLocation: {
              artifactLocation: { uri: 'p.hcl' },
              region: { startLine: 2, startColumn: 6, endLine: 2, endColumn: 21 },
            },
            message: { text: 'the rule' },
          },
        ],
        partialFingerprints: {
          primaryLocationLineHash: expect.stringMatching(/^[0-9a-f]{16}:1$/),
          'esoVault/v1': 'secret-absent|db',
        },
        properties: { cause: expect.any(String) },
      },
    ])
  })

  it('says where a rule’s page is when no address is known: helpUri has to be absolute', () => {
    const [run] = sarifReport(report(), options).runs
    expect(run?.tool.driver.rules[0]).not.toHaveProperty('helpUri')
    expect(run?.tool.driver.rules[0]?.help.text).toContain('docs/rules/secret-absent.md')
  })

  it('leaves ignored findings out, or marks them as suppressed', () => {
    const given = report({
      ignored: [
        { finding: finding(), reason: 'later', by: 'comment' },
        { finding: finding(), reason: 'never', by: 'config' },
      ],
    })
    expect(sarifReport(given, options).runs[0]?.results).toEqual([])
    expect(sarifReport(given, { ...options, withIgnored: true }).runs[0]?.results).toMatchObject([
      { suppressions: [{ kind: 'inSource', status: 'accepted', justification: 'later' }] },
      { suppressions: [{ kind: 'external', status: 'accepted', justification: 'never' }] },
    ])
  })

  it('keeps the worst of too many, and says so (platform.md §1.2)', () => {
    const findings = [
      ...Array.from({ length: RESULTS }, () => finding({ severity: 'warning' })),
      finding({ severity: 'error' }),
    ]
    const given = report({ findings })
    const results = sarifReport(given, options).runs[0]?.results
    expect(results).toHaveLength(25_000)
    expect(results?.[0]?.level).toBe('error')
    expect(sarifLimitNote(given)).toContain('25000 of 25001')
    expect(sarifLimitNote(report({ findings: findings.slice(0, 5001) }))).toContain('worst 5000 of 5001')
    expect(sarifLimitNote(report({ findings: findings.slice(0, 5000) }))).toBeUndefined()
  })

  it.each(HOSTILE)('makes no link of %j', (text) => {
    const given = report({ findings: [finding({ message: text, span: span(text, 1) })] })
    const result = sarifReport(given, options).runs[0]?.results[0]
    expect(result?.message.text).not.toMatch(/(?<!\\)[[\]]|[\u202e\u2066]/)
    expect(result?.locations[0]?.physicalLocation.artifactLocation.uri).toMatch(/^[\w./%~!*'()-]+$/)
    expect(JSON.parse(sarifText(given, options)).version).toBe('2.1.0')
  })

  it('links each step of the chain, once for each place: code scanning shows only what the message links to', () => {
    const given = finding({
      headline: 'Policy `eso` does not let ESO read `kv/a`',
      chain: [
        { of: 'store', name: 'vault', is: 'ok', at: { file: 'store.yaml', line: 3 } },
        { of: 'role', name: 'e[s]o', is: 'ok' },
        { of: 'policy', name: 'eso', is: 'broken', at: { file: 'p.hcl', line: 2 }, says: 'has no rule that covers it' },
      ],
      related: [
        { span: span('p.hcl', 2, 6, 21), message: 'the policy' },
        { span: span('other.yaml', 9), message: 'the other end' },
      ],
    })
    const [result] = sarifReport(report({ findings: [given] }), options).runs[0]?.results ?? []
    expect(result?.message.text).toBe(
      'Policy `eso` does not let ESO read `kv/a`. Store [vault](1), role e\\[s\\]o, policy [eso](2) has no rule that covers it. See [the other end](3).',
    )
    expect(
      result?.relatedLocations?.map(({ id, physicalLocation }) => [id, physicalLocation.artifactLocation.uri]),
    ).toEqual([
      [1, 'store.yaml'],
      [2, 'p.hcl'],
      [3, 'other.yaml'],
    ])
  })

  it('tells what was not checked as notifications, and where', () => {
    const notChecked = [{ file: 'a.yaml', line: 4, what: 'a.yaml', reason: { code: 'key-missing' } }] as const
    const [run] = sarifReport(report({ notChecked, incomplete: ['The server is sealed.'] }), options).runs
    expect(run?.invocations[0]?.toolExecutionNotifications).toMatchObject([
      { level: 'warning', message: { text: 'The server is sealed.' } },
      {
        level: 'note',
        message: { text: expect.stringMatching(/^a\.yaml was not checked: /) },
        locations: [{ physicalLocation: { artifactLocation: { uri: 'a.yaml' }, region: { startLine: 4 } } }],
      },
    ])
  })

  it('gives the page of a rule that it speaks of, and of no other', () => {
    const two = [...SARIF_RULES.filter(({ id }) => id === 'secret-absent' || id === 'policy-excess')]
    const [run] = sarifReport(report({ findings: [finding()] }), {
      version: '1.2.3',
      rules: two,
      pageOf: rulePage,
    }).runs
    const [excess, absent] = run?.tool.driver.rules ?? []
    expect(absent?.help.markdown).toMatch(/^## What it finds\n/)
    expect(absent?.help.markdown).not.toMatch(/<!-- made|\]\((?!https?:)/)
    expect(absent?.properties).toMatchObject({ precision: 'very-high', 'problem.severity': 'error' })
    expect(absent?.name).toBe('SecretAbsent')
    expect(excess?.help).not.toHaveProperty('markdown')
    expect(excess?.properties).toMatchObject({ 'security-severity': '5.0', 'problem.severity': 'warning' })
  })
})
