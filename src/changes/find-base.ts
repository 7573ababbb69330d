import type { Env } from '../settings/environment.ts'
import type { Git, GitResult } from './git.ts'

/** The commit that a change is compared with. */
export type Base =
  | {
      readonly found: true
      /** Commit id. */
      readonly commit: string
      /** For the sentence in the report: `the target branch`, `origin/main`. */
      readonly name: string
    }
  | { readonly found: false; readonly because: string }

export interface ChangeEvent {
  /** `pull_request`, `push`, …; `undefined` on a terminal. */
  readonly name: string | undefined
  /** The payload that `GITHUB_EVENT_PATH` names, parsed. */
  readonly payload: unknown
  /** `GITHUB_BASE_REF`. */
  readonly baseRef: string | undefined
}

/** Without the file of the payload, the events of a run are known by name only. */
export function changeEvent(env: Env, payload: unknown): ChangeEvent {
  const text = (name: string) => (env[name] === '' ? undefined : env[name])
  return { name: text('GITHUB_EVENT_NAME'), payload, baseRef: text('GITHUB_BASE_REF') }
}

const DEEPER = 'set `fetch-depth: 0` on actions/checkout'
const ONE_DEEPER = 'set `fetch-depth: 2` on actions/checkout'

/**
 * What this change starts from. A pull request is checked out as its merge commit, whose first parent is the state of the target
 * branch that it was merged with (platform.md §1.3): with `fetch-depth: 2` that is enough. Otherwise the common ancestor with the
 * target branch counts, or, where a shallow clone holds no history, the target's commit itself. Nothing is ever fetched.
 */
export async function findBase(git: Git, cwd: string, event: ChangeEvent): Promise<Base> {
  const opened = await git(['rev-parse', '--git-dir'], { cwd })
  if (opened.code !== 0) return { found: false, because: whyClosed(opened) }
  const head = await commitOf(git, cwd, 'HEAD')
  if (head === undefined) return { found: false, because: 'this folder has no commit yet' }
  switch (event.name) {
    case 'pull_request':
    case 'pull_request_target':
    case 'pull_request_review':
      return pullRequestBase(git, cwd, event, head)
    case 'push':
      return givenBase(git, cwd, field(event.payload, 'before'), 'the commit before this push')
    case 'merge_group':
      return givenBase(git, cwd, field(event.payload, 'merge_group', 'base_sha'), 'the target branch')
    default:
      return defaultBranchBase(git, cwd, head)
  }
}

function whyClosed({ code, stderr }: GitResult): string {
  if (code === undefined) return 'git could not be started'
  // In a container the checkout belongs to another user.
  if (stderr.includes('dubious ownership'))
    return 'git does not trust this folder, which belongs to another user (`git config --global --add safe.directory "$PWD"` in a step before)'
  return 'this folder is no Git repository'
}

async function pullRequestBase(git: Git, cwd: string, event: ChangeEvent, head: string): Promise<Base> {
  const name = event.baseRef === undefined ? 'the target branch' : `\`${event.baseRef}\``
  const baseSha = field(event.payload, 'pull_request', 'base', 'sha')
  const headSha = field(event.payload, 'pull_request', 'head', 'sha')
  const parents = await parentsOf(git, cwd, head)
  const [first, second] = parents
  if (first !== undefined && second !== undefined && (headSha === undefined || headSha === second)) {
    if (await isThere(git, cwd, first)) return { found: true, commit: first, name }
  }
  const ref = event.baseRef === undefined ? undefined : await commitOf(git, cwd, `refs/remotes/origin/${event.baseRef}`)
  const given = isCommitId(baseSha) && (await isThere(git, cwd, baseSha)) ? baseSha : undefined
  for (const target of [given, ref]) {
    const common = target === undefined ? undefined : await mergeBase(git, cwd, head, target)
    if (common !== undefined) return { found: true, commit: common, name }
  }
  const commit = given ?? ref
  if (commit !== undefined) return { found: true, commit, name }
  return {
    found: false,
    because: `the clone does not hold the commit that the pull request starts from; ${parents.length > 1 ? ONE_DEEPER : DEEPER}`,
  }
}

async function givenBase(git: Git, cwd: string, commit: unknown, name: string): Promise<Base> {
  // A push that makes a branch comes from nothing: forty zeros.
  if (!isCommitId(commit) || /^0+$/.test(commit)) return { found: false, because: `the event does not tell ${name}` }
  if (await isThere(git, cwd, commit)) return { found: true, commit, name }
  return { found: false, because: `the clone does not hold ${name}; ${DEEPER}` }
}

const DEFAULT_BRANCHES = [
  ['refs/remotes/origin/HEAD', 'the default branch of origin'],
  ['refs/remotes/origin/main', 'origin/main'],
  ['refs/remotes/origin/master', 'origin/master'],
  ['refs/heads/main', 'main'],
  ['refs/heads/master', 'master'],
] as const

async function defaultBranchBase(git: Git, cwd: string, head: string): Promise<Base> {
  let seen = false
  for (const [ref, name] of DEFAULT_BRANCHES) {
    const target = await commitOf(git, cwd, ref)
    if (target === undefined) continue
    seen = true
    const common = await mergeBase(git, cwd, head, target)
    if (common !== undefined) return { found: true, commit: common, name }
  }
  return {
    found: false,
    because: seen
      ? `the clone does not hold the history that this branch and the default branch share; ${DEEPER}`
      : 'no default branch was found (origin/HEAD, main or master)',
  }
}

/** The commit that a full ref name leads to. */
async function commitOf(git: Git, cwd: string, ref: string): Promise<string | undefined> {
  const { code, stdout } = await git(['rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`], {
    cwd,
  })
  const id = stdout.toString('latin1').trim()
  return code === 0 && isCommitId(id) ? id : undefined
}

async function isThere(git: Git, cwd: string, commit: string): Promise<boolean> {
  return (await git(['cat-file', '-e', `${commit}^{tree}`], { cwd })).code === 0
}

/** As the commit itself says: a shallow clone hides parents from everything that walks the history. */
async function parentsOf(git: Git, cwd: string, commit: string): Promise<string[]> {
  const { code, stdout } = await git(['cat-file', 'commit', commit], { cwd })
  if (code !== 0) return []
  const [head = ''] = stdout.toString('latin1').split('\n\n', 1)
  return [...head.matchAll(/^parent ([0-9a-f]+)$/gm)].map((match) => match[1] as string)
}

async function mergeBase(git: Git, cwd: string, one: string, other: string): Promise<string | undefined> {
  const { code, stdout } = await git(['merge-base', one, other], { cwd })
  const id = stdout.toString('latin1').trim()
  return code === 0 && isCommitId(id) ? id : undefined
}

function isCommitId(value: unknown): value is string {
  return typeof value === 'string' && /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(value)
}

function field(value: unknown, ...names: readonly string[]): unknown {
  return names.reduce<unknown>(
    (at, name) => (typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[name] : undefined),
    value,
  )
}
