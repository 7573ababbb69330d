import { describe, expect, it } from 'vitest'
import { redactReport } from '../../src/report/redact-report.ts'
import { reportJsonSchema } from '../../src/report/report-schema.ts'
import { accepts } from '../settings/json-schema.ts'
import { jsonText } from './json-text.ts'
import { access, finding, HOSTILE, reference, report, span } from './sample.ts'

const full = report({
  findings: [
    finding({ related: [{ span: span('p.hcl', 2, 6, 21), message: 'the rule that decides' }] }),
    finding({ fix: 'Seed it.' }),
  ],
  references: [
    reference({}, [
      [access('kv/data/team/db'), 'allowed'],
      [access('kv/metadata/team/db', { side: 'metadata', capability: 'update', when: 'only if it exists' }), 'unknown'],
    ]),
    { ...reference({ storeRef: undefined, proposed: true, property: undefined }, []), secret: { presence: 'absent' } },
  ],
  notChecked: [
    {
      file: 'a.yaml',
      line: 1,
      what: 'ExternalSecret a/b',
      reason: { code: 'variable-unresolved', in: 'key', holes: ['${ENV}'] },
    },
  ],
  ignored: [{ finding: finding(), reason: 'later', by: 'config' }],
  notes: [{ code: 'symlink-loop', file: 's.yaml' }],
})

