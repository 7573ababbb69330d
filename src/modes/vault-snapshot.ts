import { realpath } from 'node:fs/promises'
import { dirname, relative, resolve } from 'node:path'
import { changeEvent, findBase } from '../changes/find-base.ts'
import { type Git, realGit } from '../changes/git.ts'
import { isBelow, readTextIfThere, whyUnreadable } from '../files/text-file.ts'
import { InvalidInput } from '../model/invalid-input.ts'
import { asOfText } from '../report/as-of.ts'
import type { Env } from '../settings/environment.ts'
import type { Settings } from '../settings/settings.ts'
import type { SnapshotFile } from '../state/snapshot/snapshot-file.ts'
import type { LiveSource } from './gather.ts'
import { serverName } from './server-name.ts'
import type { Reached } from './with-vault.ts'

export interface SnapshotDeps {
  readonly cwd: string
  readonly env: Env
  /** Payload of the event that started the run, parsed. */
  readonly event?: unknown
  readonly now: () => Date
  readonly warn: (sentence: string) => void
}

/**
 * The snapshot that the settings name, in place of a server or beside it (snapshot.md §3). One that is too old answers nothing, and says so.
 *
 * @throws InvalidInput for a file that is no snapshot, is of another Vault namespace, or is brought by the pull request that it judges.
 */
export async function withSnapshot(settings: Settings, deps: SnapshotDeps, reached: Reached): Promise<Reached> {
  const { vaultSnapshot } = settings
  if (vaultSnapshot === undefined) return reached
  const { file: named } = vaultSnapshot
  const file = await openSnapshot(vaultSnapshot, deps)
  const made = new Date(file.made)
  const ageMs = deps.now().getTime() - made.getTime()
  if (ageMs < -AHEAD_MS)
    throw new InvalidInput(
      `This snapshot says that it was made at ${file.made}, which is yet to come: the clock of one of the machines is wrong, or the file was changed by hand.`,
      { file: named },
    )
  const { asOf, age } = asOfText(file.made, deps.now())
  if (ageMs > settings.snapshotMaxAgeMs) {
    const sentence = `The snapshot is ${age} old (${asOf}), so nothing is judged by it: write a new one, or raise \`snapshot-max-age\`.`
    if (reached.live === undefined)
      return {
        ...reached,
        incomplete: [...reached.incomplete, sentence],
        unfinished: reached.unfinished ?? 'snapshot-old',
      }
    deps.warn(sentence)
    return reached
  }
  const { snapshotState } = await import('../state/snapshot/snapshot.ts')
  const alone: LiveSource = {
    name: `the snapshot of ${serverName(file.server, file.server.address)}: Vault as of ${asOf} (${age} old)`,
    asOf: file.made,
    read: (namespace, wanted) => snapshotState(file, namespace, wanted),
  }
  return { ...reached, live: reached.live === undefined ? alone : await behind(reached.live, alone, asOf, age) }
}

/** Clocks of machines differ. */
const AHEAD_MS = 10 * 60_000

/** The server is asked, and the snapshot answers what the server hid. */
async function behind(server: LiveSource, snapshot: LiveSource, asOf: string, age: string): Promise<LiveSource> {
  const { answeredBy } = await import('../state/snapshot/snapshot.ts')
  return {
    name: `${server.name} (what it hides: as of ${asOf}, ${age} old)`,
    asOf: snapshot.asOf as string,
    read: async (namespace, wanted, told) => {
      const [live, then] = await Promise.all([server.read(namespace, wanted, told), snapshot.read(namespace, wanted)])
      return answeredBy(live, then, wanted)
    },
  }
}

async function openSnapshot(
  { file: named, namespace: wanted }: Settings['vaultSnapshot'] & {},
  deps: SnapshotDeps,
): Promise<SnapshotFile> {
  const path = resolve(await realpath(deps.cwd), named)
  const refused = await whyNotTrusted(path, deps)
  if (refused !== undefined) throw new InvalidInput(refused, { file: named })
  const { LARGEST_MIB, parseSnapshot } = await import('../state/snapshot/snapshot.ts')
  const text = await textOf(path, named, LARGEST_MIB)
  const parsed = parseSnapshot(text)
  if ('wrong' in parsed) {
    const what = `\`vault-snapshot\` names this file, which is no snapshot that mode \`snapshot\` writes: ${parsed.wrong}`
    throw new InvalidInput(what, { file: named })
  }
  const { namespace } = parsed.file.server
  if (wanted !== undefined && wanted !== namespace) {
    const of = namespace === '' ? 'the root namespace' : `the Vault namespace ${JSON.stringify(namespace)}`
    throw new InvalidInput(`This snapshot is of ${of}, and ${JSON.stringify(wanted)} is asked for.`, { file: named })
  }
  return parsed.file
}

