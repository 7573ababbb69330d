import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isRemoteAddress } from '../../../src/gitops/look-through/remote-address.ts'
import type { Run } from '../../../src/gitops/process/kustomize-binary.ts'
import { runProcess } from '../../../src/gitops/process/run-process.ts'
import { reasonText } from '../../../src/report/reasons/not-checked.ts'
import { noteText } from '../../../src/report/reasons/note.ts'
import { kustomizeForTests } from './kustomize-binary.ts'
import { externalSecret, type Files, manifestsOf, renderTree } from './render-tree.ts'

const binary = await kustomizeForTests()
const es = externalSecret('db', 'apps/db')

describe('addresses that kustomize would go to the network for (platform.md §7, threat 2)', () => {
  test.each([
    'http://127.0.0.1:9/x.yaml',
    'HTTPS://example.com/base',
    'https://github.com/org/repo//config/default?ref=v1',
    'github.com/org/repo/config?ref=v1',
    'github.com:org/repo',
    'gh:org/repo',
    'git::https://example.com/repo',
    'git@example.com:org/repo.git',
    'user@host:path',
    'ssh://git@example.com/org/repo',
    'file:///etc',
    'oci://example.com/x',
    'example.com/org/repo.git',
    'host/org/_git/repo',
    'base?ref=main',
  ])('%s', (entry) => {
    expect(isRemoteAddress(entry)).toBe(true)
  })

  test.each(['../base', './es.yaml', 'a.b/c.yaml', 'github.com.yaml', 'apps/git/x', '.github/x.yaml', 'x@y.yaml'])(
    '%s is a path',
    (entry) => {
      expect(isRemoteAddress(entry)).toBe(false)
    },
  )
})