describe('the JSON report (issue 2)', () => {
  it('has exactly the promised fields, first and in order', () => {
    const value = JSON.parse(jsonText(full))
    expect(Object.keys(value).slice(0, 5)).toEqual(['version', 'outcome', 'findings', 'references', 'notChecked'])
    expect(value).toMatchObject({ version: 1, outcome: 'findings' })
    expect(value.findings[0]).toEqual({
      rule: 'secret-absent',
      severity: 'error',
      message: 'There is no secret.',
      file: 'apps/db.yaml',
      line: 14,
      column: 14,
      endLine: 14,
      endColumn: 29,
      related: [{ file: 'p.hcl', line: 2, column: 6, endLine: 2, message: 'the rule that decides' }],
      fix: null,
      fingerprint: 'secret-absent|db',
    })
    expect(value.findings[1]?.fix).toBe('Seed it.')
    expect(value.references[0]).toMatchObject({
      file: 'apps/db.yaml',
      line: 14,
      manifest: 'ExternalSecret apps/db',
      store: 'ClusterSecretStore vault',
      key: 'team/db',
      accesses: [
        { path: 'kv/data/team/db', capability: 'read', decision: 'allowed' },
        { path: 'kv/metadata/team/db', capability: 'update', decision: 'unknown' },
      ],
      proposed: false,
      secret: null,
      appliedBy: ['Kustomization (Flux) flux-system/apps'],
      form: 'plain',
    })
    expect(value.references[1]).toMatchObject({ store: null, property: null, proposed: true, secret: 'absent' })
    expect(value.notChecked).toEqual([
      {
        file: 'a.yaml',
        line: 1,
        what: 'ExternalSecret a/b',
        reason: 'the key holds ${ENV}, which nothing in Git resolves',
        code: 'variable-unresolved',
        isReference: false,
      },
    ])
    expect(value.notes).toEqual([
      {
        reason: 'symlink',
        file: 's.yaml',
        line: null,
        message: 'This symlink leads to itself and was not followed.',
        code: 'symlink-loop',
      },
    ])
    expect(value.counts).toMatchObject({ files: 12, references: 2, errors: 2, warnings: 0 })
  })

  it('tells a secret’s presence, never its key names', () => {
    const secret = { presence: 'present', keys: { sensitiveName: null } } as const
    expect(jsonText(report({ references: [{ ...reference(), secret }] }))).not.toContain('sensitiveName')
  })

  it('ends in a line feed, and is what it says however hostile the text', () => {
    for (const text of HOSTILE) {
      const out = jsonText(report({ findings: [finding({ message: `##[error]${text}` })] }))
      expect(out.endsWith('}\n')).toBe(true)
      expect(out).not.toMatch(/##\[|^\s*::/m)
      expect(JSON.parse(out).findings[0].message).toBe(`##[error]${text}`)
    }
  })
})

describe('the published schema of the report', () => {
  it('is what the code says (npx vitest run test/report -u writes it)', async () => {
    await expect(`${JSON.stringify(reportJsonSchema(), null, 2)}\n`).toMatchFileSnapshot(
      '../../docs/report-schema.json',
    )
  })

  it.each([
    ['a full report', full],
    ['an empty one', report()],
    ['a failure', report({ outcome: 'invalid', problems: [{ message: 'a', file: 'b', line: 1 }, { message: 'c' }] })],
  ])('accepts %s', (_, given) => {
    expect(accepts(reportJsonSchema(), JSON.parse(jsonText(given)))).toBe(true)
  })

  it('knows every field that is written, and misses none', () => {
    const value = JSON.parse(jsonText(full))
    for (const key of Object.keys(value)) {
      expect(
        accepts(reportJsonSchema(), Object.fromEntries(Object.entries(value).filter(([name]) => name !== key))),
      ).toBe(false)
    }
    for (const list of ['findings', 'references', 'notChecked', 'ignored', 'notes']) {
      for (const key of Object.keys(value[list][0])) {
        const broken = structuredClone(value)
        delete broken[list][0][key]
        expect(accepts(reportJsonSchema(), broken), `${list}.${key}`).toBe(false)
      }
    }
    expect(accepts(reportJsonSchema(), { ...value, outcome: 'fine' })).toBe(false)
    expect(accepts(reportJsonSchema(), { ...value, version: 2 })).toBe(false)
    expect(accepts(reportJsonSchema(), { ...value, addedLater: true })).toBe(true)
  })
})

describe('redaction before rendering', () => {
  const secret = 'hvs.SECRETSECRET'
  const redact = (text: string) => text.replaceAll(secret, '***')

  it('reaches every text of a report', () => {
    const told = finding({
      message: secret,
      fix: secret,
      fingerprint: secret,
      related: [{ span: span('a', 1), message: secret }],
    })
    const entry = { kind: 'FluxInstance', name: secret, span: span('a', 1) } as const
    const root = { kind: 'kustomization', name: secret, span: span('a', 1), by: entry } as const
    const applied = {
      verdict: 'suspended',
      reason: { code: 'suspended', by: root },
      cluster: { id: 'a', name: secret, entry: 'a' },
    }
    const manifest = {
      kind: 'ExternalSecret',
      name: secret,
      namespace: secret,
      spanOf: () => span('a', 1),
      origin: { file: 'a', document: 0, form: 'plain', appliedBy: [root], applied },
    }
    const storeRef = { kind: 'SecretStore' as const, name: secret, span: span('a', 1) }
    const judged = reference(
      {
        key: secret,
        property: secret,
        failsWith: { code: 'panics', says: secret },
        notChecked: { code: 'match-regexp-invalid', says: secret },
        storeRef,
        manifest: manifest as never,
      },
      [[access(`kv/data/${secret}`), 'denied']],
    )
    const because = { code: 'server-hides', says: secret } as const
    const accesses = judged.accesses.map((each) => ({ ...each, decision: { ...each.decision, because } }))
    const given = report({
      findings: [told],
      ignored: [{ finding: told, reason: secret, by: 'comment' }],
      references: [{ ...judged, accesses, standing: { is: 'not-checked', reason: because } }],
      notChecked: [{ file: 'a', line: 1, what: secret, reason: because }],
      notes: [{ code: 'yaml-unusable', file: 'a', says: secret, column: 1 }],
      live: { asked: true, line: secret },
      incomplete: [secret],
      problems: [{ message: secret }],
    })
    expect(jsonText(given).split(secret)).toHaveLength(34)
    expect(jsonText(redactReport(given, redact))).not.toContain(secret)
    expect(redactReport(given, redact).references[0]?.reference.manifest.spanOf([])).toEqual(span('a', 1))
  })
})
