import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { check } from '../../../../src/modes/check.ts'
import { decisionText } from '../../../../src/report/reasons/not-checked.ts'
import { EMPTY_CONFIG } from '../../../../src/settings/config-file.ts'
import { readEnvironment } from '../../../../src/settings/environment.ts'
import { resolveSettings } from '../../../../src/settings/resolve-settings.ts'

const settings = resolveSettings({
  given: { from: 'terminal', command: 'check', subject: undefined, values: {}, format: 'json', color: false },
  config: EMPTY_CONFIG,
  environment: readEnvironment({}),
  folder: 'repository',
})

/** The store that every case below logs in with. */
export const STORE = `apiVersion: external-secrets.io/v1
kind: ClusterSecretStore
metadata: {name: vault}
spec:
  provider:
    vault:
      server: https://vault.example.com
      path: kv
      version: v2
      auth: {kubernetes: {mountPath: kubernetes, role: reader, serviceAccountRef: {name: eso, namespace: eso}}}
`

/** The ExternalSecret that is judged: it reads `kv/data/shop/db`. */
export const SECRET = `apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: a, namespace: shop}
spec:
  refreshInterval: 1h
  secretStoreRef: {kind: ClusterSecretStore, name: vault}
  target: {name: a}
  data: [{secretKey: a, remoteRef: {key: shop/db, property: a}}]
`

export interface Verdict {
  /** Of the one reference. */
  readonly verdict: string
  readonly because: string
  /** `severity rule file:line`, without notes. */
  readonly findings: readonly string[]
  readonly messages: readonly string[]
}

/** Checks the files beside the store and the secret (which may be replaced), and tells what becomes of the one reference. */
export async function verdictOf(files: Readonly<Record<string, string>>): Promise<Verdict> {
  const cwd = mkdtempSync(path.join(tmpdir(), 'eso-vault-forms-'))
  try {
    for (const [file, text] of Object.entries({ 'store.yaml': STORE, 'web.yaml': SECRET, ...files })) {
      mkdirSync(path.dirname(path.join(cwd, file)), { recursive: true })
      writeFileSync(path.join(cwd, file), text)
    }
    const { report } = await check(settings, { cwd, today: '2026-06-01', live: undefined, incomplete: [] })
    const decisions = report.references.flatMap(({ accesses }) => accesses.map(({ decision }) => decision))
    const worse = report.findings.filter(({ severity }) => severity !== 'note')
    return {
      verdict: [...new Set(decisions.map(({ verdict }) => verdict))].join(' ') || 'none',
      because: decisions.map(decisionText).join(' '),
      findings: worse.map(({ severity, rule, span }) => `${severity} ${rule} ${span.file}:${span.line}`),
      messages: report.findings.map(({ message }) => message),
    }
  } finally {
    rmSync(cwd, { recursive: true, force: true })
  }
}

/** A policy text that allows the reference, and one that does not. */
export const ALLOWS = 'path "kv/data/shop/*" { capabilities = ["read"] }'
export const DENIES = 'path "kv/data/blog/*" { capabilities = ["read"] }'

/** The words that write the role, after `vault write`. */
export const ROLE =
  'auth/kubernetes/role/reader bound_service_account_names=eso bound_service_account_namespaces=eso policies=shop-read'
