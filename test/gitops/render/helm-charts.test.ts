import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Run } from '../../../src/gitops/process/kustomize-binary.ts'
import { runProcess } from '../../../src/gitops/process/run-process.ts'
import { reasonText } from '../../../src/report/reasons/not-checked.ts'
import { noteText } from '../../../src/report/reasons/note.ts'
import { helmForTests } from './helm-binary.ts'
import { kustomizeForTests } from './kustomize-binary.ts'
import { externalSecret, type Files, KEY, manifestsOf, renderTree, valueAt, written } from './render-tree.ts'

const binary = await kustomizeForTests()
const helm = await helmForTests()

const chart = (folder: string, key = 'apps/default/db'): Files => ({
  [`${folder}/Chart.yaml`]: 'apiVersion: v2\nname: shop\nversion: 1.0.0\n',
  [`${folder}/values.yaml`]: `key: ${key}\n`,
  [`${folder}/templates/es.yaml`]: externalSecret('{{ .Release.Name }}-db', '{{ .Values.key }}'),
})

const kustomization = (helmChart: string, more = ''): string =>
  `resources: [es.yaml]\nnamespace: shop\n${more}helmCharts:\n  - name: shop\n${helmChart}`

const own = { 'a/es.yaml': externalSecret('own', 'apps/own/db') }

async function render(
  files: Files,
  folder: string,
  options: { allowRemoteBases?: boolean; enableHelm?: boolean } = {},
) {
  const started: string[][] = []
  const run: Run = (command, args, settings) => {
    started.push([...args])
    return runProcess(command, args, settings)
  }
  const rendering = await renderTree(binary as NonNullable<typeof binary>, files, {
    enableHelm: true,
    ...options,
    run,
    environment: { PATH: `${folder}:/usr/bin:/bin`, HOME: '/nonexistent' },
  })
  return { ...rendering, started }
}

const found = (rendering: Awaited<ReturnType<typeof render>>) =>
  Object.fromEntries(
    manifestsOf(rendering, 'ExternalSecret').map((one) => [
      one.name,
      [valueAt(one, KEY), written(rendering, one, KEY)],
    ]),
  )

