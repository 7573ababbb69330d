import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { baseFiles } from '../changes/base-files.ts'
import { type ChangedLines, changedLines } from '../changes/changed-lines.ts'
import { earlierFiles } from '../changes/earlier-files.ts'
import { type ChangeEvent, findBase } from '../changes/find-base.ts'
import type { Git } from '../changes/git.ts'
import type { Discovery } from '../files/discover.ts'
import { earlierRoot, type Root } from '../files/root.ts'
import { readTextIfThere } from '../files/text-file.ts'
import { InvalidInput } from '../model/invalid-input.ts'
import { DEFAULT_CONFIG_FILE } from '../settings/config-file.ts'
import type { ReadText } from '../settings/load-config.ts'
import type { Settings } from '../settings/settings.ts'
import type { Render } from './render.ts'

export interface ChangeDeps {
  readonly cwd: string
  readonly git: Git
  readonly event: ChangeEvent
  readonly render: Render
  /** The settings that another text of the config file gives. */
  readonly settingsWith: (read: ReadText) => Promise<Settings>
}

/** What a change starts from, as files: read from Git's objects alone, nothing is checked out or fetched. */
export interface ChangeStart {
  /** As people call it, for the middle of a sentence: "`main`". */
  readonly since: string
  /** By which the state before is judged. */
  readonly settings: Settings
  readonly before: Discovery
  readonly lines: ChangedLines
  /** Paths below the root whose content, kind or presence differs. */
  readonly altered: ReadonlySet<string>
  /** Path of the config file below the root, whether it is there or not; `undefined` where it lies elsewhere. */
  readonly config: string | undefined
}

/** Why there is nothing to compare with; a sentence part. */
export interface NoStart {
  readonly because: string
}

/** Hands `use` what the change starts from; the files that were written out for it are gone afterwards. */
export async function withStart<Result>(
  settings: Settings,
  { cwd, git, event, settingsWith }: ChangeDeps,
  now: Pick<Discovery, 'roots' | 'files' | 'isReported'>,
  use: (start: ChangeStart) => Promise<Result>,
): Promise<Result | NoStart> {
  const { roots, files } = now
  // Other repositories, which count for this one, are before the change as they are now.
  const also = settings.config.manifests.also.map(({ folder }) => resolve(cwd, folder))
  const [root, ...more] = roots.filter(({ path }) => !also.includes(path))
  const others = roots.filter(({ path }) => also.includes(path))
  if (root === undefined || more.length > 0)
    return { because: '`paths` lead to more than one repository, and a change is of one' }
  const base = await findBase(git, root.path, event)
  if (!base.found) return base

  const shown = (path: string) => relative(cwd, join(root.path, path)).replaceAll('\\', '/')
  const config = await configPath(settings, cwd, root)
  const settingsThen = await settingsBefore(git, root.path, base.commit, config, settingsWith)
  const judged = settingsThen ?? settings
  const found = await baseFiles(git, base.commit, {
    root,
    shown,
    files: files.filter((file) => file.root === root.path),
    others: config === undefined ? [] : await configText(cwd, settings.config.file, config),
    exclude: judged.exclude,
  })
  if ('because' in found) return found

  const temporary = await mkdtemp(join(tmpdir(), 'eso-vault-base-'))
  try {
    const earlier = await earlierFiles(git, root.path, found, temporary)
    if (earlier === undefined) return { because: 'the change alters more than 200 MiB of files' }
    const rootThen = earlierRoot(root, { ...found.seen, earlier })
    const filesThen = [...found.files, ...files.filter((file) => also.includes(file.root))]
    const names = new Set([...root.files].map(shown))
    return await use({
      since: base.name,
      settings: judged,
      before: {
        files: filesThen,
        roots: [rootThen, ...others],
        notes: [],
        counts: { seen: rootThen.files.size, read: filesThen.length, bytes: 0, definitions: 0 },
        isReported: now.isReported,
      },
      lines: changedLines(found.changes, (file) => names.has(file)),
      altered: new Set([...found.altered.keys(), ...differing(root.files, rootThen.files)]),
      config,
    })
  } finally {
    await rm(temporary, { recursive: true, force: true })
  }
}

/** What only one of both has: a file that nobody committed is in no difference of commits. */
function differing(one: ReadonlySet<string>, other: ReadonlySet<string>): ReadonlySet<string> {
  return new Set([...one, ...other].filter((path) => one.has(path) !== other.has(path)))
}

/** The config file below the root, whether it is there or not; `undefined` where it lies elsewhere. */
async function configPath(settings: Settings, cwd: string, root: Root): Promise<string | undefined> {
  const file = join(await realpath(cwd), settings.config.file ?? DEFAULT_CONFIG_FILE)
  const path = relative(await realpath(root.path), file).replaceAll('\\', '/')
  return path.startsWith('../') ? undefined : path
}

async function configText(cwd: string, file: string | undefined, path: string) {
  const text = file === undefined ? undefined : await readTextIfThere(join(cwd, file))
  return text === undefined ? [] : [{ relative: path, text }]
}

/** The settings by the config file of the base; `undefined` when they were the same, or that file was wrong. */
async function settingsBefore(
  git: Git,
  cwd: string,
  commit: string,
  config: string | undefined,
  settingsWith: ChangeDeps['settingsWith'],
): Promise<Settings | undefined> {
  if (config === undefined) return undefined
  const { code, stdout } = await git(['cat-file', 'blob', `${commit}:${config}`], { cwd })
  try {
    return await settingsWith(async () => (code === 0 ? stdout.toString('utf8') : undefined))
  } catch (error) {
    // A config file that was wrong then, or that this run asks for by name and that was not there.
    if (error instanceof InvalidInput) return undefined
    throw error
  }
}
