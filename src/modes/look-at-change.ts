import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { baseFiles } from '../changes/base-files.ts'
import { type ChangedLines, changedLines } from '../changes/changed-lines.ts'
import { earlierFiles } from '../changes/earlier-files.ts'
import { type ChangeEvent, findBase } from '../changes/find-base.ts'
import type { Git } from '../changes/git.ts'
import { earlierRoot, type Root } from '../files/root.ts'
import { readTextIfThere } from '../files/text-file.ts'
import { readDiscovered } from '../gitops/read-repository.ts'
import { InvalidInput } from '../model/invalid-input.ts'
import { DEFAULT_CONFIG_FILE } from '../settings/config-file.ts'
import type { ReadText } from '../settings/load-config.ts'
import type { Settings } from '../settings/settings.ts'
import { appliedElsewhere, type Gathered, gatherFrom } from './gather.ts'
import type { Render } from './render.ts'

/** What a change starts from, followed to the same ends as what it brings. */
export type Change =
  | {
      readonly known: true
      /** As people call it, for the middle of a sentence: "`main`". */
      readonly since: string
      readonly before: Gathered
      /** By which the state before was judged. */
      readonly settings: Settings
      readonly lines: ChangedLines
    }
  /** Then everything is reported; a sentence part. */
  | { readonly known: false; readonly because: string }

/** Compares with what the change starts from; given from outside, so that whoever tests rules needs no Git. */
export type LookAtChange = (head: Gathered) => Promise<Change>

export interface ChangeDeps {
  readonly cwd: string
  readonly git: Git
  readonly event: ChangeEvent
  readonly render: Render
  /** The settings that another text of the config file gives. */
  readonly settingsWith: (read: ReadText) => Promise<Settings>
}

/**
 * The state before the change, read from Git's objects alone: nothing is checked out, fetched or asked of a server. What the head
 * was told by the server counts for the base as well.
 */
export function lookAtChange(settings: Settings, { cwd, git, event, render, settingsWith }: ChangeDeps): LookAtChange {
  return async (head) => {
    const { watch } = head
    watch.enter('before')
    const { roots, files } = head.repository
    // Other repositories, which count for this one, are before the change as they are now.
    const also = settings.config.manifests.also.map(({ folder }) => resolve(cwd, folder))
    const [root, ...more] = roots.filter(({ path }) => !also.includes(path))
    const others = roots.filter(({ path }) => also.includes(path))
    if (root === undefined || more.length > 0)
      return unknown('`paths` lead to more than one repository, and a change is of one')
    const base = await findBase(git, root.path, event)
    if (!base.found) return unknown(base.because)

    const shown = (path: string) => relative(cwd, join(root.path, path)).replaceAll('\\', '/')
    const config = await configPath(settings, cwd, root)
    const settingsThen = await settingsBefore(git, root.path, base.commit, config, settingsWith)
    const found = await baseFiles(git, base.commit, {
      root,
      shown,
      files: files.filter((file) => file.root === root.path),
      others: config === undefined ? [] : await configText(cwd, settings.config.file, config),
      exclude: (settingsThen ?? settings).exclude,
    })
    if ('because' in found) return unknown(found.because)

    const temporary = await mkdtemp(join(tmpdir(), 'eso-vault-base-'))
    try {
      const judged = settingsThen ?? settings
      const earlier = await earlierFiles(git, root.path, found, temporary)
      if (earlier === undefined) return unknown('the change alters more than 200 MiB of files')
      const rootThen = earlierRoot(root, { ...found.seen, earlier })
      const filesThen = [...found.files, ...files.filter((file) => also.includes(file.root))]
      const counts = { seen: rootThen.files.size, read: filesThen.length, bytes: 0, definitions: 0 }
      const { isReported } = head.repository
      const discovery = { files: filesThen, roots: [rootThen, ...others], notes: [], counts, isReported }
      const { deadline } = head.watch
      const then = await render((rendering) =>
        readDiscovered(discovery, {
          variables: judged.variables,
          chartValues: judged.config.helm,
          elsewhere: appliedElsewhere,
          deadline,
          ...rendering,
        }),
      )
      const before = await gatherFrom(then, judged, {
        cwd,
        live: undefined,
        answers: head.live,
        watch: { ...watch, enter: () => undefined },
      })
      if (head.watch.over()) return unknown('the time for the run was over before the state it starts from was read')
      const names = new Set([...root.files].map(shown))
      return {
        known: true,
        since: base.name,
        before,
        settings: judged,
        lines: changedLines(found.changes, (file) => names.has(file)),
      }
    } finally {
      await rm(temporary, { recursive: true, force: true })
    }
  }
}

function unknown(because: string): Change {
  return { known: false, because }
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