describe.skipIf(binary === undefined || helm === undefined)('enable-helm, with helm', () => {
  const go = (files: Files, options = {}) => render(files, helm as string, options)

  test('a chart in the repository is rendered, beside the rest; its objects stand at the entry that names it', async () => {
    const rendering = await go({
      ...own,
      ...chart('a/charts/shop'),
      'a/kustomization.yaml': kustomization('    releaseName: web\n    valuesInline: {key: apps/inline/db}\n'),
    })
    expect(rendering.notChecked).toEqual([])
    expect(found(rendering)).toEqual({
      own: ['apps/own/db', 'a/es.yaml:13 key: apps/own/db'],
      'web-db': ['apps/inline/db', 'a/kustomization.yaml:4 - name: shop'],
    })
    expect(rendering.started.every((args) => args.includes('--enable-helm'))).toBe(true)
  })

  test('a chart beside the kustomization, values files, and a patch on what the chart makes', async () => {
    const rendering = await go({
      ...own,
      ...chart('charts/shop'),
      'a/values/prod.yaml': 'key: apps/file/db\n',
      'a/values/more.yaml': 'other: 1\n',
      'a/kustomization.yaml': kustomization(
        '    releaseName: web\n    valuesFile: values/prod.yaml\n    additionalValuesFiles: [values/more.yaml]\n  - name: shop\n    releaseName: patched\n',
        'helmGlobals: {chartHome: ../charts}\npatches:\n  - target: {kind: ExternalSecret, name: patched-db}\n    patch: |\n      - {op: replace, path: /spec/data/0/remoteRef/key, value: apps/patched/db}\n',
      ),
    })
    expect(rendering.notChecked).toEqual([])
    expect(found(rendering)).toMatchObject({
      'web-db': ['apps/file/db', expect.stringMatching(/^a\/kustomization.yaml:9 /)],
      'patched-db': ['apps/patched/db', expect.stringMatching(/^a\/kustomization.yaml:7 - \{op: replace/)],
    })
  })

  test('a chart that does not render: the root is not checked, with what helm says', async () => {
    const rendering = await go({
      ...own,
      ...chart('a/charts/shop'),
      'a/charts/shop/templates/bad.yaml': '{{ fail "no such thing" }}\n',
      'a/kustomization.yaml': kustomization('    releaseName: web\n'),
    })
    expect(rendering.notChecked.map(({ reason }) => reason)).toEqual([
      { code: 'kustomize-fails', says: expect.stringContaining('no such thing') },
    ])
    expect(JSON.stringify(rendering.notChecked)).not.toContain(tmpdir())
    expect(manifestsOf(rendering, 'ExternalSecret', 'own')[0]?.origin.form).toBe('plain')
  })

  test('a symlink in a chart is not followed, and no file outside of it is read', async () => {
    const outside = mkdtempSync(path.join(tmpdir(), 'eso-vault-outside-'))
    writeFileSync(path.join(outside, 'canary.txt'), 'canary-content')
    try {
      const rendering = await go({
        ...own,
        ...chart('a/charts/shop'),
        'a/charts/shop/files/link.txt': `-> ${outside}/canary.txt`,
        'a/charts/shop/link': `-> ${outside}`,
        'a/charts/shop/templates/leak.yaml': externalSecret(
          'leak',
          'apps/{{ .Files.Get "files/link.txt" }}-{{ .Files.Get "link/canary.txt" }}-end',
        ),
        'a/kustomization.yaml': kustomization('    releaseName: web\n'),
      })
      expect(found(rendering).leak?.[0]).toBe('apps/--end')
      expect(JSON.stringify([rendering.manifests.map(({ body }) => body), rendering.notes])).not.toContain(
        'canary-content',
      )
    } finally {
      rmSync(outside, { recursive: true, force: true })
    }
  })
})

describe.skipIf(binary === undefined)('enable-helm, with a stand-in for helm that records what it is asked', () => {
  let folder = ''
  let server: Server
  let repo = ''
  let connections = 0
  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'eso-vault-helm-'))
    const log = path.join(folder, 'log')
    writeFileSync(
      path.join(folder, 'helm'),
      `#!/bin/sh\nprintf '%s\\n' "$*" >> ${log}\nenv >> ${log}.env\ncase "$1" in version) echo v3.22.0;; pull) exit 1;; template) cat ${folder}/out.yaml;; esac\n`,
    )
    chmodSync(path.join(folder, 'helm'), 0o755)
    writeFileSync(path.join(folder, 'out.yaml'), externalSecret('from-helm', 'apps/helm/db'))
    server = createServer((_, response) => {
      connections++
      response.end()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    repo = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterAll(async () => {
    await new Promise((resolve) => server.close(resolve))
    rmSync(folder, { recursive: true, force: true })
  })

  const asked = () => {
    try {
      return readFileSync(path.join(folder, 'log'), 'utf8')
    } catch {
      return ''
    } finally {
      rmSync(path.join(folder, 'log'), { force: true })
    }
  }

  test('the chart of the copy, the values and the release; no token of the environment', async () => {
    process.env.VAULT_TOKEN = 'canary-token'
    const rendering = await render(
      {
        ...own,
        ...chart('a/charts/shop'),
        'a/kustomization.yaml': kustomization('    releaseName: web\n    namespace: n\n'),
      },
      folder,
    )
    delete process.env.VAULT_TOKEN
    expect(asked()).toMatch(/^template web \S*\/charts\/shop --namespace n -f \S+$/m)
    expect(readFileSync(path.join(folder, 'log.env'), 'utf8')).not.toContain('canary-token')
    expect(found(rendering)['from-helm']).toEqual(['apps/helm/db', 'a/kustomization.yaml:4 - name: shop'])
  })

  test('without enable-helm helm is not started: the chart is not checked, and the rest is rendered', async () => {
    const rendering = await render(
      { ...own, ...chart('a/charts/shop'), 'a/kustomization.yaml': kustomization('    releaseName: web\n') },
      folder,
      { enableHelm: false },
    )
    expect(asked()).toBe('')
    expect(rendering.notChecked).toMatchObject([
      { file: 'a/kustomization.yaml', line: 4, reason: { code: 'needs-helm', part: true } },
    ])
    expect(Object.keys(found(rendering))).toEqual(['own'])
  })

  test('a chart to fetch also needs allow-remote-bases', async () => {
    const files = {
      ...own,
      'a/kustomization.yaml': kustomization(`    releaseName: web\n    version: 1.2.3\n    repo: ${repo}\n`),
    }
    const closed = await render(files, folder)
    expect([asked(), connections]).toEqual(['', 0])
    expect(closed.notChecked).toMatchObject([
      { file: 'a/kustomization.yaml', line: 4, reason: { code: 'needs-remote', part: true } },
    ])
    expect(Object.keys(found(closed))).toEqual(['own'])
    await render(files, folder, { allowRemoteBases: true })
    expect(asked()).toMatch(new RegExp(`^pull --untar --untardir \\S+ --repo ${repo} shop --version 1\\.2\\.3$`, 'm'))
  })

  test.each<[string, string, Files, string]>([
    ['a release name that is an option', '    releaseName: "--post-renderer=./evil.sh"\n', {}, 'take for an option'],
    ['a version that is an option', '    version: "--x"\n', {}, 'take for an option'],
    ['a chart name that climbs', '  - name: ../../../etc\n', {}, 'leaves the repository'],
    ['a values file outside', '    valuesFile: ../../../../../etc/passwd\n', {}, 'leaves the repository'],
    ['an absolute values file', '    additionalValuesFiles: [/etc/passwd]\n', {}, 'leaves the repository'],
    ['a chart that is a symlink out', '', { 'a/charts/shop': '-> /etc' }, 'leaves the repository'],
  ])('%s: refused, and helm is not started', async (_what, lines, files, reason) => {
    const link = Object.keys(files).length > 0
    const rendering = await render(
      { ...own, ...(link ? files : chart('a/charts/shop')), 'a/kustomization.yaml': kustomization(lines) },
      folder,
    )
    expect(rendering.started).toEqual([])
    expect(asked()).toBe('')
    expect(rendering.notChecked.map((one) => reasonText(one.reason)).join()).toContain(reason)
  })

  test.each([
    ['configHome', 'helmGlobals: {configHome: ./plugins}\n', 'may hold helm plugins'],
    ['an absolute chartHome', 'helmGlobals: {chartHome: /etc}\n', 'leaves the repository'],
    ['a chartHome that climbs', 'helmGlobals: {chartHome: ../../../..}\n', 'leaves the repository'],
  ])('%s: refused, and helm is not started', async (_what, globals, reason) => {
    const rendering = await render(
      { ...own, ...chart('a/charts/shop'), 'a/kustomization.yaml': kustomization('', globals) },
      folder,
    )
    expect(rendering.started).toEqual([])
    expect(rendering.notChecked.map((one) => reasonText(one.reason)).join()).toContain(reason)
  })

  test.each([
    ['a generator in a file', 'generators: [chart.yaml]\n', 'renders a Helm chart by a generator'],
    ['the old field', 'helmChartInflationGenerator: [{chartName: shop}]\n', 'helmChartInflationGenerator'],
    ['a chart that is not there', 'helmCharts: [{name: shop}]\n', 'which is not there'],
  ])('%s is left out, said, and the rest is rendered', async (_what, lines, reason) => {
    const rendering = await render(
      {
        ...own,
        'a/kustomization.yaml': `resources: [es.yaml]\n${lines}`,
        'a/chart.yaml': 'apiVersion: builtin\nkind: HelmChartInflationGenerator\nmetadata: {name: shop}\nname: shop\n',
      },
      folder,
    )
    expect(asked()).toBe('')
    expect(rendering.notes.map(noteText).join()).toContain(reason)
    expect(manifestsOf(rendering, 'ExternalSecret')[0]?.origin.form).toBe('rendered')
  })
})