describe.skipIf(binary === undefined)('hostile trees (platform.md §7, threats 2 to 5)', () => {
  let listener: Server
  let connections = 0
  let address = ''
  let outside = ''

  beforeAll(async () => {
    outside = mkdtempSync(path.join(tmpdir(), 'eso-vault-outside-'))
    writeFileSync(path.join(outside, 'kustomization.yaml'), 'resources: [secret.yaml]\n')
    writeFileSync(path.join(outside, 'secret.yaml'), externalSecret('stolen', 'outside/secret'))
    listener = createServer((socket) => {
      connections++
      socket.destroy()
    })
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
    address = `http://127.0.0.1:${(listener.address() as AddressInfo).port}`
  })
  afterAll(async () => {
    rmSync(outside, { recursive: true, force: true })
    await new Promise((resolve) => listener.close(resolve))
  })

  /** Renders and tells which programs were started. */
  async function rendered(files: Files) {
    const started: string[][] = []
    const run: Run = (command, args, options) => {
      started.push([command, ...args])
      expect(options.env.PATH).toBe('')
      expect(Object.keys(options.env).filter((name) => /proxy|token|github/i.test(name))).toEqual([])
      return runProcess(command, args, options)
    }
    const rendering = await renderTree(binary as NonNullable<typeof binary>, files, { run })
    return { ...rendering, started, texts: rendering.notes.map(noteText).join('\n') }
  }

  test.each<[string, (url: string) => string, string]>([
    ['a resource', (url) => `resources: [es.yaml, "${url}/x.yaml"]\n`, 'names a remote address'],
    ['a base', (url) => `resources: [es.yaml]\nbases: ["${url}/base"]\n`, 'names a remote address'],
    ['a Git address', (url) => `resources: [es.yaml, "git::${url}/repo"]\n`, 'names a remote address'],
    ['a Component', (url) => `resources: [es.yaml]\ncomponents: ["${url}/c"]\n`, 'names a remote address'],
    ['a patch', (url) => `resources: [es.yaml]\npatches: [{path: "${url}/p.yaml"}]\n`, 'names a remote address'],
    [
      'an old patch',
      (url) => `resources: [es.yaml]\npatchesStrategicMerge: ["${url}/p: x"]\n`,
      'names a remote address',
    ],
    [
      'a generator file',
      (url) => `resources: [es.yaml]\nconfigMapGenerator: [{name: a, files: ["k=${url}/f"]}]\n`,
      'names a remote address',
    ],
    [
      'an env file',
      (url) => `resources: [es.yaml]\nconfigMapGenerator: [{name: a, envs: ["${url}/f"]}]\n`,
      'names a remote address',
    ],
    ['a generator', (url) => `resources: [es.yaml]\ngenerators: ["${url}/g.yaml"]\n`, 'names a remote address'],
    [
      'a generator that looks inline',
      (url) => `resources: [es.yaml]\ngenerators: ["${url}/g: x\\ny: z"]\n`,
      'names a remote address',
    ],
    ['crds', (url) => `resources: [es.yaml]\ncrds: ["${url}/crd.json"]\n`, 'names a remote address'],
    ['openapi', (url) => `resources: [es.yaml]\nopenapi: {path: "${url}/o.json"}\n`, 'names a remote address'],
    ['configurations', (url) => `resources: [es.yaml]\nconfigurations: ["${url}/c.yaml"]\n`, 'names a remote address'],
    [
      'replacements',
      (url) => `resources: [es.yaml]\nreplacements: [{path: "${url}/r.yaml"}]\n`,
      'names a remote address',
    ],
    [
      'a key in other case',
      (url) => `resources: [es.yaml]\nPatches: [{Path: "${url}/p.yaml"}]\n`,
      'a spelling that only kustomize accepts',
    ],
    [
      'an inline builtin plugin',
      (url) =>
        `resources: [es.yaml]\ntransformers:\n  - |-\n    apiVersion: builtin\n    kind: PatchTransformer\n    metadata: {name: a}\n    Path: ${url}/p.yaml\n`,
      'names a remote address',
    ],
  ])('%s at an address: no connection, and it is said', async (_what, kustomization, message) => {
    const { texts, notes } = await rendered({ 'a/kustomization.yaml': kustomization(address), 'a/es.yaml': es })
    expect(texts).toContain(message)
    expect(notes.some(({ file }) => file === 'a/kustomization.yaml')).toBe(true)
    expect(connections).toBe(0)
  })

  test('what is left out of a root does not take the rest with it', async () => {
    const rendering = await rendered({
      'a/kustomization.yaml': `resources: [es.yaml, "${address}/x.yaml"]\nnamespace: shop\npatches:\n  - path: deployment.yaml\n`,
      'a/es.yaml': es,
      'a/deployment.yaml':
        'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: of-the-remote-base}\nspec: {replicas: 2}\n',
    })
    expect(manifestsOf(rendering, 'ExternalSecret').map(({ namespace, origin }) => [namespace, origin.form])).toEqual([
      ['shop', 'rendered'],
    ])
    expect(connections).toBe(0)
  })

  test.each<[string, Files, string]>([
    [
      'a path out of the repository',
      { 'a/kustomization.yaml': 'resources: [../../../../../../etc]\n' },
      'leaves the repository',
    ],
    ['an absolute path', { 'a/kustomization.yaml': 'resources: [/etc]\n' }, 'leaves the repository'],
    [
      'a generator file out of the repository',
      { 'a/kustomization.yaml': 'configMapGenerator: [{name: external-secrets, files: [../../../../etc/hostname]}]\n' },
      'leaves the repository',
    ],
    [
      'a symlink to a folder outside',
      { 'a/kustomization.yaml': 'resources: [link]\n', 'a/link': '-> OUTSIDE' },
      'leaves the repository',
    ],
    [
      'a file behind a symlink to a folder outside',
      { 'a/kustomization.yaml': 'resources: [link/secret.yaml]\n', 'a/link': '-> OUTSIDE' },
      'leaves the repository',
    ],
    [
      'a symlink to /etc/passwd',
      { 'a/kustomization.yaml': 'configMapGenerator: [{name: x, files: [passwd]}]\n', 'a/passwd': '-> /etc/passwd' },
      'leaves the repository',
    ],
    [
      'a program',
      {
        'a/kustomization.yaml': 'transformers: [t.yaml]\n',
        'a/t.yaml':
          'apiVersion: v1\nkind: Evil\nmetadata:\n  name: x\n  annotations:\n    config.kubernetes.io/function: |\n      exec: {path: ./evil.sh}\n',
        'a/evil.sh': '#!/bin/sh\ntouch /tmp/evil\n',
      },
      'runs the plugin Evil',
    ],
    [
      'a container',
      {
        'a/kustomization.yaml':
          'generators:\n  - |-\n    apiVersion: v1\n    kind: Evil\n    metadata: {name: x, annotations: {config.kubernetes.io/function: "container: {image: evil}"}}\n',
      },
      'runs the plugin Evil',
    ],
    [
      'a legacy plugin',
      {
        'a/kustomization.yaml': 'validators: [v.yaml]\n',
        'a/v.yaml': 'apiVersion: someteam.example.com/v1\nkind: ChartInflator\nmetadata: {name: x}\n',
      },
      'runs the plugin ChartInflator',
    ],
    [
      'Components in a circle',
      {
        'a/kustomization.yaml': 'components: [../c]\n',
        'c/kustomization.yaml': 'kind: Component\napiVersion: kustomize.config.k8s.io/v1alpha1\ncomponents: [../d]\n',
        'd/kustomization.yaml': 'kind: Component\napiVersion: kustomize.config.k8s.io/v1alpha1\ncomponents: [../c]\n',
      },
      'includes itself',
    ],
    [
      'a base that includes itself',
      { 'a/kustomization.yaml': 'resources: [.]\n', 'b/kustomization.yaml': 'resources: [../a]\n' },
      'includes itself',
    ],
    [
      'a list of a hundred thousand entries',
      {
        'a/kustomization.yaml': `components:\n${'- ../c\n'.repeat(100_000)}`,
        'c/kustomization.yaml': 'kind: Component\n',
      },
      'has more than',
    ],
    ['an explosion: each of 40 levels includes the next twice', explosion(40), 'kustomizations'],
  ])('%s: refused, and nothing is started', async (_what, files, message) => {
    const given = Object.fromEntries(
      Object.entries(files).map(([name, text]) => [name, text.replace('OUTSIDE', outside)]),
    )
    const { texts, started, manifests } = await rendered(given)
    expect(texts).toContain(message)
    expect(started).toEqual([])
    expect(JSON.stringify(manifests.map(({ body }) => body))).not.toContain('outside/secret')
  })

  test('a chart is not rendered, and what stands beside it is', async () => {
    const rendering = await rendered({
      'a/kustomization.yaml': 'resources: [es.yaml]\nhelmCharts:\n  - name: x\n    repo: https://example.com\n',
      'a/es.yaml': es,
    })
    expect(rendering.texts).toContain('renders a Helm chart')
    expect(manifestsOf(rendering, 'ExternalSecret')[0]?.origin.form).toBe('rendered')
  })

  test('a build that takes too long or prints too much is a note, and its manifests stay plain', async () => {
    for (const [stopped, message] of [
      ['timeout', 'did not end within 60 seconds'],
      ['too-much-output', 'larger than 64 MiB'],
    ] as const) {
      const rendering = await renderTree(
        binary as NonNullable<typeof binary>,
        { 'a/kustomization.yaml': 'resources: [es.yaml]\n', 'a/es.yaml': es },
        { run: async () => ({ stdout: '', stderr: '', code: undefined, stopped }) },
      )
      expect(rendering.notChecked.map(({ reason }) => reasonText(reason)).join()).toContain(message)
      expect(manifestsOf(rendering, 'ExternalSecret')[0]?.origin.form).toBe('plain')
    }
  })

  test('a kustomize that crashes is started once more, and no third time', async () => {
    for (const crashes of [1, 5]) {
      let runs = 0
      const rendering = await renderTree(
        binary as NonNullable<typeof binary>,
        { 'a/kustomization.yaml': 'resources: [es.yaml]\n', 'a/es.yaml': es },
        {
          run: async (command, args, options) => {
            runs++
            if (runs > crashes) return runProcess(command, args, options)
            return { stdout: '', stderr: 'panic: runtime error: invalid memory address\ngoroutine 1\n', code: 2 }
          },
        },
      )
      expect(runs).toBe(2)
      expect(rendering.notChecked).toHaveLength(crashes === 1 ? 0 : 1)
    }
  })

  test('an error message of kustomize names no temporary folder and steers no terminal', async () => {
    const rendering = await renderTree(
      binary as NonNullable<typeof binary>,
      { 'a/kustomization.yaml': 'resources: [es.yaml]\n', 'a/es.yaml': es },
      {
        run: async (_command, args) => ({
          stdout: '',
          stderr: `Error: bad ${args.at(-1)}\n::error::\u001b[31mx`,
          code: 1,
        }),
      },
    )
    const [note] = rendering.notChecked
    const says = note?.reason.code === 'kustomize-fails' ? note.reason.says : ''
    for (const text of ['\n', 'eso-vault-render', '\u001b']) expect(says).not.toContain(text)
    expect(says).toMatch(/^bad /)
  })
})

function explosion(levels: number): Files {
  const files: Record<string, string> = {
    [`l${levels}/kustomization.yaml`]: 'resources: [es.yaml]\n',
    [`l${levels}/es.yaml`]: es,
  }
  for (let level = 0; level < levels; level++) {
    files[`l${level}/kustomization.yaml`] = `resources: [../l${level + 1}, ../m${level}]\n`
    files[`m${level}/kustomization.yaml`] = `resources: [../l${level + 1}]\nnamePrefix: m-\n`
  }
  return files
}
