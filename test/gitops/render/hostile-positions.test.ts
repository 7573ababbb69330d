import { mkdirSync, mkdtempSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { stage } from '../../../src/gitops/build/staging.ts'
import { closureReader } from '../../../src/gitops/look-through/closure.ts'
import { isObstacle } from '../../../src/gitops/look-through/obstacle.ts'
import { repositoryTree } from '../../../src/gitops/look-through/repository-tree.ts'
import type { Run } from '../../../src/gitops/process/kustomize-binary.ts'
import { runProcess } from '../../../src/gitops/process/run-process.ts'
import { noteText } from '../../../src/report/reasons/note.ts'
import { cpuTime } from '../../cpu-time.ts'
import { checkTree, LAW } from './check-tree.ts'
import { kustomizeForTests } from './kustomize-binary.ts'
import { externalSecret, type Files, manifestsOf, type Rendering, renderTree } from './render-tree.ts'

const binary = await kustomizeForTests()
const es = externalSecret('db', 'apps/db')

/** Every place of a kustomization where a path may stand. `T` is the path of a file, `D` that of a folder. */
const POSITIONS: readonly (readonly [string, (target: string) => string])[] = [
  ['resources', (target) => `resources: [es.yaml, "${target}"]\n`],
  ['bases', (target) => `resources: [es.yaml]\nbases: ["${target}"]\n`],
  ['components', (target) => `resources: [es.yaml]\ncomponents: ["${target}"]\n`],
  ['patches', (target) => `resources: [es.yaml]\npatches: [{path: "${target}", target: {kind: ExternalSecret}}]\n`],
  ['patchesStrategicMerge', (target) => `resources: [es.yaml]\npatchesStrategicMerge: ["${target}"]\n`],
  [
    'patchesJson6902',
    (target) =>
      `resources: [es.yaml]\npatchesJson6902: [{path: "${target}", target: {version: v1, group: external-secrets.io, kind: ExternalSecret, name: db}}]\n`,
  ],
  [
    'configMapGenerator.files',
    (target) => `resources: [es.yaml]\nconfigMapGenerator: [{name: a, files: ["${target}"]}]\n`,
  ],
  [
    'configMapGenerator.files with a key',
    (target) => `resources: [es.yaml]\nconfigMapGenerator: [{name: a, files: ["k=${target}"]}]\n`,
  ],
  [
    'configMapGenerator.envs',
    (target) => `resources: [es.yaml]\nconfigMapGenerator: [{name: a, envs: ["${target}"]}]\n`,
  ],
  ['configMapGenerator.env', (target) => `resources: [es.yaml]\nconfigMapGenerator: [{name: a, env: "${target}"}]\n`],
  ['secretGenerator.files', (target) => `resources: [es.yaml]\nsecretGenerator: [{name: a, files: ["${target}"]}]\n`],
  ['secretGenerator.envs', (target) => `resources: [es.yaml]\nsecretGenerator: [{name: a, envs: ["${target}"]}]\n`],
  ['replacements', (target) => `resources: [es.yaml]\nreplacements: [{path: "${target}"}]\n`],
  ['openapi', (target) => `resources: [es.yaml]\nopenapi: {path: "${target}"}\n`],
  ['crds', (target) => `resources: [es.yaml]\ncrds: ["${target}"]\n`],
  ['configurations', (target) => `resources: [es.yaml]\nconfigurations: ["${target}"]\n`],
  ['generators', (target) => `resources: [es.yaml]\ngenerators: ["${target}"]\n`],
  ['transformers', (target) => `resources: [es.yaml]\ntransformers: ["${target}"]\n`],
  ['validators', (target) => `resources: [es.yaml]\nvalidators: ["${target}"]\n`],
]

/** Places that only the configuration of a builtin plugin has. */
const IN_PLUGINS: readonly (readonly [string, (target: string) => string])[] = [
  [
    'PatchTransformer',
    (target) => `kind: PatchTransformer\nmetadata: {name: p}\ntarget: {kind: ExternalSecret}\npath: "${target}"\n`,
  ],
  [
    'PatchJson6902Transformer',
    (target) =>
      `kind: PatchJson6902Transformer\nmetadata: {name: p}\ntarget: {kind: ExternalSecret, name: db}\npath: "${target}"\n`,
  ],
  [
    'PatchStrategicMergeTransformer',
    (target) => `kind: PatchStrategicMergeTransformer\nmetadata: {name: p}\npaths: ["${target}"]\n`,
  ],
  [
    'ReplacementTransformer',
    (target) => `kind: ReplacementTransformer\nmetadata: {name: p}\nreplacements: [{path: "${target}"}]\n`,
  ],
  [
    'ConfigMapGenerator',
    (target) => `kind: ConfigMapGenerator\nmetadata: {name: p}\nname: p\nfiles: ["k=${target}"]\n`,
  ],
  [
    'ConfigMapGenerator, envs',
    (target) => `kind: ConfigMapGenerator\nmetadata: {name: p}\nname: p\nenvs: ["${target}"]\n`,
  ],
]

describe.skipIf(binary === undefined)('every position, every way out (platform.md §7, threats 2 and 3)', () => {
  let outside = ''
  let listener: Server
  let connections = 0
  let port = 0

  beforeAll(async () => {
    outside = mkdtempSync(path.join(tmpdir(), 'eso-vault-outside-'))
    writeFileSync(path.join(outside, 'kustomization.yaml'), 'resources: [canary.yaml]\n# canary-content\n')
    writeFileSync(
      path.join(outside, 'canary.yaml'),
      externalSecret('canary-content', 'canary-content/x').replace(
        'metadata:\n',
        'metadata:\n  labels: {x: canary-content}\n',
      ),
    )
    listener = createServer((socket) => {
      connections++
      socket.destroy()
    })
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
    port = (listener.address() as AddressInfo).port
  })
  afterAll(async () => {
    rmSync(outside, { recursive: true, force: true })
    await new Promise((resolve) => listener.close(resolve))
  })

  async function render(files: Files) {
    const printed: string[] = []
    const run: Run = async (command, args, options) => {
      const result = await runProcess(command, args, options)
      printed.push(result.stdout, result.stderr)
      return result
    }
    const rendering = await renderTree(binary as NonNullable<typeof binary>, files, { run })
    const bodies = rendering.manifests.map(({ body, origin }) => [body, origin.file])
    return { rendering, everything: JSON.stringify([bodies, rendering.notes, rendering.notChecked, printed]) }
  }

  /** Every reason that names an obstacle, and whether the object beside it is still there in some form. */
  function refused(rendering: Rendering, message: string) {
    const said = rendering.notes.filter((note) => noteText(note).includes(message))
    expect(said.map(({ file }) => file)).not.toEqual([])
    for (const note of said) expect(noteText(note)).not.toMatch(/eso-vault-(?:tree|render)/)
    expect(manifestsOf(rendering, 'ExternalSecret').map(({ name }) => name)).toContain('db')
  }

  const up = (file: string) => `../../${path.basename(outside)}/${file}`
  const WAYS: readonly (readonly [string, string, (target: 'file' | 'folder') => { target: string; more: Files }])[] = [
    [
      'a relative path',
      'leaves the repository',
      (kind) => ({ target: kind === 'file' ? up('canary.yaml') : up('.'), more: {} }),
    ],
    [
      'a path that goes down first',
      'leaves the repository',
      (kind) => ({
        target: `sub/../../../${path.basename(outside)}/${kind === 'file' ? 'canary.yaml' : ''}`,
        more: { 'a/sub/x.txt': '' },
      }),
    ],
    [
      'an absolute path',
      'leaves the repository',
      (kind) => ({ target: kind === 'file' ? path.join(outside, 'canary.yaml') : outside, more: {} }),
    ],
    [
      'a symlink',
      'leaves the repository',
      (kind) => ({
        target: 'link',
        more: { 'a/link': `-> ${kind === 'file' ? path.join(outside, 'canary.yaml') : outside}` },
      }),
    ],
    [
      'a path through a symlink to a folder',
      'leaves the repository',
      (kind) => ({ target: kind === 'file' ? 'link/canary.yaml' : 'link/.', more: { 'a/link': `-> ${outside}` } }),
    ],
    [
      'a chain of symlinks',
      'leaves the repository',
      (kind) => ({
        target: 'one',
        more: {
          'a/one': '-> ../b/two',
          'b/two': '-> three',
          'b/three': `-> ${kind === 'file' ? path.join(outside, 'canary.yaml') : outside}`,
        },
      }),
    ],
  ]
  const folders = new Set(['bases', 'components'])

  test.each(
    POSITIONS.flatMap(([position, write]) =>
      WAYS.map(([way, message, make]) => [position, way, write, message, make] as const),
    ),
  )('%s, %s: refused, and nothing outside is read', async (position, _way, write, message, make) => {
    const { target, more } = make(folders.has(position) ? 'folder' : 'file')
    const { rendering, everything } = await render({ 'a/kustomization.yaml': write(target), 'a/es.yaml': es, ...more })
    refused(rendering, message)
    expect(everything).not.toContain('canary-content')
  })

  test.each(
    IN_PLUGINS.flatMap(([plugin, write]) =>
      WAYS.flatMap(([way, , make]) => ['in a file', 'inline'].map((form) => [plugin, form, way, write, make] as const)),
    ),
  )('the plugin %s %s, %s: nothing outside is read', async (_plugin, form, _way, write, make) => {
    const { target, more } = make('file')
    const text = `apiVersion: builtin\n${write(target)}`
    const field = text.includes('Generator') ? 'generators' : 'transformers'
    const { rendering, everything } = await render({
      'a/es.yaml': es,
      'a/kustomization.yaml':
        form === 'inline'
          ? `resources: [es.yaml]\n${field}:\n  - |-\n${text.trimEnd().replace(/^/gm, '    ')}\n`
          : `resources: [es.yaml]\n${field}: [t.yaml]\n`,
      'a/t.yaml': text,
      ...more,
    })
    expect(everything).not.toContain('canary-content')
    expect(rendering.notes.length).toBeGreaterThan(0)
  })

  const ADDRESSES: readonly (readonly [string, () => string])[] = [
    ['http://', () => `http://127.0.0.1:${port}/x.yaml`],
    ['https:// with ?ref', () => `https://127.0.0.1:${port}/org/repo//base?ref=main`],
    ['git::http', () => `git::http://127.0.0.1:${port}/org/repo.git`],
    ['ssh://', () => `ssh://git@127.0.0.1:${port}/org/repo`],
    ['git@', () => `git@127.0.0.1:${port}/org/repo.git`],
    ['git://', () => `git://127.0.0.1:${port}/repo`],
    ['host/….git', () => `127.0.0.1:${port}/org/repo.git`],
    ['github.com/', () => 'github.com/org/repo/config?ref=v1'],
    ['HTTP in capitals, with a user', () => `HTTP://user:pass@127.0.0.1:${port}/x.yaml`],
    ['a space before it', () => ` http://127.0.0.1:${port}/x.yaml`],
  ]
  test.each(
    POSITIONS.flatMap(([position, write]) =>
      ADDRESSES.map(([form, address]) => [position, form, write, address] as const),
    ),
  )('%s, %s: no connection, and it is said', async (position, _form, write, address) => {
    const { rendering } = await render({ 'a/kustomization.yaml': write(address()), 'a/es.yaml': es })
    expect(connections).toBe(0)
    // `files: [a?ref=b]` is the key `a?ref` and the file `b` to kustomize.
    if (/\.files$/.test(position) && address().includes('=')) return
    refused(rendering, 'remote address')
  })

  test.each(
    IN_PLUGINS.flatMap(([plugin, write]) =>
      ADDRESSES.slice(0, 3).map(([form, address]) => [plugin, form, write, address] as const),
    ),
  )('the plugin %s, %s: no connection', async (_plugin, _form, write, address) => {
    const text = `apiVersion: builtin\n${write(address())}`
    const field = text.includes('Generator') ? 'generators' : 'transformers'
    await render({
      'a/kustomization.yaml': `resources: [es.yaml]\n${field}: [t.yaml]\n`,
      'a/t.yaml': text,
      'a/es.yaml': es,
    })
    expect(connections).toBe(0)
  })

  const flux = (spec: string) =>
    `apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: x}\nspec:\n  sourceRef: {kind: GitRepository, name: flux-system}\n${spec}`
  const argo = (source: string) =>
    `apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: x}\nspec:\n  destination: {namespace: shop}\n  source:\n${source}`
  const set = (generators: string, where: string) =>
    `apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: x}\nspec:\n  generators:\n${generators}\n  template:\n    metadata: {name: x}\n    spec: {destination: {namespace: shop}, source: {path: "${where}"}}\n`
  const THROUGH: readonly (readonly [string, () => Files])[] = [
    ['a Flux path that climbs', () => ({ 'flux/x.yaml': flux(`  path: ../${path.basename(outside)}\n`) })],
    ['an absolute Flux path', () => ({ 'flux/x.yaml': flux(`  path: ${outside}\n`) })],
    ['a Flux path through a symlink', () => ({ 'flux/x.yaml': flux('  path: ./link\n'), link: `-> ${outside}` })],
    [
      'a Flux Component outside',
      () => ({ 'flux/x.yaml': flux(`  path: ./a\n  components: [../../${path.basename(outside)}]\n`) }),
    ],
    [
      'a remote Flux Component',
      () => ({ 'flux/x.yaml': flux(`  path: ./a\n  components: ["http://127.0.0.1:${port}/c"]\n`) }),
    ],
    [
      'a Flux path without kustomization that holds a symlink',
      () => ({
        'flux/x.yaml': flux('  path: ./plain\n'),
        'plain/es.yaml': es,
        'plain/link.yaml': `-> ${outside}/canary.yaml`,
        'plain/folder': `-> ${outside}`,
      }),
    ],
    ['an Application whose path climbs', () => ({ 'argo/x.yaml': argo(`    path: ../${path.basename(outside)}\n`) })],
    ['an Application whose path is absolute', () => ({ 'argo/x.yaml': argo(`    path: ${outside}\n`) })],
    [
      'an Application with a Component outside',
      () => ({ 'argo/x.yaml': argo(`    path: a\n    kustomize: {components: [../../${path.basename(outside)}]}\n`) }),
    ],
    [
      'an Application with a remote Component',
      () => ({ 'argo/x.yaml': argo(`    path: a\n    kustomize: {components: ["http://127.0.0.1:${port}/c"]}\n`) }),
    ],
    [
      'an ApplicationSet of files outside',
      () => ({
        'argo/x.yaml': set(`    - git: {files: [{path: "../${path.basename(outside)}/*.yaml"}]}`, '{{metadata.name}}'),
      }),
    ],
    [
      'an ApplicationSet of a symlink to a file',
      () => ({
        'argo/x.yaml': set('    - git: {files: [{path: "link.yaml"}]}', '{{metadata.name}}'),
        'link.yaml': `-> ${outside}/canary.yaml`,
      }),
    ],
    [
      'an ApplicationSet of a list that climbs',
      () => ({ 'argo/x.yaml': set(`    - list: {elements: [{p: "../${path.basename(outside)}"}]}`, '{{p}}') }),
    ],
    [
      'a generator for substituteFrom that reads outside',
      () => ({
        'flux/x.yaml': flux('  path: ./a\n  postBuild: {substituteFrom: [{kind: ConfigMap, name: v}]}\n'),
        'v/kustomization.yaml': `configMapGenerator: [{name: v, envs: [../../${path.basename(outside)}/canary.yaml], files: [k=${outside}/canary.yaml]}]\n`,
      }),
    ],
  ]
  test.each(THROUGH)('%s: nothing outside is read, no connection', async (_what, files) => {
    const { rendering, everything } = await render({
      'a/kustomization.yaml': 'resources: [es.yaml]\n',
      'a/es.yaml': es,
      ...files(),
    })
    expect(everything).not.toContain('canary-content')
    expect(connections).toBe(0)
    expect(manifestsOf(rendering, 'ExternalSecret').map(({ name }) => name)).toContain('db')
    // And the report of a whole run, in every form.
    const { text } = await checkTree(
      { ...LAW, 'a/kustomization.yaml': 'resources: [es.yaml]\n', 'a/es.yaml': es, ...files() },
      path.dirname((binary as NonNullable<typeof binary>).command),
    )
    expect(text).not.toContain('canary-content')
    expect(connections).toBe(0)
  })

  test('a file that becomes a symlink after it was looked at is not copied', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'eso-vault-tree-'))
    const temporary = mkdtempSync(path.join(tmpdir(), 'eso-vault-render-'))
    try {
      mkdirSync(path.join(folder, 'a'))
      writeFileSync(path.join(folder, 'a/kustomization.yaml'), 'configMapGenerator: [{name: x, files: [data.txt]}]\n')
      writeFileSync(path.join(folder, 'a/data.txt'), 'harmless')
      const tree = repositoryTree(folder)
      const closures = closureReader(tree, (relative) => relative, { allowRemoteBases: false, enableHelm: false })
      const closure = closures.closureOf('a')
      if (isObstacle(closure)) throw new Error(closure.reason)
      unlinkSync(path.join(folder, 'a/data.txt'))
      symlinkSync(path.join(outside, 'canary.yaml'), path.join(folder, 'a/data.txt'))
      const staging = stage(tree, closures, temporary)
      await expect(staging.root(closure, closure.kustomization.value, false)).rejects.toThrow('leaves the repository')
    } finally {
      rmSync(folder, { recursive: true, force: true })
      rmSync(temporary, { recursive: true, force: true })
    }
  })
})

