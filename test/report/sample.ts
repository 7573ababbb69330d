import type { Decision } from '../../src/model/decision.ts'
import type { Finding, Fix } from '../../src/model/finding.ts'
import type { Manifest } from '../../src/model/manifest.ts'
import type { Access, Reference } from '../../src/model/reference.ts'
import type { Span } from '../../src/model/span.ts'
import type { JudgedReference, Report, SourceLine } from '../../src/report/report.ts'

/** Reports to render, with only what a test is about spelled out. */

export function span(file: string, line: number, column = 1, endColumn = column + 1, endLine = line): Span {
  return { file, line, column, endLine, endColumn }
}

/** A string is a fix to paste: its first line leads, the others are pasted. */
export function finding({ fix, ...parts }: Partial<Omit<Finding, 'fix'>> & { fix?: Fix | string } = {}): Finding {
  const headline = parts.headline ?? (parts.message ?? 'There is no secret.').replace(/\.$/, '')
  return {
    rule: 'secret-absent',
    severity: 'error',
    headline,
    message: `${headline}.`,
    ...(fix === undefined ? {} : { fix: typeof fix === 'string' ? fixOf(fix) : fix }),
    span: span('apps/db.yaml', 14, 14, 29),
    related: [],
    fingerprint: 'secret-absent|db',
    ...parts,
  }
}

function fixOf(text: string): Fix {
  const [lead = '', ...lines] = text.split('\n')
  return lines.length === 0
    ? { lead: lead.replace(/[.:]$/, ''), kind: 'advice' }
    : { lead: lead.replace(/[.:]$/, ''), kind: 'insert', language: 'text', text: lines.join('\n') }
}

export function report(parts: Partial<Report> = {}): Report {
  return {
    mode: 'check',
    target: 'acme/gitops',
    outcome: parts.findings?.some(({ severity }) => severity === 'error') ? 'findings' : 'clean',
    ignored: [],
    references: [],
    notChecked: [],
    notes: [],
    counts: { files: 12, manifests: 30, externalSecrets: 8, pushSecrets: 1, stores: 2 },
    live: { asked: false, line: 'Vault was not asked: neither `vault-addr` nor credentials are given.' },
    incomplete: [],
    ...parts,
    // Each is a problem of its own, unless a test says otherwise.
    findings: (parts.findings ?? []).map((one, index) => ({ cause: String(index), ...one })),
  }
}

export function access(path: string, parts: Partial<Access> = {}): Access {
  return { path, capability: 'read', http: { method: 'GET', path }, side: 'data', when: 'always', ...parts }
}

function decision(verdict: Decision['verdict']): Decision {
  return { verdict, winner: [], beaten: () => [], because: { code: 'key-missing' }, perVariant: {} }
}

export function reference(
  parts: Partial<Reference> = {},
  accesses: readonly [Access, Decision['verdict']][] = [[access('kv/data/team/db'), 'allowed']],
): JudgedReference {
  const manifest = {
    apiVersion: 'external-secrets.io/v1',
    kind: 'ExternalSecret',
    namespace: 'apps',
    name: 'db',
    origin: {
      file: 'apps/db.yaml',
      document: 0,
      applied: { verdict: 'applied' },
      appliedBy: [{ kind: 'Kustomization (Flux)', name: 'flux-system/apps', span: span('flux/apps.yaml', 1) }],
      form: 'plain',
    },
  } as unknown as Manifest
  const plain: Partial<Reference> = {
    manifest,
    operation: 'data',
    field: ['spec', 'data', 0],
    span: span('apps/db.yaml', 14, 14, 29),
    storeRef: { kind: 'ClusterSecretStore', name: 'vault', span: span('apps/db.yaml', 8) },
    store: { found: 'absent', elsewhere: [] },
    key: 'team/db',
    property: 'password',
    failsWith: undefined,
    notChecked: undefined,
    proposed: false,
  }
  return {
    reference: { ...plain, ...parts } as Reference,
    standing: accesses.some(([, verdict]) => verdict === 'denied')
      ? { is: 'broken', accepted: false, by: ['secret-absent|db'] }
      : { is: 'works' },
    accesses: accesses.map(([each, verdict]) => ({ access: each, decision: decision(verdict) })),
  }
}

/** Files by name, as lines. */
export function sourceOf(files: Readonly<Record<string, string>>): SourceLine {
  return (file, line) => files[file]?.split('\n')[line - 1]
}

/** Text that a hostile pull request might put into a name, a key or a path (platform.md §7 threats 7 and 8). */
export const HOSTILE = [
  'a\n::set-output name=x::y',
  'a\r::add-mask::b',
  '%0A::error::boo',
  '`; rm -rf /` and ```',
  '</details><img src=https://evil.example/x.png>',
  '@acme/security and #12 and GH-7 and acme/x#3',
  'see https://evil.example and www.evil.example',
  '[click](javascript:alert(1)) ![x](https://evil.example/x.png)',
  'abc\u202edcba\u2066x\u200by',
  '\u001b[31mred\u0007',
  'a|b|c',
  '# not a heading\n- not a list',
]
