import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { readRepository } from '../../../src/gitops/read-repository.ts'
import { readRendered, withRendered } from '../../../src/gitops/rendered-input.ts'
import type { Manifest } from '../../../src/model/manifest.ts'
import { at } from '../../../src/model/value.ts'
import { externalSecret, type Files, KEY } from './render-tree.ts'

async function read(files: Files, folders: readonly string[] = ['out']) {
  const cwd = mkdtempSync(path.join(tmpdir(), 'eso-vault-rendered-'))
  try {
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(path.dirname(path.join(cwd, file)), { recursive: true })
      if (text.startsWith('-> ')) symlinkSync(text.slice(3), path.join(cwd, file))
      else writeFileSync(path.join(cwd, file), text)
    }
    const repository = await readRepository(['.'], { cwd, variables: {} })
    const input = await readRendered(folders, repository, { cwd })
    const all = withRendered(repository.manifests, input)
    return { input, all, manifests: all.filter(({ kind }) => kind === 'ExternalSecret') }
  } finally {
    rmSync(cwd, { recursive: true, force: true })
  }
}

const rendered = (namespace: string, key: string) =>
  externalSecret('db', key).replace('  name: db\n', `  name: db\n  namespace: ${namespace}\n`)

describe('finished manifests are led back to their sources', () => {
  test('same kind and name, same value: the source line; the source is not checked twice', async () => {
    const { manifests } = await read({
      'src/es.yaml': externalSecret('db', 'apps/db'),
      'out/all.yaml': rendered('shop', 'apps/db'),
    })
    expect(manifests).toHaveLength(1)
    const [manifest] = manifests
    expect(manifest).toMatchObject({ namespace: 'shop', origin: { form: 'rendered', file: 'src/es.yaml' } })
    expect(manifest?.spanOf(KEY)).toMatchObject({ file: 'src/es.yaml', line: 13 })
    // The source says no namespace: only the rendered file does.
    expect(manifest?.spanOf(['metadata', 'namespace'])).toMatchObject({ file: 'out/all.yaml', line: 5 })
  })

  test('a value that only a patch holds: the one literal in Git', async () => {
    const { manifests } = await read({
      'src/es.yaml': externalSecret('db', 'apps/base/db'),
      'src/values.yaml': '# external-secrets.io\nspec:\n  key: apps/prod/db\n',
      'out/all.yaml': rendered('shop', 'apps/prod/db'),
    })
    expect(manifests[0]?.spanOf(KEY)).toMatchObject({ file: 'src/values.yaml', line: 3 })
  })

  test('two sources of one name: the namespace decides', async () => {
    const { manifests } = await read({
      'src/a.yaml': rendered('a', 'apps/a'),
      'src/b.yaml': rendered('b', 'apps/b'),
      'out/all.yaml': rendered('b', 'apps/b'),
    })
    const [found] = manifests.filter(({ origin }) => origin.form === 'rendered')
    expect(found?.spanOf(KEY)).toMatchObject({ file: 'src/b.yaml', line: 14 })
    expect(manifests.map(({ origin }) => [origin.form, origin.file])).toEqual([
      ['plain', 'src/a.yaml'],
      ['rendered', 'src/b.yaml'],
    ])
  })

  test('no source: the rendered file', async () => {
    const { manifests } = await read({ 'out/all.yaml': rendered('shop', 'apps/db') })
    expect(manifests).toHaveLength(1)
    expect(manifests[0]?.spanOf(KEY)).toMatchObject({ file: 'out/all.yaml', line: 14 })
  })
})

const KEYS = (manifests: readonly Manifest[]) =>
  manifests
    .map((one) => {
      const span = one.spanOf(KEY)
      return `${one.namespace ?? '?'}/${one.name} ${at(one.body, ...KEY)} @ ${span.file}:${span.line}`
    })
    .sort()

