import { existsSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type BaseFiles, baseFiles } from '../../src/changes/base-files.ts'
import { changedLines } from '../../src/changes/changed-lines.ts'
import { earlierFiles } from '../../src/changes/earlier-files.ts'
import { realGit } from '../../src/changes/git.ts'
import { discover } from '../../src/files/discover.ts'
import { emptyFolder, type Files, type History, history } from './git-history.ts'

const git = realGit({ PATH: process.env.PATH })
const ES = (key: string) =>
  `apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: a}\nspec:\n  data:\n    - secretKey: k\n      remoteRef:\n        key: ${key}\n`

async function compare(one: History, commit: string, paths: readonly string[] = [], exclude: readonly string[] = []) {
  const { files, roots } = await discover(paths, { cwd: one.folder, exclude })
  const [root] = roots
  if (root === undefined) throw new Error('no root')
  return baseFiles(git, commit, { root, shown: (path) => path, files, others: [], exclude })
}

async function between(before: Files, after: Files, exclude: readonly string[] = []): Promise<BaseFiles> {
  const one = history()
  const commit = one.commit('before', before)
  one.commit('after', after)
  const found = await compare(one, commit, [], exclude)
  if ('because' in found) throw new Error(found.because)
  return found
}

const names = ({ files }: BaseFiles) => files.map(({ file }) => file)
const textOf = ({ files }: BaseFiles, name: string) => files.find(({ file }) => file === name)?.text

describe('the files of the base', () => {
  test('what is the same is shared, what was altered is as it was, what was added is not there', async () => {
    const base = await between({ 'a.yaml': ES('old'), 'b.yaml': ES('b') }, { 'a.yaml': ES('new'), 'c.yaml': ES('c') })
    expect(names(base)).toEqual(['a.yaml', 'b.yaml'])
    expect(textOf(base, 'a.yaml')).toBe(ES('old'))
    expect(base.changes).toEqual([
      { file: 'a.yaml', hunks: [{ base: { start: 8, count: 1 }, head: { start: 8, count: 1 } }] },
      { file: 'c.yaml', hunks: 'all' },
    ])
    expect([...base.seen.files].sort()).toEqual(['a.yaml', 'b.yaml'])
  })

  test('what was taken away is there again', async () => {
    const base = await between({ 'x/a.yaml': ES('a'), 'b.yaml': ES('b') }, { 'x/a.yaml': undefined })
    expect(textOf(base, 'x/a.yaml')).toBe(ES('a'))
    expect(base.seen.folders.has('x')).toBe(true)
    expect(base.changes).toEqual([])
  })

  test('a file that was moved is compared with what it was', async () => {
    const base = await between({ 'old/a.yaml': ES('a') }, { 'old/a.yaml': undefined, 'new/a.yaml': ES('b') })
    expect(base.changes).toEqual([
      {
        file: 'new/a.yaml',
        movedFrom: 'old/a.yaml',
        hunks: [{ base: { start: 8, count: 1 }, head: { start: 8, count: 1 } }],
      },
    ])
  })

  test('edits that are not committed, and files that git does not know yet, count', async () => {
    const one = history()
    const commit = one.commit('before', { 'a.yaml': ES('old') })
    one.write({ 'a.yaml': ES('new'), 'b.yaml': ES('b') })
    const base = (await compare(one, commit)) as BaseFiles
    expect(textOf(base, 'a.yaml')).toBe(ES('old'))
    expect(base.changes.map(({ file }) => file)).toEqual(['a.yaml', 'b.yaml'])
    expect(base.altered.get('b.yaml')).toBeUndefined()
    expect(base.altered.has('b.yaml')).toBe(true)
  })

  test('line ends alone are no change', async () => {
    const base = await between({ 'a.yaml': ES('a') }, { 'a.yaml': ES('a').replaceAll('\n', '\r\n') })
    expect(base.changes).toEqual([])
  })

  test('what the head leaves out is left out of the base', async () => {
    const base = await between({ 'a.yaml': ES('a'), 'tests/b.yaml': ES('b') }, { 'tests/b.yaml': undefined }, [
      'tests/**',
    ])
    expect(names(base)).toEqual(['a.yaml'])
  })

  test('paths limit what is reported, not what is read: the base is whole', async () => {
    const one = history()
    const commit = one.commit('before', { 'apps/a.yaml': ES('a'), 'other/b.yaml': ES('b') })
    one.commit('after', { 'apps/a.yaml': ES('a2'), 'other/b.yaml': undefined })
    expect(names((await compare(one, commit, ['apps'])) as BaseFiles)).toEqual(['apps/a.yaml', 'other/b.yaml'])
  })

  test('names that need quoting are the names they are', async () => {
    const odd = 'ap "ps"/ü \n$(x)/a.yaml'
    const base = await between({ [odd]: ES('old') }, { [odd]: ES('new') })
    expect(textOf(base, odd)).toBe(ES('old'))
  })

  test('altered names every file that differs, whatever it holds, and where it leads to what it was', async () => {
    const one = history()
    const commit = one.commit('before', { 'a.yaml': ES('a'), 'app.env': 'KEY=old\n', 'gone.txt': 'x', 'same.txt': 's' })
    one.commit('after', { 'app.env': 'KEY=new\n', 'gone.txt': undefined, 'new.env': 'n' })
    const base = (await compare(one, commit)) as BaseFiles
    expect([...base.altered.keys()].sort()).toEqual(['app.env', 'gone.txt', 'new.env'])
    const files = await earlierFiles(git, one.folder, base, join(emptyFolder(), 'files'))
    const { readFileSync } = await import('node:fs')
    expect(readFileSync(files?.get('app.env') ?? '', 'utf8')).toBe('KEY=old\n')
    expect(readFileSync(files?.get('gone.txt') ?? '', 'utf8')).toBe('x')
    expect(files?.has('new.env')).toBe(true)
    expect(files?.get('new.env')).toBeUndefined()
  })

  test('a symlink of the base is no file of it', async () => {
    const one = history()
    symlinkSync('/etc/hostname', join(one.folder, 'link.yaml'))
    const commit = one.commit('before', { 'a.yaml': ES('a') })
    one.git('rm', '-q', 'link.yaml')
    one.commit('after')
    const base = (await compare(one, commit)) as BaseFiles
    expect(names(base)).toEqual(['a.yaml'])
    expect(await earlierFiles(git, one.folder, base, join(emptyFolder(), 'files'))).toEqual(
      new Map([['link.yaml', undefined]]),
    )
  })

  test('a commit that the clone does not hold is said, and so is a folder inside of a repository', async () => {
    const one = history()
    one.commit('before', { 'a.yaml': ES('a') })
    expect(await compare(one, 'b'.repeat(40))).toEqual({
      because: 'git cannot list the files that the change starts from',
    })
    expect(await compare(one, '--output=/tmp/x')).toHaveProperty('because')
  })
})

