import { readFileSync, statSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'

/** A config with many remotes is still small; what is larger is none. */
const MAX_BYTES = 256 * 1024

/**
 * The addresses of the remotes of a Git checkout, read from its config file without running Git; empty where there is none. In a
 * worktree or submodule `.git` is a file that names the folder.
 */
export function gitRemotes(folder: string): readonly string[] {
  const text = configOf(join(folder, '.git'))
  if (text === undefined) return []
  const found: string[] = []
  let inRemote = false
  for (const line of text.split(/\r?\n/)) {
    const section = /^\s*\[([^\]]*)\]/.exec(line)
    if (section !== null) inRemote = /^remote\s+"/.test(section[1] as string)
    const [, address] = /^\s*url\s*=\s*(.+?)\s*$/.exec(line) ?? []
    if (inRemote && address !== undefined) found.push(address)
  }
  return found
}

function configOf(git: string): string | undefined {
  try {
    if (statSync(git).isDirectory()) return textOf(join(git, 'config'))
    const [, named] = /^gitdir: (.+?)\s*$/m.exec(textOf(git) ?? '') ?? []
    if (named === undefined) return undefined
    const folder = isAbsolute(named) ? named : join(git, '..', named)
    // A worktree shares the config of the repository that it belongs to.
    const common = textOf(join(folder, 'commondir'))?.trim()
    return textOf(join(folder, common ?? '', 'config'))
  } catch {
    return undefined
  }
}

function textOf(file: string): string | undefined {
  try {
    const { size } = statSync(file)
    return size > MAX_BYTES ? undefined : readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}
