import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { check } from '../../src/modes/check.ts'
import type { Render } from '../../src/modes/render.ts'
import { renderWith } from '../../src/modes/render.ts'
import { EMPTY_CONFIG } from '../../src/settings/config-file.ts'
import { readEnvironment } from '../../src/settings/environment.ts'
import { resolveSettings } from '../../src/settings/resolve-settings.ts'
import { kustomizeForTests } from '../gitops/render/kustomize-binary.ts'

const binary = await kustomizeForTests()

const settings = resolveSettings({
  given: { from: 'terminal', command: 'check', subject: undefined, values: {}, format: 'json', color: false },
  config: EMPTY_CONFIG,
  environment: readEnvironment({}),
  folder: 'repository',
})

/** Checks files as a pull request would, with no policy, no role and no server anywhere; counts the processes of kustomize. */
async function checkFiles(files: Readonly<Record<string, string>>) {
  const cwd = mkdtempSync(path.join(tmpdir(), 'eso-vault-check-'))
  const real = renderWith(settings, { PATH: path.dirname(binary?.command ?? '/') })
  let processes = 0
  const render: Render = (use) =>
    real((rendering) =>
      use({
        ...rendering,
        kustomize: async () => {
          const { kustomize, unusable } = (await rendering.kustomize?.()) ?? { kustomize: undefined, unusable: [] }
          if (kustomize === undefined) return { kustomize, unusable }
          const run: typeof kustomize.run = (...given) => {
            processes++
            return kustomize.run(...given)
          }
          return { kustomize: { ...kustomize, run }, unusable }
        },
      }),
    )
  try {
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(path.dirname(path.join(cwd, file)), { recursive: true })
      writeFileSync(path.join(cwd, file), text)
    }
    const { report } = await check(settings, { cwd, today: '2026-06-01', live: undefined, render, incomplete: [] })
    const findings = report.findings.map(({ rule, span }) => `${rule} ${span.file}:${span.line}`)
    return { report, findings, processes }
  } finally {
    rmSync(cwd, { recursive: true, force: true })
  }
}

const STORE = `apiVersion: external-secrets.io/v1
kind: ClusterSecretStore
metadata: {name: vault}
spec:
  conditions: [{namespaces: [shop]}]
  provider: {vault: {server: "https://vault.example.com", path: kv, version: v2, auth: {kubernetes: {mountPath: kubernetes, role: eso}}}}
`
const secret = (name: string, target = name) => `apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: ${name}, namespace: shop}
spec:
  refreshInterval: 1h
  secretStoreRef: {kind: ClusterSecretStore, name: vault}
  target: {name: ${target}}
  data: [{secretKey: a, remoteRef: {key: shop/db, property: a}}]
`
const RELEASE = `apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: external-secrets, namespace: external-secrets}
spec: {chart: {spec: {chart: external-secrets, version: 1.2.1}}}
`
const base = { 'base/kustomization.yaml': 'resources: [store.yaml, es.yaml]\n', 'base/store.yaml': STORE }
const overlay = (patch: string) => `resources: [../base]\npatches:\n  - ${patch}\n`

describe.skipIf(binary === undefined)('with no policy known from anywhere', () => {
  test('conditions that an overlay patches into the store exclude the namespace', async () => {
    const { findings, report } = await checkFiles({
      ...base,
      'base/es.yaml': secret('db'),
      'prod/kustomization.yaml': overlay(
        'target: {kind: ClusterSecretStore}\n    patch: |\n      - {op: replace, path: /spec/conditions/0/namespaces/0, value: other}',
      ),
    })
    expect(findings).toEqual(['store-condition base/es.yaml:6'])
    expect(JSON.stringify(report.notChecked)).not.toContain('kustomize')
  })

  test('a store name that a patch misspells', async () => {
    const { findings } = await checkFiles({
      ...base,
      'base/es.yaml': secret('db'),
      'prod/kustomization.yaml': overlay('path: patch.yaml'),
      'prod/patch.yaml':
        'apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: db, namespace: shop}\nspec:\n  secretStoreRef:\n    name: valut\n',
    })
    expect(findings).toEqual(['store-absent prod/patch.yaml:6'])
  })

  test('two Secrets that are one after a patch', async () => {
    const { findings } = await checkFiles({
      ...base,
      'base/kustomization.yaml': 'resources: [store.yaml, es.yaml, other.yaml]\n',
      'base/es.yaml': secret('db'),
      'base/other.yaml': secret('other'),
      'prod/kustomization.yaml': overlay(
        'target: {kind: ExternalSecret, name: other}\n    patch: |\n      - {op: replace, path: /spec/target/name, value: db}',
      ),
    })
    expect(findings.filter((finding) => finding.startsWith('target-duplicate'))).toHaveLength(1)
  })

  test('an apiVersion that a patch takes back', async () => {
    const { findings } = await checkFiles({
      ...base,
      'base/es.yaml': secret('db'),
      'eso/release.yaml': RELEASE,
      'prod/kustomization.yaml': overlay(
        'target: {kind: ExternalSecret}\n    patch: |\n      - {op: replace, path: /apiVersion, value: external-secrets.io/v1beta1}',
      ),
    })
    expect(findings).toEqual(['api-version-unserved prod/kustomization.yaml:5'])
  })

  test('the labels of a Namespace, which conditions select by', async () => {
    const { findings } = await checkFiles({
      'base/kustomization.yaml': 'resources: [store.yaml, es.yaml, namespace.yaml]\n',
      'base/store.yaml': STORE.replace('{namespaces: [shop]}', '{namespaceSelector: {matchLabels: {vault: "yes"}}}'),
      'base/es.yaml': secret('db'),
      'base/namespace.yaml': 'apiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: {vault: "yes"}}\n',
      'prod/kustomization.yaml': overlay(
        'target: {kind: Namespace}\n    patch: |\n      - {op: replace, path: /metadata/labels/vault, value: "no"}',
      ),
    })
    expect(findings).toEqual(['store-condition base/es.yaml:6'])
  })

  test('an interval that is no duration is found, at the patch, without a process', async () => {
    const { findings, processes } = await checkFiles({
      ...base,
      'base/es.yaml': secret('db'),
      'prod/kustomization.yaml': overlay(
        'target: {kind: ExternalSecret}\n    patch: |\n      - {op: replace, path: /spec/refreshInterval, value: 1d}',
      ),
    })
    expect(findings).toEqual([expect.stringMatching(/ prod\/kustomization\.yaml:5$/)])
    expect(processes).toBe(0)
  })

  test.each([
    ['a good interval', '/spec/refreshInterval', '12h'],
    ['an annotation', '/metadata/annotations', '{a: b}'],
  ])('%s costs no process', async (_, at, value) => {
    const path = at === '/metadata/annotations' ? `${at}/a` : at
    const { findings, processes } = await checkFiles({
      ...base,
      'base/es.yaml': secret('db'),
      'prod/kustomization.yaml': overlay(
        `target: {kind: ExternalSecret}\n    patch: |\n      - {op: add, path: ${path}, value: ${at === path ? value : 'b'}}`,
      ),
    })
    expect(findings).toEqual([])
    expect(processes).toBe(0)
  })
})