describe('a repository that would like git to start something', () => {
  test('filters, drivers, hooks and monitors have no turn', async () => {
    const one = history()
    const canary = join(emptyFolder(), 'canary')
    const script = `touch ${canary}; cat`
    const commit = one.commit('before', { 'a.yaml': ES('old'), '.gitattributes': '*.yaml filter=x diff=x merge=x\n' })
    one.commit('after', { 'a.yaml': ES('new') })
    for (const name of ['filter.x.smudge', 'filter.x.clean', 'diff.x.textconv', 'diff.x.command', 'diff.external'])
      one.git('config', name, script)
    for (const name of ['core.fsmonitor', 'core.pager', 'core.sshCommand', 'core.editor', 'uploadpack.packObjectsHook'])
      one.git('config', name, script)
    const base = (await compare(one, commit)) as BaseFiles
    expect(textOf(base, 'a.yaml')).toBe(ES('old'))
    expect(existsSync(canary)).toBe(false)
  })

  test('a partial clone asks nobody for what it lacks', async () => {
    const origin = history()
    origin.git('config', 'uploadpack.allowFilter', 'true')
    const commit = origin.commit('before', { 'a.yaml': ES('old') })
    origin.commit('after', { 'a.yaml': ES('new') })
    const clone = history(emptyFolder(), null)
    clone.git('clone', '-q', '--filter=blob:none', `file://${origin.folder}`, '.')
    const found = await compare(clone, commit)
    expect(found).toMatchObject({ because: expect.stringContaining('partial clone') })
  })
})

describe('where a line of the base stands now', () => {
  const text = (lines: string) => `${[...lines].join('\n')}\n`
  const now = async (before: string, after: string) => {
    const { lineHunks } = await import('../../src/changes/line-hunks.ts')
    const lines = changedLines([{ file: 'f', hunks: lineHunks(text(before), text(after)) }], (file) => file === 'f')
    return (line: number) => lines.now('f', line)?.line
  }

  test('below lines that came and went, in lines that were altered, at lines that are gone', async () => {
    const at = await now('abcdefg', 'xabCfg')
    expect([1, 2, 3, 4, 5, 6, 7].map(at)).toEqual([2, 3, 4, 4, 4, 5, 6])
    expect((await now('abc', 'bc'))(1)).toBe(1)
    expect((await now('abc', 'ab'))(3)).toBe(2)
  })

  test('in a file that was moved, that was left alone, and that is gone', () => {
    const lines = changedLines(
      [{ file: 'new', movedFrom: 'old', hunks: [] }],
      (file) => file !== 'gone' && file !== 'old',
    )
    expect(lines.now('old', 7)).toEqual({ file: 'new', line: 7 })
    expect(lines.now('other', 7)).toEqual({ file: 'other', line: 7 })
    expect(lines.now('gone', 7)).toBeUndefined()
  })
})