describe('as tools lay their output out', () => {
  const object = (namespace: string, key: string) => ({
    apiVersion: 'external-secrets.io/v1',
    kind: 'ExternalSecret',
    metadata: { name: 'db', namespace },
    spec: { data: [{ secretKey: 'password', remoteRef: { key } }] },
  })
  const source = { 'src/es.yaml': externalSecret('db', 'apps/db') }
  const sources = ['shop/db apps/db @ src/es.yaml:13']

  test.each<[string, Files, readonly string[]]>([
    [
      'one file for each app, without extension (argocd-diff-preview)',
      { 'out/target/shop-db': rendered('shop', 'apps/db') },
      ['out/target'],
    ],
    [
      'one big file',
      {
        'all.yaml': `${'---\napiVersion: v1\nkind: Service\nmetadata: {name: x}\n'.repeat(50)}---\n${rendered('shop', 'apps/db')}`,
      },
      ['all.yaml'],
    ],
    [
      'a glob',
      { 'out/prod/x.yaml': rendered('shop', 'apps/db'), 'out/test/x.yaml': rendered('test', 'apps/test') },
      ['out/p*'],
    ],
    [
      'a List',
      {
        'out/list.yaml': `apiVersion: v1\nkind: List\nitems:\n  - ${rendered('shop', 'apps/db').replaceAll('\n', '\n    ')}\n`,
      },
      ['out'],
    ],
    [
      'a list of that kind',
      {
        'out/list.json': JSON.stringify({
          apiVersion: 'external-secrets.io/v1',
          kind: 'ExternalSecretList',
          items: [object('shop', 'apps/db')],
        }),
      },
      ['out'],
    ],
    [
      'an array of JSON (flate -o json)',
      {
        'out/all.json': JSON.stringify(
          [{ apiVersion: 'v1', kind: 'Service', metadata: { name: 'x' } }, object('shop', 'apps/db')],
          null,
          2,
        ),
      },
      ['out'],
    ],
    [
      'with # Source: comments (helm template, flux)',
      {
        'out/app.yaml': `---\n# Source: app/templates/es.yaml\n${rendered('shop', 'apps/db')}---\n# Source: app/templates/empty.yaml\n---\n`,
      },
      ['out'],
    ],
    [
      'as helm template --output-dir writes it, in a file of any name',
      {
        'out/app/templates/kustomization.yaml': `---\n# Source: app/templates/kustomization.yaml\n${rendered('shop', 'apps/db')}`,
      },
      ['out'],
    ],
    [
      'among lines that are no manifest',
      { 'out/app': `Skipped Resource: [ApiVersion: v1, Kind: Secret, Name: x]\n---\n${rendered('shop', 'apps/db')}` },
      ['out'],
    ],
  ])('%s', async (_what, files, folders) => {
    const { manifests, input } = await read({ ...source, ...files }, folders)
    expect(KEYS(input.manifests.filter(({ kind }) => kind === 'ExternalSecret'))).toEqual(sources)
    expect(KEYS(manifests.filter(({ origin }) => origin.form === 'rendered'))).toEqual(sources)
    // Only what was not given as finished stays as it was read.
    expect(manifests.filter(({ origin }) => origin.form === 'plain' && origin.file.startsWith('src'))).toEqual([])
  })

  test('an object in a list: every field at its own line when there is no source', async () => {
    const { manifests } = await read({
      'out/list.yaml': `apiVersion: v1\nkind: List\nitems:\n  - ${rendered('a', 'apps/a').replaceAll('\n', '\n    ').trimEnd()}\n  - ${rendered('b', 'apps/b').replaceAll('\n', '\n    ')}\n`,
    })
    expect(KEYS(manifests)).toEqual(['a/db apps/a @ out/list.yaml:17', 'b/db apps/b @ out/list.yaml:32'])
  })

  test('the lines of a kustomization count: its namespace and prefix lead back, too', async () => {
    const { manifests } = await read({
      'src/kustomization.yaml': 'namespace: shop\nnamePrefix: prod-\nresources: [es.yaml]\n',
      'src/es.yaml': externalSecret('db', 'apps/db'),
      'out/all.yaml': rendered('shop', 'apps/db').replace('name: db\n', 'name: prod-db\n'),
    })
    expect(KEYS(manifests)).toEqual(['shop/prod-db apps/db @ src/es.yaml:13'])
  })

  test('objects of a chart: what its values held as text is not counted twice', async () => {
    const release = `apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: app, namespace: shop}\nspec:\n  values:\n    extraObjects:\n      - apiVersion: external-secrets.io/v1\n        kind: ExternalSecret\n        metadata: {name: db}\n        spec: {data: [{secretKey: password, remoteRef: {key: apps/db}}]}\n`
    const both = await read({
      'src/release.yaml': release,
      'out/all.yaml': `${release}---\n${rendered('shop', 'apps/db')}`,
    })
    expect(KEYS(both.manifests)).toEqual(['shop/db apps/db @ src/release.yaml:10'])
    const alone = await read({ 'src/other.yaml': externalSecret('other', 'apps/other'), 'out/all.yaml': release })
    expect(KEYS(alone.manifests)).toEqual(['?/db apps/db @ out/all.yaml:10', '?/other apps/other @ src/other.yaml:13'])
  })

  test('every kind that is read is replaced, not only ESO’s own', async () => {
    const account = 'apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: eso, namespace: eso}\n'
    const namespace = 'apiVersion: v1\nkind: Namespace\nmetadata: {name: eso, labels: {a: b}}\n'
    const { all } = await read({
      'src/eso.yaml': `${account}---\n${namespace}`,
      'out/eso.yaml': `${account}---\n${namespace}`,
    })
    expect(all.map(({ kind, origin }) => `${kind} ${origin.form} ${origin.file}`)).toEqual([
      'ServiceAccount rendered src/eso.yaml',
      'Namespace rendered src/eso.yaml',
    ])
  })

  test('what the finished manifests do not hold stays: another namespace, another name', async () => {
    const { manifests } = await read({
      'src/a.yaml': rendered('a', 'apps/a'),
      'src/b.yaml': rendered('b', 'apps/b'),
      'src/other.yaml': externalSecret('other', 'apps/other'),
      'out/all.yaml': rendered('a', 'apps/a2'),
    })
    expect(KEYS(manifests)).toEqual([
      '?/other apps/other @ src/other.yaml:13',
      'a/db apps/a2 @ out/all.yaml:14',
      'b/db apps/b @ src/b.yaml:14',
    ])
  })

  test('values of a Secret are never kept', async () => {
    const { all } = await read({
      'out/all.yaml': `${rendered('shop', 'apps/db')}---\napiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {token: canary-value}\n`,
    })
    expect(JSON.stringify(all)).not.toContain('canary-value')
    expect(all.some(({ kind }) => kind === 'Secret')).toBe(true)
  })
})

