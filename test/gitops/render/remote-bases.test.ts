import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Run } from '../../../src/gitops/process/kustomize-binary.ts'
import { runProcess } from '../../../src/gitops/process/run-process.ts'
import { type GitServer, gitServer } from './git-server.ts'
import { kustomizeForTests } from './kustomize-binary.ts'
import { externalSecret, type Files, KEY, manifestsOf, renderTree, valueAt, written } from './render-tree.ts'

const binary = await kustomizeForTests()

describe.skipIf(binary === undefined)('allow-remote-bases, with a Git server on the loopback', () => {
  let server: GitServer
  let home = ''
  beforeAll(async () => {
    home = mkdtempSync(path.join(tmpdir(), 'eso-vault-home-'))
    server = await gitServer({
      'kustomization.yaml': 'resources: [es.yaml]\n',
      'es.yaml': externalSecret('top', 'apps/top/db'),
      'shop/kustomization.yaml': 'resources: [es.yaml, nested]\n',
      'shop/es.yaml': externalSecret('remote', 'apps/remote/db'),
      'shop/nested/kustomization.yaml': 'resources: [es.yaml]\n',
      'shop/nested/es.yaml': externalSecret('nested', 'apps/nested/db'),
      'component/kustomization.yaml':
        'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\npatches:\n  - target: {kind: ExternalSecret, name: own}\n    patch: |\n      - {op: replace, path: /spec/data/0/remoteRef/key, value: apps/component/db}\n',
      'escape/kustomization.yaml': 'resources: [../../../../../../../../../../etc]\n',
      'plugin/kustomization.yaml':
        'resources: [../shop]\ntransformers:\n  - |-\n    apiVersion: v1\n    kind: Evil\n    metadata:\n      name: x\n      annotations: {config.kubernetes.io/function: "exec: {path: ./evil.sh}"}\n',
      'chart/kustomization.yaml': 'helmCharts: [{name: x, repo: "http://127.0.0.1:9"}]\n',
    })
  })
  afterAll(async () => {
    await server.close()
    rmSync(home, { recursive: true, force: true })
  })

  const tree = (folder: string, more = ''): Files => ({
    'a/kustomization.yaml': `resources:\n  - es.yaml\n  - ${server.url}//${folder}?ref=v1\n${more}`,
    'a/es.yaml': externalSecret('own', 'apps/own/db'),
  })

  async function render(files: Files, allowRemoteBases: boolean) {
    const environments: Readonly<Record<string, string>>[] = []
    const run: Run = (command, args, options) => {
      environments.push(options.env)
      return runProcess(command, args, options)
    }
    const rendering = await renderTree(binary as NonNullable<typeof binary>, files, {
      allowRemoteBases,
      run,
      environment: { PATH: process.env.PATH ?? '', HOME: home },
    })
    return { ...rendering, environments }
  }

  test('not allowed: no connection, not checked with the line and the reason, and the rest is rendered', async () => {
    const before = server.requests.length
    const rendering = await render(tree('shop', 'namespace: shop\n'), false)
    expect(server.requests).toHaveLength(before)
    expect(manifestsOf(rendering, 'ExternalSecret').map(({ name, namespace }) => [name, namespace])).toEqual([
      ['own', 'shop'],
    ])
    expect(rendering.notChecked).toMatchObject([
      { file: 'a/kustomization.yaml', line: 3, reason: { code: 'needs-remote', part: true } },
    ])
  })

  test('allowed: rendered; what comes from there is found at the entry that names it', async () => {
    const rendering = await render(tree('shop', 'namespace: shop\n'), true)
    expect(rendering.outputs.map(({ outcome }) => outcome)).toEqual(['rendered'])
    expect(
      manifestsOf(rendering, 'ExternalSecret')
        .map((one) => `${one.namespace}/${one.name} ${valueAt(one, KEY)} @ ${written(rendering, one, KEY)}`)
        .sort(),
    ).toEqual([
      `shop/nested apps/nested/db @ a/kustomization.yaml:3 - ${server.url}//shop?ref=v1`,
      'shop/own apps/own/db @ a/es.yaml:13 key: apps/own/db',
      `shop/remote apps/remote/db @ a/kustomization.yaml:3 - ${server.url}//shop?ref=v1`,
    ])
  })

  test('allowed: a remote file that is called like one of ours is not taken for it', async () => {
    const rendering = await render(
      {
        'a/kustomization.yaml': `resources:\n  - es.yaml\n  - ${server.url}?ref=v1\n`,
        'a/es.yaml': externalSecret('own', 'apps/own/db'),
      },
      true,
    )
    const [top] = manifestsOf(rendering, 'ExternalSecret', 'top')
    if (top === undefined) throw new Error('not rendered')
    expect(written(rendering, top, KEY)).toBe(`a/kustomization.yaml:3 - ${server.url}?ref=v1`)
    expect(top.origin.file).toBe('a/kustomization.yaml')
  })

  test('allowed: a patch of ours on what comes from there is found at its line', async () => {
    const rendering = await render(
      tree(
        'shop',
        'patches:\n  - target: {kind: ExternalSecret, name: remote}\n    patch: |\n      - {op: replace, path: /spec/data/0/remoteRef/key, value: apps/patched/db}\n',
      ),
      true,
    )
    const [remote] = manifestsOf(rendering, 'ExternalSecret', 'remote')
    if (remote === undefined) throw new Error('not rendered')
    expect(written(rendering, remote, KEY)).toBe(
      'a/kustomization.yaml:7 - {op: replace, path: /spec/data/0/remoteRef/key, value: apps/patched/db}',
    )
  })

  test('allowed: a file by its address', async () => {
    const files = createServer((_, response) => response.end(externalSecret('file', 'apps/file/db')))
    await new Promise<void>((resolve) => files.listen(0, '127.0.0.1', resolve))
    try {
      const address = `http://127.0.0.1:${(files.address() as AddressInfo).port}/es.yaml`
      const rendering = await render(
        {
          'a/kustomization.yaml': `resources:\n  - own.yaml\n  - ${address}\n`,
          'a/own.yaml': externalSecret('own', 'apps/own/db'),
        },
        true,
      )
      const [file] = manifestsOf(rendering, 'ExternalSecret', 'file')
      if (file === undefined) throw new Error('not rendered')
      expect(valueAt(file, KEY)).toBe('apps/file/db')
      expect(written(rendering, file, KEY)).toBe(`a/kustomization.yaml:3 - ${address}`)
    } finally {
      await new Promise((resolve) => files.close(resolve))
    }
  })

  test('a remote Component changes what is judged: allowed it counts, else the root is not rendered', async () => {
    const files = {
      'a/kustomization.yaml': `resources: [es.yaml]\ncomponents:\n  - ${server.url}//component?ref=v1\n`,
      'a/es.yaml': externalSecret('own', 'apps/own/db'),
    }
    const [own] = manifestsOf(await render(files, true), 'ExternalSecret', 'own')
    expect(own && valueAt(own, KEY)).toBe('apps/component/db')
    const closed = await render(files, false)
    expect(closed.notChecked).toMatchObject([{ file: 'a/kustomization.yaml', line: 3 }])
    expect(manifestsOf(closed, 'ExternalSecret', 'own')[0]?.origin.form).toBe('plain')
  })

  test('the process sees PATH, HOME and Git settings of ours, and no other part of the environment', async () => {
    process.env.GITHUB_TOKEN = 'canary-token'
    process.env.VAULT_TOKEN = 'canary-token'
    try {
      const { environments } = await render(tree('shop'), true)
      expect(environments.length).toBeGreaterThan(0)
      for (const env of environments) {
        expect(Object.keys(env).sort()).toEqual([
          'GIT_ALLOW_PROTOCOL',
          'GIT_CONFIG_NOSYSTEM',
          'GIT_TERMINAL_PROMPT',
          'GOGC',
          'GOMAXPROCS',
          'GOMEMLIMIT',
          'HOME',
          'KUBECONFIG',
          'KUSTOMIZE_PLUGIN_HOME',
          'PATH',
          'TMPDIR',
          'XDG_CONFIG_HOME',
        ])
        expect(JSON.stringify(env)).not.toContain('canary-token')
      }
      expect(server.headers.join()).not.toContain('canary-token')
    } finally {
      delete process.env.GITHUB_TOKEN
      delete process.env.VAULT_TOKEN
    }
  })

  test.each([
    ['escape', 'a remote base that leaves its clone'],
    ['plugin', 'a remote base that runs a program'],
    ['chart', 'a remote base that renders a chart'],
    ['nowhere', 'a folder that the remote base does not have'],
  ])('%s: %s is refused by kustomize, and the root is not checked', async (folder) => {
    const rendering = await render(tree(folder), true)
    expect(rendering.notChecked).toHaveLength(1)
    expect(rendering.notChecked[0]?.reason.code).toBe('kustomize-fails')
    // The two addresses above are the one thing that kustomize was allowed to fetch.
    expect(manifestsOf(rendering, 'ExternalSecret').map(({ name }) => name)).toEqual(['own'])
  })

  test.each(['file:///etc', 'git::file:///tmp/x.git', '/tmp/x.git', '../../other.git', 'git::/tmp/x'])(
    'allowed or not, %s of this machine is refused',
    async (address) => {
      const rendering = await render(
        {
          'a/kustomization.yaml': `resources:\n  - es.yaml\n  - "${address}"\n`,
          'a/es.yaml': externalSecret('own', 'apps/own/db'),
        },
        true,
      )
      expect(rendering.environments).toEqual([])
      expect(rendering.notChecked).toMatchObject([
        { file: 'a/kustomization.yaml', line: 3, reason: { code: 'leaves-repository' } },
      ])
    },
  )
})
