import { execFile } from 'node:child_process'
import type { Env } from '../settings/environment.ts'

export interface GitResult {
  /** `undefined`: it could not be started, or was stopped. */
  readonly code: number | undefined
  readonly stdout: Buffer
  readonly stderr: string
}

/** Runs git with these arguments in a folder; `input` is its standard input. Never throws. */
export type Git = (
  args: readonly string[],
  options: { readonly cwd: string; readonly input?: string },
) => Promise<GitResult>

const TIMEOUT = 60_000
/** As much as the manifests of a repository may hold together (platform.md §7 threat 5), and the names around them. */
const MAX_OUTPUT = 256 * 1024 * 1024

/**
 * What a repository's own config could make git start: none of the commands that are run here needs any of it. All of them read
 * objects only: the working tree is never read by git, hence no filter, textconv, diff driver or file monitor has its turn.
 */
const HARMLESS = [
  '--no-pager',
  '-c',
  'core.fsmonitor=false',
  '-c',
  'core.hooksPath=/dev/null',
  '-c',
  'core.sshCommand=false',
  '-c',
  'credential.helper=',
  '-c',
  'diff.external=',
  '-c',
  'protocol.allow=never',
]

/** Git on a real process: no shell, no network, no prompt, no lock, and of the environment only what finding git needs. */
export function realGit(env: Env): Git {
  return (args, { cwd, input }) =>
    new Promise((resolve) => {
      const child = execFile(
        'git',
        [...HARMLESS, ...args],
        {
          cwd,
          env: environmentOf(env),
          timeout: TIMEOUT,
          maxBuffer: MAX_OUTPUT,
          killSignal: 'SIGKILL',
          encoding: 'buffer',
          shell: false,
          windowsHide: true,
        },
        (error, stdout, stderr) => {
          const code = error === null ? 0 : typeof error.code === 'number' ? error.code : undefined
          resolve({ code, stdout, stderr: stderr.toString('utf8') })
        },
      )
      // Git may end before it has read everything; its exit code says why.
      child.stdin?.on('error', () => undefined)
      child.stdin?.end(input ?? '')
    })
}

/** `GIT_DIR`, `GIT_EXTERNAL_DIFF`, `GIT_CONFIG_*` and their like are left behind: they would speak of another repository. */
function environmentOf(env: Env): Record<string, string> {
  const kept: Record<string, string> = {
    LC_ALL: 'C',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_TERMINAL_PROMPT: '0',
    // A partial clone would fetch what is missing, by itself.
    GIT_NO_LAZY_FETCH: '1',
    GIT_ALLOW_PROTOCOL: 'none',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_LITERAL_PATHSPECS: '1',
  }
  for (const name of ['PATH', 'HOME', 'USERPROFILE', 'SystemRoot', 'XDG_CONFIG_HOME']) {
    const value = env[name]
    if (value !== undefined) kept[name] = value
  }
  return kept
}
