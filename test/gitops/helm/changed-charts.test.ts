import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { checkChange } from '../../changes/check-change.ts'
import { type Files, history } from '../../changes/git-history.ts'
import { helmsForTests, type TestHelm } from '../render/helm-binary.ts'
import { tree } from '../tree.ts'
import { chartYaml, secretTemplate } from './render-charts.ts'

// What is told does not depend on which helm it is (shapes.test.ts).
const helms = (await helmsForTests()).slice(-1)

const application = (name: string) => `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: ${name}, namespace: argocd}
spec:
  destination: {server: https://kubernetes.default.svc, namespace: ${name}}
  source:
    repoURL: https://git.example.com/acme/gitops
    path: charts/web
    helm:
      valueFiles: [../../values/${name}.yaml]
`

const FILES: Files = {
  'apps/blue.yaml': application('blue'),
  'apps/green.yaml': application('green'),
  'values/blue.yaml': 'team: blue\n',
  'values/green.yaml': 'team: green\n',
  'charts/web/Chart.yaml': chartYaml('web'),
  'charts/web/values.yaml': 'team: none\n',
  'charts/web/templates/es.yaml': secretTemplate('apps/{{ .Values.team }}/db'),
  'charts/other/Chart.yaml': chartYaml('other'),
  'charts/other/templates/es.yaml': secretTemplate('apps/other', 'pw', 'other'),
  'store.yaml':
    'apiVersion: external-secrets.io/v1\nkind: ClusterSecretStore\nmetadata: {name: vault}\nspec: {provider: {vault: {server: "https://v.example.com", path: kv, version: v2, auth: {kubernetes: {mountPath: kubernetes, role: eso, serviceAccountRef: {name: eso, namespace: eso}}}}}}\n',
  'vault/role.sh':
    'vault write auth/kubernetes/role/eso bound_service_account_names=eso bound_service_account_namespaces=eso policies=eso ttl=1h\nvault policy write eso - <<EOF\npath "kv/data/apps/*" { capabilities = ["read"] }\nEOF\n',
}

/** What a branch that alters these files is told, and how often it ran helm. */
async function change(helm: TestHelm, after: Files, before: Files = {}) {
  const bin = tree({ 'bin/none': '' })
  const log = join(bin, 'log')
  const command = join(bin, 'bin/helm')
  writeFileSync(command, `#!/bin/sh\necho $1 >> ${log}\nexec ${helm.binary.command} "$@"\n`)
  chmodSync(command, 0o755)
  const one = history()
  one.commit('before', { ...FILES, ...before })
  one.git('checkout', '-q', '-b', 'topic')
  one.commit('after', after)
  const report = await checkChange(one, `${join(bin, 'bin')}:${process.env.PATH}`)
  const runs = existsSync(log) ? readFileSync(log, 'utf8').split('template').length - 1 : 0
  rmSync(log, { force: true })
  return { report, runs }
}

const keys = (report: Awaited<ReturnType<typeof change>>['report']) =>
  report.references.map(({ reference }) => `${reference.manifest.namespace}: ${reference.key}`).sort()

describe.each(helms)('pull requests and charts (helm.md §5.2 step 6), with $name', (helm) => {
  test('a changed file of values concerns its releases, and only they are rendered again', async () => {
    const { report, runs } = await change(helm, { 'values/blue.yaml': 'team: red\n' })
    expect(keys(report)).toEqual(['blue: apps/red/db'])
    // Two for each of three releases of the head, two for the one that the base has otherwise.
    expect(runs).toBe(8)
  })

  test('a changed template concerns all releases of its chart', async () => {
    const { report, runs } = await change(helm, {
      'charts/web/templates/es.yaml': secretTemplate('apps/{{ .Values.team }}/new'),
    })
    expect(keys(report)).toEqual(['blue: apps/blue/new', 'green: apps/green/new'])
    expect(runs).toBe(10)
  })

  test('a comment in the values renders, and concerns nothing that the comment does not touch', async () => {
    const { report } = await change(helm, { 'values/green.yaml': 'team: green\n# no more\n' })
    expect(keys(report)).toEqual([])
  })

  test('a value that the config gives concerns the chart that it is given to', async () => {
    const given = (team: string) => ({
      '.github/eso-vault.yml': `version: 1\nhelm:\n  - chart: charts/web\n    set: { team: ${team} }\n`,
    })
    const { report, runs } = await change(helm, given('gold'), given('silver'))
    expect(keys(report)).toEqual(['blue: apps/gold/db'])
    expect(report.references.flatMap(({ also = [] }) => also.map(({ namespace }) => namespace))).toEqual(['green'])
    // Two for each of three releases of the head, two for each of the two that the base has otherwise.
    expect(runs).toBe(10)
    const [first] = report.references
    expect(
      first?.reference.manifest.relatedTo?.(first.reference.manifest.spanOf(['spec', 'data', 0, 'remoteRef', 'key'])),
    ).toMatchObject([{ span: { file: '.github/eso-vault.yml', line: 4 } }])
  })

  test('a change elsewhere renders nothing twice', async () => {
    const { report, runs } = await change(helm, { 'README.md': 'text\n' })
    expect(keys(report)).toEqual([])
    expect(runs).toBeLessThanOrEqual(6)
  })
})
