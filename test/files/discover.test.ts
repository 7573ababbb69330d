import {
  chmodSync,
  closeSync,
  existsSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { discover } from '../../src/files/discover.ts'
import { globTest } from '../../src/files/glob.ts'
import { InvalidInput } from '../../src/model/invalid-input.ts'
import { unreadParts } from '../../src/modes/unread-parts.ts'
import { cpuTime } from '../cpu-time.ts'
import { externalSecret, tree } from '../gitops/tree.ts'

const eso = externalSecret('a', 'kv/a')
const crd =
  'apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: x.external-secrets.io}\n'
const policy = 'path "kv/data/*" { capabilities = ["read"] }\n'

async function found(files: Record<string, string | Uint8Array>, paths = ['.'], exclude: string[] = []) {
  const cwd = tree(files)
  const { files: read, notes, counts, roots } = await discover(paths, { cwd, exclude })
  return { names: read.map((file) => file.file), notes, counts, read, roots, cwd }
}

describe('what matters is decided by a byte search (design §6)', () => {
  const cases: [string, string, boolean][] = [
    ['an ESO manifest', 'a.yaml', true],
    ['other manifests', 'deployment.yaml', false],
    ['a kustomization by name, even an empty one', 'x/kustomization.yml', true],
    ['a Kustomization without extension', 'y/Kustomization', true],
    ['CRDs only', 'crds.yaml', false],
    ['a policy', 'p.hcl', true],
    ['shell with policy write', 's.sh', true],
    ['shell without', 't.sh', false],
    ['a script without extension', 'bin/setup', true],
    ['Markdown with a policy', 'docs/vault.md', true],
    ['Markdown without', 'README.md', false],
    ['Terraform with a policy', 'main.tf', true],
    ['a JSON patch', 'patch.yaml', true],
    ['an Argo CD Application', 'app.yaml', true],
    ['JSON', 'a.json', true],
    ['other extensions', 'image.png', false],
    ['a binary without extension', 'program', false],
    ['below .git', '.git/config.yaml', false],
    ['below node_modules', 'node_modules/x/a.yaml', false],
  ]
  const files: Record<string, string> = {
    'a.yaml': eso,
    'deployment.yaml': 'kind: Deployment\napiVersion: apps/v1\n',
    'x/kustomization.yml': '',
    'y/Kustomization': 'resources: []\n',
    'crds.yaml': `${crd}---\n${crd}`,
    'p.hcl': policy,
    's.sh': 'vault policy write x - <<EOF\nEOF\n',
    't.sh': 'echo hello\n',
    'bin/setup': '#!/bin/sh\nbao policy write x x.hcl\n',
    'docs/vault.md': '```\nvault write auth/kubernetes/role/x policies=y\n```\n',
    'README.md': 'hello',
    'main.tf': 'resource "vault_policy" "x" {}\n',
    'patch.yaml': '- op: replace\n  path: /spec/x\n  value: y\n',
    'app.yaml': 'apiVersion: argoproj.io/v1alpha1\nkind: Application\n',
    'a.json': '{"apiVersion": "external-secrets.io/v1"}',
    'image.png': 'external-secrets.io',
    program: '\u007fELF\0 policy write',
    '.git/config.yaml': eso,
    'node_modules/x/a.yaml': eso,
  }
  it.each(cases)('%s: %s', async (_, name, expected) => {
    const { names } = await found({ [name]: files[name] as string })
    expect(names).toEqual(expected ? [name] : [])
  })

  it('counts what it has seen and read', async () => {
    const { counts, notes } = await found(files)
    expect(counts).toMatchObject({ seen: 17, read: 11, definitions: 1 })
    expect(notes).toEqual([])
  })
})

describe('paths', () => {
  const files = { 'apps/a/es.yaml': eso, 'apps/b/es.yaml': eso, 'tests/bad.yaml': eso, 'x.yaml/inner.yaml': eso }

  it.each([
    [['.'], ['apps/a/es.yaml', 'apps/b/es.yaml', 'tests/bad.yaml', 'x.yaml/inner.yaml']],
    [
      ['apps/a', 'tests/bad.yaml'],
      ['apps/a/es.yaml', 'tests/bad.yaml'],
    ],
    [
      ['apps', 'apps/a'],
      ['apps/a/es.yaml', 'apps/b/es.yaml'],
    ],
    [['apps/*/es.yaml'], ['apps/a/es.yaml', 'apps/b/es.yaml']],
    [['**/bad.yaml'], ['tests/bad.yaml']],
    [['{apps/a,tests}'], ['apps/a/es.yaml', 'tests/bad.yaml']],
    [['x.yaml'], ['x.yaml/inner.yaml']],
    [[], ['apps/a/es.yaml', 'apps/b/es.yaml', 'tests/bad.yaml', 'x.yaml/inner.yaml']],
  ])('%j', async (paths, expected) => {
    expect((await found(files, paths)).names).toEqual(expected)
  })

  it('leaves out what is excluded', async () => {
    expect((await found(files, ['.'], ['tests/**', 'apps/b'])).names).toEqual(['apps/a/es.yaml', 'x.yaml/inner.yaml'])
  })

  it.each([
    [['nope'], /"nope" does not exist/],
    [['apps/*.hcl'], /"apps\/\*\.hcl" matches no file/],
    [['nope/*.yaml'], /the folder "nope" does not exist/],
    [['apps/[a'], /has a "\[" that no "\]" closes/],
    [['apps/{a,b'], /has a "\{" that no "\}" closes/],
    [['a\0b'], /NUL/],
  ])('%j is refused', async (paths, message) => {
    await expect(found(files, paths)).rejects.toThrow(message)
    await expect(found(files, paths)).rejects.toBeInstanceOf(InvalidInput)
  })

  it('takes the Git top level above a folder as the root, and shows paths from the working directory', async () => {
    const cwd = tree({ 'repo/.git/HEAD': '', 'repo/clusters/a.yaml': eso })
    const { files: read } = await discover(['clusters'], { cwd: join(cwd, 'repo') })
    expect(read[0]).toMatchObject({ file: 'clusters/a.yaml', root: join(cwd, 'repo'), relative: 'clusters/a.yaml' })
    const outside = await discover(['../repo'], { cwd: join(cwd, 'repo') })
    expect(outside.files[0]?.file).toBe('clusters/a.yaml')
  })

  it('says so when there is nothing to check', async () => {
    const { names, notes } = await found({ 'a.txt': 'x' })
    expect(names).toEqual([])
    expect(notes).toEqual([{ file: '.', code: 'nothing-found', count: 1 }])
    const cwd = tree({})
    expect((await discover(['.'], { cwd })).notes).toHaveLength(1)
  })
})

describe('left out, with a note (platform.md §7 threats 3 and 5)', () => {
  it('SOPS files', async () => {
    const sops = 'kind: Secret\nstringData:\n  a: ENC[AES256_GCM,data:x]\nsops:\n  mac: ENC[AES256_GCM,data:y]\n'
    const { names, notes, read } = await found({ 'a.sops.yaml': sops, 'b.yaml': eso })
    expect(names).toEqual(['a.sops.yaml', 'b.yaml'])
    expect(notes).toEqual([{ code: 'sops', file: 'a.sops.yaml' }])
    // Of the Secret its names remain, line by line, and no value, encrypted or not.
    expect(read[0]).toMatchObject({ use: 'names', text: 'kind: Secret\nstringData:\n  a: ""\nsops:\n  mac: ""\n' })
  })

  it('what only tells who uses Secrets is read for that alone', async () => {
    const pod = 'kind: Pod\nspec:\n  imagePullSecrets: [{name: a}]\n'
    const { read } = await found({ 'a.yaml': pod, 'b.yaml': eso, 'c.yaml': 'kind: Pod\nspec: {}\n' })
    expect(read.map(({ file, use }) => [file, use])).toEqual([
      ['a.yaml', 'workloads'],
      ['b.yaml', undefined],
    ])
  })

  it('a 100 MB file is not read', async () => {
    const cwd = tree({ 'b.yaml': eso })
    const handle = openSync(join(cwd, 'big.yaml'), 'w')
    ftruncateSync(handle, 100 * 1024 * 1024)
    closeSync(handle)
    const before = cpuTime()
    const { files, notes } = await discover(['.'], { cwd })
    expect(before()).toBeLessThan(4_000)
    expect(files.map((file) => file.file)).toEqual(['b.yaml'])
    // It is not searched to its end either, so that nobody can say that no reference is in it.
    expect(notes).toEqual([{ code: 'file-too-large', file: 'big.yaml', mib: 5, eso: true }])
  })

  it('a file above the limit is searched for a kind of ESO, over the ends of the parts that are read', async () => {
    const kind = 'kind: ExternalSecret\n'
    const filler = (length: number) => `${'#'.repeat(length - 1)}\n`
    const { notes } = await found({
      'across.yaml': filler(1024 * 1024 - 8) + kind + filler(5 * 1024 * 1024),
      'last.yaml': filler(6 * 1024 * 1024) + kind,
      'other.yaml': filler(6 * 1024 * 1024),
    })
    expect(notes.filter(({ code }) => code === 'file-too-large')).toEqual([
      { code: 'file-too-large', file: 'across.yaml', mib: 5, eso: true },
      { code: 'file-too-large', file: 'last.yaml', mib: 5, eso: true },
      { code: 'file-too-large', file: 'other.yaml', mib: 5 },
    ])
  })

  it('files beyond the total', async () => {
    const cwd = tree({ 'a.yaml': eso, 'b.yaml': eso, 'c.yaml': eso })
    const { files, notes } = await discover(['.'], { cwd, maxTotalBytes: eso.length * 2 })
    expect(files).toHaveLength(2)
    expect(notes).toEqual([{ code: 'files-too-large', file: '.', count: 1, mib: 0 }])
  })

  it('symlinks: out of the repository, in a loop, to nothing; inside they are known but not read twice', async () => {
    const cwd = tree({ 'outside/secret.yaml': eso, 'repo/.git/HEAD': '', 'repo/a.yaml': eso, 'repo/real/c.yaml': eso })
    const repo = join(cwd, 'repo')
    symlinkSync('../outside/secret.yaml', join(repo, 'out.yaml'))
    symlinkSync('../outside', join(repo, 'outdir'))
    symlinkSync('/etc', join(repo, 'etc'))
    symlinkSync('loop.yaml', join(repo, 'loop.yaml'))
    symlinkSync('.', join(repo, 'self'))
    symlinkSync('nothing', join(repo, 'dangling.yaml'))
    symlinkSync('real', join(repo, 'alias'))
    const { files, notes, roots } = await discover(['.'], { cwd: repo })
    expect(files.map((file) => file.file)).toEqual(['a.yaml', 'real/c.yaml'])
    expect(notes.map((note) => [note.code, note.file])).toEqual([
      ['symlink-dead', 'dangling.yaml'],
      ['symlink-leaves', 'etc'],
      ['symlink-loop', 'loop.yaml'],
      ['symlink-leaves', 'out.yaml'],
      ['symlink-leaves', 'outdir'],
    ])
    expect(roots[0]?.resolve('alias/c.yaml')).toBe('real/c.yaml')
    expect(roots[0]?.resolve('self/self/a.yaml')).toBe('a.yaml')
    expect(roots[0]?.resolve('../outside/secret.yaml')).toBeUndefined()
  })

  it.skipIf(process.getuid?.() === 0)('unreadable files and folders', async () => {
    const cwd = tree({ 'a.yaml': eso, 'dir/b.yaml': eso, 'c.yaml': eso })
    chmodSync(join(cwd, 'a.yaml'), 0)
    chmodSync(join(cwd, 'dir'), 0)
    const { files, notes } = await discover(['.'], { cwd })
    chmodSync(join(cwd, 'dir'), 0o700)
    expect(files.map((file) => file.file)).toEqual(['c.yaml'])
    expect(notes.map((note) => [note.code, note.file])).toEqual([
      ['file-unreadable', 'a.yaml'],
      ['folder-unreadable', 'dir'],
    ])
  })

  it('an empty folder named like a file', async () => {
    const cwd = tree({ 'b.yaml': eso })
    mkdirSync(join(cwd, 'x.yaml'))
    expect((await discover(['x.yaml', 'b.yaml'], { cwd })).files).toHaveLength(1)
  })
})

describe('what is left', () => {
  it('of files that are too large together is the same in every run: they are taken in the order of their paths', async () => {
    const size = (lines: number) => eso + '#\n'.repeat(lines)
    const files = Object.fromEntries(
      Array.from({ length: 60 }, (_, i) => [`${i % 7}/${String(i).padStart(2, '0')}.yaml`, size((i * 37) % 50)]),
    )
    const cwd = tree(files)
    const names = async () => {
      const { files: read } = await discover(['.'], { cwd, maxTotalBytes: eso.length * 20 })
      return read.map(({ file }) => file)
    }
    let bytes = 0
    const fitting = Object.keys(files)
      .sort()
      .filter((name) => {
        const own = files[name]?.length ?? 0
        if (bytes + own > eso.length * 20) return false
        bytes += own
        return true
      })
    expect(fitting.length).toBeLessThan(60)
    for (let round = 0; round < 5; round++) expect(await names()).toEqual(fitting)
  })

  it('at the end of the time for the run is told', async () => {
    const cwd = tree({ 'a.yaml': eso, 'b.yaml': eso, 'c.png': '' })
    const { files, notes } = await discover(['.'], { cwd, deadline: { over: () => true, leftMs: () => 0 } })
    expect(files).toEqual([])
    expect(notes).toContainEqual({ code: 'run-time-over', file: '.', count: 2 })
  })
})

describe('names that are no UTF-8', () => {
  const odd = (...parts: (string | number)[]) =>
    Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from([part]))))
  // Not every file system takes them.
  const takes = (() => {
    try {
      const name = odd(`${tree({})}/`, 0xff)
      writeFileSync(name, '')
      return existsSync(name)
    } catch {
      return false
    }
  })()

  it.runIf(takes)('are told as not read, and take nothing along', async () => {
    const cwd = tree({ 'healthy.yaml': eso })
    writeFileSync(odd(`${cwd}/db-`, 0xe9, '.yaml'), eso)
    writeFileSync(odd(`${cwd}/picture-`, 0xe9, '.png'), '')
    mkdirSync(odd(`${cwd}/folder-`, 0xe9))
    writeFileSync(odd(`${cwd}/folder-`, 0xe9, '/es.yaml'), eso)
    const { files, notes } = await discover(['.'], { cwd })
    expect(files.map(({ file }) => file)).toEqual(['healthy.yaml'])
    expect(notes).toEqual([
      { code: 'file-unreadable', file: 'db-\ufffd.yaml', errno: 'ENOENT' },
      { code: 'folder-unreadable', file: 'folder-\ufffd', errno: 'ENOENT' },
    ])
    expect(unreadParts(notes).map(({ what, file }) => [what, file])).toEqual([
      ['The file', 'db-\ufffd.yaml'],
      ['The folder', 'folder-\ufffd'],
    ])
  })
})

describe('text', () => {
  it.each([
    ['UTF-8 with a byte order mark', Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(eso)])],
    ['UTF-16', Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(eso, 'utf16le')])],
  ])('%s', async (_, bytes) => {
    const { read } = await found({ 'a.yaml': bytes })
    expect(read[0]?.text).toBe(eso)
  })
})

describe('globs', () => {
  it.each([
    ['**/*.yaml', 'a/b/c.yaml', true],
    ['**/*.yaml', 'c.yaml', true],
    ['*.yaml', 'a/c.yaml', false],
    ['a/**', 'a/b/c', true],
    ['a/**', 'ab/c', false],
    ['a', 'a/b', true],
    ['./a/', 'a/b', true],
    ['a?.yaml', 'ab.yaml', true],
    ['[!b]c', 'ac', true],
    ['[!b]c', 'bc', false],
    ['{a,b}/x.{yml,yaml}', 'b/x.yaml', true],
    ['a.yaml', 'aXyaml', false],
    ['a+(b)', 'a+(b)', true],
  ])('%s on %s', (glob, path, expected) => {
    expect(globTest(glob, 'paths')(path)).toBe(expected)
  })
})
