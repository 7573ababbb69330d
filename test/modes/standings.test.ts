import { rmSync } from 'node:fs'
import { afterAll, expect, test } from 'vitest'
import { deadlineIn } from '../../src/model/deadline.ts'
import { run } from '../../src/modes/run.ts'
import { accountOf } from '../../src/report/account.ts'
import { headline } from '../../src/report/headline.ts'
import { countProblems } from '../../src/report/problems.ts'
import type { Report } from '../../src/report/report.ts'
import { RULE_IDS } from '../../src/rules/rule-ids.ts'
import { readConfig } from '../../src/settings/config-file.ts'
import { writeTree } from '../gitops/kustomize/reading-tree.ts'
import { settingsFor } from './questions/ask.ts'

const STORE = `apiVersion: external-secrets.io/v1
kind: ClusterSecretStore
metadata: {name: vault}
spec:
  provider:
    vault: {server: "https://v", path: kv, version: v2, auth: {kubernetes: {mountPath: kubernetes, role: eso, serviceAccountRef: {name: eso, namespace: eso}}}}
`
const LAW = `vault write auth/kubernetes/role/eso bound_service_account_names=eso bound_service_account_namespaces=eso token_policies=eso
vault policy write eso - <<'END'
path "kv/data/shop/*" { capabilities = ["read"] }
END
`

const secret = (name: string, spec: string) => `apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: ${name}, namespace: shop}
spec:
  secretStoreRef: {kind: ClusterSecretStore, name: vault}
${spec}`

const flux = (name: string, path: string, more = '') => `apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: ${name}, namespace: flux-system}
spec: {${more}path: ${path}, prune: true, interval: 1h, sourceRef: {kind: GitRepository, name: flux-system}}
`

const repeated = (count: number, item: (index: number) => string) =>
  Array.from({ length: count }, (_, i) => item(i)).join('')

const folders: string[] = []
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

async function check(files: Record<string, string>, config = '', over = false): Promise<Report> {
  const cwd = writeTree({ 'store.yaml': STORE, 'law.sh': LAW, ...files })
  folders.push(cwd)
  const asked =
    config === '' ? {} : { config: readConfig('.github/eso-vault.yml', `version: 1\n${config}\n`, { rules: RULE_IDS }) }
  const { report } = await run(settingsFor({ command: 'check', cwd, ...asked }), {
    cwd,
    env: {},
    now: () => new Date('2026-06-01T00:00:00Z'),
    mask: () => {},
    warn: () => {},
    ...(over ? { deadline: deadlineIn(0) } : {}),
  })
  return report
}

/** More places than are told one by one of an object. */
const MANY = 1_200

test.each([
  ['a field that is misplaced in each', (i: number) => `  - extract:\n    key: shop/k${i}\n`, 'dataFrom'],
  ['a field that does not exist in each', (i: number) => `  - extract: {key: shop/k${i}, propertty: a}\n`, 'dataFrom'],
  ['a key that is missing in each', (i: number) => `  - {secretKey: k${i}, remoteRef: {property: a}}\n`, 'data'],
])('references behind the limit of what is told are broken, and not accepted: %s', async (_, item, list) => {
  const report = await check({ 'es.yaml': secret('many', `  ${list}:\n${repeated(MANY, item)}`) })
  const { vault, broken, accepted, works, notChecked } = accountOf(report)
  expect({ vault, broken, accepted, works, notChecked }).toEqual({
    vault: MANY,
    broken: MANY,
    accepted: 0,
    works: 0,
    notChecked: 0,
  })
  expect(headline(report)).toMatch(/^\d+ problems break all 1200 references$/)
  // Those that are not told one by one count as well.
  expect(countProblems(report, 'error')).toBeGreaterThanOrEqual(MANY)
  expect(
    report.findings.some(({ remark }) => remark?.includes(`${MANY - 500} more problems of this object are not listed`)),
  ).toBe(true)
})

const DENIED = { 'es.yaml': secret('denied', '  data:\n  - {secretKey: a, remoteRef: {key: billing/db}}\n') }

test.each([
  ['an ignore', 'ignore: [{rule: policy-denies, path: kv/billing/db, reason: soon}]'],
  ['a rule turned off', 'rules: {policy-denies: off}'],
  ['a rule that only warns', 'rules: {policy-denies: warning}'],
  ['a rule that only notes', 'rules: {policy-denies: note}'],
])('broken and accepted is what the config lets pass: %s', async (_, config) => {
  const report = await check(DENIED, config)
  expect(report.references.map(({ standing }) => standing)).toEqual([{ is: 'broken', accepted: true, by: [] }])
  expect(headline(report)).toContain('1 broken and accepted')
})

test('another rule that is turned off accepts nothing', async () => {
  const report = await check(DENIED, 'rules: {field-unknown: off, policy-excess: off}')
  expect(report.references[0]?.standing).toMatchObject({ is: 'broken', accepted: false })
})

test('what the time of the run left unsaid is not accepted', async () => {
  const report = await check(DENIED, '', true)
  expect(report.outcome).toBe('incomplete')
  expect(report.references.filter(({ standing }) => standing.is === 'broken' && standing.accepted)).toEqual([])
})

test('what waits behind a suspended root is broken, and its warning says so', async () => {
  const report = await check({
    'apps/es.yaml': DENIED['es.yaml'],
    'apps/kustomization.yaml': 'resources: [es.yaml]\n',
    'flux/ks.yaml': `${flux('flux-system', './flux')}---\n${flux('apps', './apps', 'suspend: true, ')}`,
  })
  const [finding] = report.findings
  expect(finding).toMatchObject({ rule: 'policy-denies', severity: 'warning' })
  expect(report.references[0]?.standing).toEqual({ is: 'broken', accepted: false, by: [finding?.fingerprint] })
  expect(headline(report)).toBe('1 warning; the 1 reference is broken')
})
