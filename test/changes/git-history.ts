import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll } from 'vitest'

const made: string[] = []
afterAll(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true })
})

/** Path → text; `undefined` takes a file away. */
export type Files = Readonly<Record<string, string | undefined>>

/** A repository of a test's own: real git, nobody's settings. */
export interface History {
  readonly folder: string
  git(...args: string[]): string
  /** Writes files without committing them. */
  write(files: Files): void
  /** Writes files and commits everything; gives the commit's id. */
  commit(message: string, files?: Files): string
}

export function emptyFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'eso-vault-history-')))
  made.push(folder)
  return folder
}

/** The history that stands in a folder; `branch` begins a new one there. */
export function history(folder = emptyFolder(), branch: string | null = 'main'): History {
  const git = (...args: string[]) =>
    execFileSync('git', args, {
      cwd: folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env.PATH ?? '',
        HOME: folder,
        GIT_CONFIG_NOSYSTEM: '1',
        GIT_CONFIG_GLOBAL: '/dev/null',
        GIT_AUTHOR_NAME: 'a',
        GIT_AUTHOR_EMAIL: 'a@example.com',
        GIT_COMMITTER_NAME: 'a',
        GIT_COMMITTER_EMAIL: 'a@example.com',
      },
    }).trim()
  const write = (files: Files) => {
    for (const [path, text] of Object.entries(files)) {
      const target = join(folder, path)
      if (text === undefined) rmSync(target)
      else {
        mkdirSync(dirname(target), { recursive: true })
        writeFileSync(target, text)
      }
    }
  }
  if (branch !== null) git('init', '-q', '-b', branch)
  return {
    folder,
    git,
    write,
    commit(message, files = {}) {
      write(files)
      git('add', '-A')
      git('commit', '-q', '--allow-empty', '-m', message)
      return git('rev-parse', 'HEAD')
    },
  }
}

/** What actions/checkout leaves on a pull request: the merge commit alone, `depth` commits of it. */
export function checkedOut(origin: History, ref: string, depth: number): History {
  const clone = history(emptyFolder(), 'trunk')
  clone.git('remote', 'add', 'origin', `file://${origin.folder}`)
  const deep = depth > 0 ? ['--depth', String(depth)] : []
  clone.git('fetch', '-q', '--no-tags', ...deep, 'origin', `${ref}:refs/remotes/pull/7/merge`)
  clone.git('checkout', '-q', '--detach', 'refs/remotes/pull/7/merge')
  return clone
}

/** A pull request of `files` onto `main`, merged for testing as GitHub does. */
export function pullRequest(
  before: Files,
  after: Files,
  onMain: Files = {},
): { origin: History; base: string; head: string } {
  const origin = history()
  origin.git('config', 'uploadpack.allowAnySHA1InWant', 'true')
  origin.commit('before', before)
  origin.git('checkout', '-q', '-b', 'topic')
  const head = origin.commit('after', after)
  origin.git('checkout', '-q', 'main')
  const base = origin.commit('meanwhile', onMain)
  origin.git('checkout', '-q', '--detach', 'main')
  origin.git('merge', '-q', '--no-ff', '-m', 'merge', 'topic')
  origin.git('update-ref', 'refs/pull/7/merge', 'HEAD')
  origin.git('checkout', '-q', 'main')
  return { origin, base, head }
}
