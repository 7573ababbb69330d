import { describe, expect, it } from 'vitest'
import { rulePage } from '../../src/report/rule-page.ts'
import { sarifText } from '../../src/report/sarif.ts'
import { SARIF_RULES } from '../../src/rules/rule-ids.ts'
import { accepts } from '../settings/json-schema.ts'
import { finding, HOSTILE, report, span } from './sample.ts'

type Schema = Readonly<Record<string, unknown>>
const text: Schema = { type: 'string', minLength: 1 }
const closed = (properties: Readonly<Record<string, Schema>>, required: readonly string[]): Schema => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
})
const list = (items: Schema): Schema => ({ type: 'array', items })
const line: Schema = { type: 'integer', minimum: 1 }
const message = closed({ text }, ['text'])
const region = closed({ startLine: line, startColumn: line, endLine: line, endColumn: line }, ['startLine'])
/** Relative, percent-encoded, below the repository: GitHub resolves it against the checkout. */
const uri: Schema = { type: 'string', pattern: "^(?!/)(?!.*(?:^|/)\\.\\.(?:/|$))[A-Za-z0-9._~!*'()%/-]+$" }
const physicalLocation = closed({ artifactLocation: closed({ uri }, ['uri']), region }, ['artifactLocation', 'region'])

/** A place of a notification may be a whole file. */
const anyPlace = closed({ artifactLocation: closed({ uri }, ['uri']), region }, ['artifactLocation'])
const notification = closed(
  {
    level: { enum: ['none', 'note', 'warning', 'error'] },
    message,
    locations: list(closed({ physicalLocation: anyPlace }, ['physicalLocation'])),
  },
  ['level', 'message'],
)

/** What SARIF 2.1.0 says of the properties that are written here, and what GitHub says beside it: nothing else may be written. */
const SARIF: Schema = closed(
  {
    $schema: text,
    version: { const: '2.1.0' },
    runs: {
      ...list(
        closed(
          {
            tool: closed(
              {
                driver: closed(
                  {
                    name: text,
                    semanticVersion: { type: 'string', pattern: '^\\d+\\.\\d+\\.\\d+' },
                    rules: list(
                      closed(
                        {
                          id: { type: 'string', pattern: '^[a-z0-9-]+$' },
                          name: { type: 'string', pattern: '^(?:[A-Z0-9][a-z0-9]*)+$' },
                          shortDescription: message,
                          fullDescription: message,
                          helpUri: { type: 'string', pattern: '^https?://' },
                          help: closed({ text, markdown: text }, ['text']),
                          defaultConfiguration: closed({ level: { enum: ['error', 'warning', 'note'] } }, ['level']),
                          properties: closed(
                            {
                              tags: list(text),
                              precision: { enum: ['very-high', 'high', 'medium', 'low'] },
                              'problem.severity': { enum: ['error', 'warning', 'recommendation'] },
                              'security-severity': { type: 'string', pattern: '^(?:10|\\d)\\.\\d$' },
                            },
                            ['tags', 'precision', 'problem.severity'],
                          ),
                        },
                        [
                          'id',
                          'name',
                          'shortDescription',
                          'fullDescription',
                          'help',
                          'defaultConfiguration',
                          'properties',
                        ],
                      ),
                    ),
                  },
                  ['name', 'semanticVersion', 'rules'],
                ),
              },
              ['driver'],
            ),
            automationDetails: closed({ id: text }, ['id']),
            columnKind: { enum: ['utf16CodeUnits', 'unicodeCodePoints'] },
            invocations: list(
              closed(
                {
                  executionSuccessful: { type: 'boolean' },
                  toolExecutionNotifications: list(notification),
                  toolConfigurationNotifications: list(notification),
                },
                ['executionSuccessful'],
              ),
            ),
            results: list(
              closed(
                {
                  ruleId: text,
                  level: { enum: ['error', 'warning', 'note'] },
                  message,
                  // GitHub refuses a result without a place.
                  locations: { ...list(closed({ physicalLocation }, ['physicalLocation'])), minItems: 1 },
                  relatedLocations: list(
                    closed({ id: line, physicalLocation, message }, ['id', 'physicalLocation', 'message']),
                  ),
                  partialFingerprints: closed(
                    {
                      primaryLocationLineHash: { type: 'string', pattern: '^[0-9a-f]{16}:\\d+$' },
                      'esoVault/v1': text,
                    },
                    ['primaryLocationLineHash'],
                  ),
                  properties: { type: 'object' },
                },
                ['ruleId', 'level', 'message', 'locations', 'partialFingerprints'],
              ),
            ),
            properties: { type: 'object' },
          },
          ['tool', 'results'],
        ),
      ),
      minItems: 1,
    },
  },
  ['version', 'runs'],
)