describe.skipIf(binary === undefined)('what is too much (platform.md §7, threat 5)', () => {
  const render = (files: Files, run: Run = runProcess) =>
    renderTree(binary as NonNullable<typeof binary>, files, { run })
  const bomb = [
    'a: &a [x, x, x, x, x, x, x, x, x, x]',
    ...'bcdefghijk'
      .split('')
      .map((name, index) => `${name}: &${name} [${Array(10).fill(`*${'abcdefghij'[index]}`).join(', ')}]`),
  ].join('\n')

  test.each<[string, Files]>([
    [
      'a patch file',
      {
        'a/kustomization.yaml': 'resources: [es.yaml]\npatches: [{path: p.yaml}]\n',
        'a/p.yaml': `apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: db}\nspec:\n${bomb.replace(/^/gm, '  ')}\n`,
      },
    ],
    [
      'an inline patch',
      {
        'a/kustomization.yaml': `resources: [es.yaml]\npatches:\n  - patch: |\n      apiVersion: external-secrets.io/v1\n      kind: ExternalSecret\n      metadata: {name: db}\n      spec:\n${bomb.replace(/^/gm, '        ')}\n`,
      },
    ],
    ['a kustomization', { 'a/kustomization.yaml': `resources: [es.yaml]\n${bomb}\n` }],
    [
      'the configuration of a plugin',
      {
        'a/kustomization.yaml': 'resources: [es.yaml]\ntransformers: [t.yaml]\n',
        'a/t.yaml': `apiVersion: builtin\nkind: PatchTransformer\nmetadata: {name: x}\n${bomb}\n`,
      },
    ],
    [
      'an object',
      {
        'a/kustomization.yaml': 'resources: [es.yaml, b.yaml]\n',
        'a/b.yaml': `apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: bomb}\nspec:\n${bomb.replace(/^/gm, '  ')}\n`,
      },
    ],
  ])(
    'a bomb of aliases in %s ends soon, and it is said',
    async (_where, files) => {
      const used = cpuTime()
      const all = { ...LAW, ...files, 'a/es.yaml': es }
      const { report, text } = await checkTree(all, path.dirname((binary as NonNullable<typeof binary>).command), {})
      expect(used()).toBeLessThan(10_000)
      expect(text).toMatch(/expand/)
      expect(report.references.map(({ reference }) => reference.manifest.name)).toContain('db')
      expect((await render(all)).stats.processes).toBe(0)
    },
    30_000,
  )

  test('a million components', async () => {
    const used = cpuTime()
    const rendering = await render({
      'a/kustomization.yaml': `resources: [es.yaml]\ncomponents: [${'../c,'.repeat(999_999)}../c]\n`,
      'a/es.yaml': es,
      'c/kustomization.yaml': 'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\ncomponents: [.]\n',
    })
    expect(used()).toBeLessThan(15_000)
    expect(rendering.stats.processes).toBe(0)
    expect(manifestsOf(rendering, 'ExternalSecret').map(({ name }) => name)).toEqual(['db'])
  }, 60_000)

  test('an output of more than 64 MiB', async () => {
    const files = Object.fromEntries(['1', '2', '3', '4', '5'].map((name) => [`a/${name}.txt`, 'x'.repeat(15_000_000)]))
    const rendering = await render({
      ...files,
      'a/kustomization.yaml': `resources: [es.yaml]\nconfigMapGenerator: [{name: big, files: [${Object.keys(files)
        .map((file) => path.basename(file))
        .join(', ')}]}]\n`,
      'a/es.yaml': es,
    })
    expect(rendering.notChecked).toMatchObject([{ reason: { code: 'output-too-large', mib: 64 } }])
    expect(manifestsOf(rendering, 'ExternalSecret')[0]?.origin.form).toBe('plain')
  }, 60_000)

  test('a kustomize that hangs is given a minute, then killed; what it would have applied stays plain', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'eso-vault-hang-'))
    const program = path.join(folder, 'kustomize')
    writeFileSync(program, '#!/bin/sh\n/bin/sleep 60\n', { mode: 0o755 })
    try {
      const rendering = await render(
        { 'a/kustomization.yaml': 'resources: [es.yaml]\n', 'a/es.yaml': es },
        (_command, args, options) => {
          expect(options.timeout).toBe(60_000)
          return runProcess(program, args, { ...options, timeout: 500 })
        },
      )
      expect(rendering.notChecked).toMatchObject([{ reason: { code: 'kustomize-too-slow', seconds: 60 } }])
      expect(manifestsOf(rendering, 'ExternalSecret')[0]?.origin.form).toBe('plain')
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