async function textOf(path: string, named: string, mib: number): Promise<string> {
  let text: string | undefined
  try {
    text = await readTextIfThere(path, mib * 1024 * 1024)
  } catch (error) {
    const large = (error as { code?: unknown }).code === 'too-large'
    const why = large ? `it is larger than ${mib} MiB` : whyUnreadable(error)
    throw new InvalidInput(`\`vault-snapshot\` names this file, which cannot be read: ${why}.`, { file: named })
  }
  if (text !== undefined) return text
  throw new InvalidInput(
    '`vault-snapshot` names this file, which does not exist. In a workflow, the step before must bring it: `actions/download-artifact` with the run that wrote it.',
    { file: named },
  )
}

/** Events whose files somebody proposes. */
const PROPOSED = new Set(['pull_request', 'pull_request_target', 'pull_request_review', 'merge_group'])

/**
 * Why a snapshot is not believed: its author could hide what is missing. On a pull request, one that lies in the checkout must be the one of
 * the base; what a step of the workflow brought is in no commit (snapshot.md §3).
 */
async function whyNotTrusted(path: string, { cwd, env, event }: SnapshotDeps): Promise<string | undefined> {
  const change = changeEvent(env, event)
  if (!PROPOSED.has(change.name ?? '')) return undefined
  const git = realGit(env)
  const top = (await topOf(git, cwd)) ?? (await realpath(cwd))
  const real = await realpath(path).catch(() => undefined)
  // That it is not there is told by whoever reads it.
  if (real === undefined || !(isBelow(top, path) || isBelow(top, real))) return undefined
  const elsewhere = 'Let the step that brings it write it outside of the checkout (`${{ runner.temp }}`).'
  if (isBelow(top, path) && real !== path)
    return `This snapshot is reached by a symbolic link in the checkout, which the pull request could set. ${elsewhere}`
  const around = await topOf(git, dirname(real))
  if (around === undefined)
    return `Whether the pull request brought this snapshot cannot be told, because the checkout is no Git repository. ${elsewhere}`
  if (around !== top)
    return `This snapshot lies in a repository inside of the checkout, which the pull request could set. ${elsewhere}`
  const held = await blobAt(git, top, 'HEAD', real)
  if (held === undefined) return undefined
  const base = await findBase(git, top, change)
  if (!base.found)
    return `This snapshot is in the commit that the pull request proposes, and what it was before cannot be told: ${base.because}.`
  if ((await blobAt(git, top, base.commit, real)) === held && (await isContent(git, top, held, real))) return undefined
  return `This snapshot is not the one of ${base.name}: whoever proposes a change must not say what Vault holds. Take it out of the pull request, or give the one that a scheduled run wrote. ${elsewhere}`
}

async function topOf(git: Git, folder: string): Promise<string | undefined> {
  const { code, stdout } = await git(['rev-parse', '--show-toplevel'], { cwd: folder })
  return code === 0 ? realpath(stdout.toString('utf8').replace(/\n$/, '')) : undefined
}

/** The object that a commit holds at a path; `undefined`: none. */
async function blobAt(git: Git, top: string, commit: string, path: string): Promise<string | undefined> {
  const name = relative(top, path).replaceAll('\\', '/')
  const { stdout } = await git(['ls-tree', '-z', '--full-tree', commit, '--', name], { cwd: top })
  return /^\d+ blob ([0-9a-f]+)\t/.exec(stdout.toString('utf8'))?.[1]
}

/** Whether the file holds what the object does. */
async function isContent(git: Git, top: string, blob: string, path: string): Promise<boolean> {
  const { code, stdout } = await git(['cat-file', 'blob', blob], { cwd: top })
  return (
    code === 0 && stdout.toString('utf8') === (await readTextIfThere(path, stdout.length + 1).catch(() => undefined))
  )
}