describe('hostile folders (platform.md §7, threats 3 and 5)', () => {
  test('symlinks that lead out are not followed, and it is said', async () => {
    const outside = mkdtempSync(path.join(tmpdir(), 'eso-vault-outside-'))
    try {
      writeFileSync(path.join(outside, 'es.yaml'), externalSecret('stolen', 'canary/key'))
      const { input, manifests } = await read({
        'src/es.yaml': externalSecret('db', 'apps/db'),
        'out/all.yaml': rendered('shop', 'apps/db'),
        'out/file.yaml': `-> ${outside}/es.yaml`,
        'out/folder': `-> ${outside}`,
        'out/chain': '-> folder',
      })
      expect(JSON.stringify([input, manifests.map(({ body }) => body)])).not.toContain('canary')
      expect(input.notes.filter(({ code }) => code === 'symlink-leaves').map(({ file }) => file)).toEqual([
        'out/chain',
        'out/file.yaml',
        'out/folder',
      ])
    } finally {
      rmSync(outside, { recursive: true, force: true })
    }
  })

  test('a file beyond the cap is a note; one of 12 MB is read', async () => {
    const large = '# external-secrets.io\n'.repeat(3_200_000)
    const filler =
      `---\napiVersion: v1\nkind: Service\nmetadata: {name: x, annotations: {a: "${'x'.repeat(1000)}"}}\n`.repeat(
        11_000,
      )
    const { input, manifests } = await read({
      'out/large.yaml': `kind: List\n${large}`,
      'out/all.yaml': `${filler}---\n${rendered('shop', 'apps/db')}`,
    })
    expect(input.notes.filter(({ code }) => code === 'file-too-large').map(({ file }) => file)).toEqual([
      'out/large.yaml',
    ])
    expect(manifests.map(({ name }) => name)).toEqual(['db'])
  })

  test('a bomb of aliases is a note, and the rest is read', async () => {
    const bomb = [
      'a: &a [x, x, x, x, x, x, x, x, x, x]',
      ...'bcdefghijk'
        .split('')
        .map((name, index) => `${name}: &${name} [${Array(10).fill(`*${'abcdefghij'[index]}`).join(', ')}]`),
    ].join('\n')
    const { input, manifests } = await read({
      'out/bomb.yaml': `apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: bomb}\n${bomb}\n`,
      'out/all.yaml': rendered('shop', 'apps/db'),
    })
    expect(manifests.map(({ name }) => name)).toEqual(['db'])
    expect(input.notes.map(({ file }) => file)).toContain('out/bomb.yaml')
  })
})