describe('SARIF as the standard and GitHub have it', () => {
  const links = { rule: (id: string) => `https://github.com/a/b/blob/v1/docs/rules/${id}.md`, source: () => undefined }
  const made = (findings: Parameters<typeof finding>[0][]) =>
    JSON.parse(
      sarifText(
        report({
          findings: findings.map((one) => finding(one)),
          notChecked: [{ file: 'a b.yaml', line: 0, what: 'a b.yaml', reason: { code: 'key-missing' } }],
          incomplete: ['The server is sealed.'],
        }),
        { version: '1.2.3', rules: SARIF_RULES, pageOf: rulePage, links },
      ),
    )

  it('every rule, with its page', () => {
    const sarif = made(
      SARIF_RULES.map(({ id, severity }) => ({ rule: id, severity, fingerprint: id, fix: 'Do it:\na' })),
    )
    expect(accepts(SARIF, sarif)).toBe(true)
    for (const { id, help } of sarif.runs[0].tool.driver.rules) expect(help.markdown, id).toMatch(/^## What it finds/)
  })

  it.each(HOSTILE)('a manifest that holds %j', (hostile) => {
    const related = [{ span: span(`${hostile}.hcl`, 2), message: hostile }]
    const chain = [{ of: 'store', name: hostile, is: 'ok', at: { file: hostile, line: 1 } }] as const
    const sarif = made([{ headline: hostile, related, chain, span: span(`a/${hostile}`, 3), fix: hostile }])
    expect(accepts(SARIF, sarif)).toBe(true)
    const [result] = sarif.runs[0].results
    const ids = result.relatedLocations.map(({ id }: { id: number }) => id)
    // Links are to our own numbers alone, and each related place is linked to.
    const linked = [...result.message.text.matchAll(/(?<!\\)\]\(([^)]*)\)/g)].map(([, target]) => Number(target))
    expect([...new Set(linked)].sort()).toEqual(ids)
  })

  it('the same problem at two places has two fingerprints, and neither moves with a line', () => {
    const hashes = (line: number) =>
      made([{ span: span('a.yaml', line) }, { span: span('a.yaml', line + 1) }]).runs[0].results.map(
        (result: { partialFingerprints: Record<string, string> }) => result.partialFingerprints.primaryLocationLineHash,
      )
    expect(new Set(hashes(1)).size).toBe(2)
    expect(hashes(1)).toEqual(hashes(50))
  })

  it.each(['invalid', 'bug'] as const)('a run without results says why: %s', (outcome) => {
    const problems = [
      { message: 'no' },
      { message: 'unknown [key](1)', file: 'a b.yml' },
      { message: 'x', file: 'c.yml', line: 3 },
    ]
    const options = { version: '1.2.3', rules: SARIF_RULES, links }
    const sarif = JSON.parse(sarifText(report({ findings: [], outcome, problems }), options))
    expect(accepts(SARIF, sarif)).toBe(true)
    const [said] = sarif.runs[0].invocations
    const told = outcome === 'invalid' ? said.toolConfigurationNotifications : said.toolExecutionNotifications
    expect(said.executionSuccessful).toBe(false)
    expect(told.map(({ message: { text } }: { message: { text: string } }) => text)).toEqual([
      'no',
      'unknown \\[key\\](1)',
      'x',
    ])
  })

  it('the schema refuses what GitHub would', () => {
    const sarif = made([{}])
    sarif.runs[0].results[0].locations = []
    expect(accepts(SARIF, sarif)).toBe(false)
  })
})
