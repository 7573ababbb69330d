import { chmodSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { type ChangeEvent, changeEvent, findBase } from '../../src/changes/find-base.ts'
import { realGit } from '../../src/changes/git.ts'
import { checkedOut, emptyFolder, history, pullRequest } from './git-history.ts'

const git = realGit({ PATH: process.env.PATH })
const find = (folder: string, event: Partial<ChangeEvent> = {}) =>
  findBase(git, folder, { name: undefined, payload: undefined, baseRef: undefined, ...event })

const PULL = (base: string, head: string): ChangeEvent => ({
  name: 'pull_request',
  payload: { pull_request: { base: { sha: base }, head: { sha: head } } },
  baseRef: 'main',
})

describe('a pull request', () => {
  const { origin, base, head } = pullRequest({ a: '1' }, { b: '2' }, { c: '3' })

  test('as its merge commit and two commits deep: what it was merged with', async () => {
    const { folder } = checkedOut(origin, 'refs/pull/7/merge', 2)
    expect(await find(folder, PULL(base, head))).toEqual({ found: true, commit: base, name: '`main`' })
  })

  test('as its merge commit alone: not to be told, and how deep to clone', async () => {
    const { folder } = checkedOut(origin, 'refs/pull/7/merge', 1)
    expect(await find(folder, PULL(base, head))).toEqual({
      found: false,
      because:
        'the clone does not hold the commit that the pull request starts from; set `fetch-depth: 2` on actions/checkout',
    })
  })

  test('as its own head, with the whole history: where it left the target branch', async () => {
    const clone = checkedOut(origin, 'refs/pull/7/merge', 0)
    clone.git('checkout', '-q', '--detach', head)
    const left = clone.git('merge-base', head, base)
    expect(left).not.toBe(base)
    expect(await find(clone.folder, PULL(base, head))).toEqual({ found: true, commit: left, name: '`main`' })
  })

  test('whose payload is not told: by the branch of origin', async () => {
    const clone = checkedOut(origin, 'refs/pull/7/merge', 0)
    clone.git('checkout', '-q', '--detach', head)
    clone.git('update-ref', 'refs/remotes/origin/main', base)
    const left = clone.git('merge-base', head, base)
    expect(await find(clone.folder, { name: 'pull_request', baseRef: 'main' })).toMatchObject({ commit: left })
  })

  test('whose head is itself a merge, which is not taken for the merge with the target', async () => {
    const clone = checkedOut(origin, 'refs/pull/7/merge', 0)
    const merge = clone.git('rev-parse', 'HEAD')
    clone.git('checkout', '-q', '-b', 'again', head)
    clone.git('merge', '-q', '--no-ff', '-m', 'own merge', base)
    const own = clone.git('rev-parse', 'HEAD')
    expect(own).not.toBe(merge)
    // The first parent is the topic branch; the target is the second.
    expect(await find(clone.folder, PULL(base, own))).toEqual({ found: true, commit: base, name: '`main`' })
  })
})

describe('a push', () => {
  const one = history()
  const before = one.commit('one', { a: '1' })
  one.commit('two', { a: '2' })

  test('starts from the commit before it', async () => {
    expect(await find(one.folder, { name: 'push', payload: { before } })).toMatchObject({ commit: before })
  })

  test.each([
    ['that makes a branch', { before: '0'.repeat(40) }, 'the event does not tell the commit before this push'],
    ['over history that is gone', { before: 'a'.repeat(40) }, 'the clone does not hold the commit before this push'],
    ['with a payload that is none', { before: '--upload-pack=touch /tmp/x' }, 'the event does not tell'],
  ])('%s: not to be told', async (_, payload, because) => {
    const found = await find(one.folder, { name: 'push', payload })
    expect(found).toMatchObject({ found: false, because: expect.stringContaining(because) })
  })
})

test('a merge queue starts from the commit that it names', async () => {
  const one = history()
  const base = one.commit('one', { a: '1' })
  one.commit('two', { a: '2' })
  const payload = { merge_group: { base_sha: base } }
  expect(await find(one.folder, { name: 'merge_group', payload })).toMatchObject({ commit: base })
})

describe('on a terminal', () => {
  test('a branch starts where it left the default branch', async () => {
    const one = history()
    const left = one.commit('one', { a: '1' })
    one.git('checkout', '-q', '-b', 'topic')
    one.commit('two', { a: '2' })
    expect(await find(one.folder)).toEqual({ found: true, commit: left, name: 'main' })
  })

  test('the default branch itself starts from its last commit: what is not committed yet counts', async () => {
    const one = history()
    const last = one.commit('one', { a: '1' })
    expect(await find(one.folder)).toMatchObject({ commit: last })
  })

  test('a repository whose branches have other names', async () => {
    const one = history(emptyFolder(), 'trunk')
    one.commit('one', { a: '1' })
    expect(await find(one.folder)).toEqual({
      found: false,
      because: 'no default branch was found (origin/HEAD, main or master)',
    })
  })
})

describe('where there is nothing to compare with', () => {
  test('no repository', async () => {
    expect(await find(emptyFolder())).toEqual({ found: false, because: 'this folder is no Git repository' })
  })

  test('no commit', async () => {
    expect(await find(history().folder)).toEqual({ found: false, because: 'this folder has no commit yet' })
  })

  test('no git', async () => {
    const found = await findBase(realGit({ PATH: emptyFolder() }), history().folder, changeEvent({}, undefined))
    expect(found).toEqual({ found: false, because: 'git could not be started' })
  })

  test.runIf(process.getuid?.() === 0)('a folder of somebody else, as in a container', async ({ skip }) => {
    const one = history()
    one.commit('one', { a: '1' })
    const { chownSync } = await import('node:fs')
    chmodSync(one.folder, 0o777)
    try {
      chownSync(one.folder, 12345, 12345)
    } catch (error) {
      // The root of a container without other users.
      return skip(`root may not give files away here (${(error as NodeJS.ErrnoException).code})`)
    }
    chownSync(`${one.folder}/.git`, 12345, 12345)
    const found = await findBase(
      realGit({ PATH: process.env.PATH, HOME: emptyFolder() }),
      one.folder,
      changeEvent({}, undefined),
    )
    expect(found).toMatchObject({ found: false, because: expect.stringContaining('safe.directory') })
  })
})

test('the event is read from the runner’s variables; empty ones say nothing', () => {
  expect(changeEvent({ GITHUB_EVENT_NAME: 'push', GITHUB_BASE_REF: '' }, { before: 'x' })).toEqual({
    name: 'push',
    payload: { before: 'x' },
    baseRef: undefined,
  })
})
