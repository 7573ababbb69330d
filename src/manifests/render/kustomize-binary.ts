import { existsSync } from 'node:fs'
import path from 'node:path'

export interface RunOptions {
  readonly cwd: string
  /** Milliseconds. */
  readonly timeout: number
  /** Bytes of standard output. */
  readonly maxBuffer: number
  /** The whole environment of the process: nothing is inherited. */
  readonly env: Readonly<Record<string, string>>
}

export interface RunResult {
  readonly stdout: string
  readonly stderr: string
  /** `undefined`: it did not end by itself. */
  readonly code: number | undefined
  readonly stopped?: 'timeout' | 'too-much-output' | 'not-started' | 'killed'
}

/** Starts a program with arguments, never through a shell; resolves also when it fails. */
export type Run = (command: string, args: readonly string[], options: RunOptions) => Promise<RunResult>

/** The program that renders: `kustomize build`, or `kubectl kustomize` where there is no other. */
export interface KustomizeBinary {
  readonly command: string
  /** Comes before the folder. */
  readonly args: readonly string[]
  /** As it says itself: `v5.8.1`. */
  readonly version: string
}

const NO_ENVIRONMENT = { HOME: '/nonexistent', PATH: '' }

/**
 * Looks for `kustomize` (5.x), then for `kubectl`, in the folders of `PATH`. Nothing is ever downloaded (platform.md §3.3).
 * `undefined`: neither is there, or what is there is too old to know origin annotations.
 */
export async function findKustomize(
  run: Run,
  searchPath: string,
  exists: (file: string) => boolean = existsSync,
): Promise<KustomizeBinary | undefined> {
  const folders = searchPath.split(path.delimiter).filter((folder) => path.isAbsolute(folder))
  const options: RunOptions = { cwd: '/', timeout: 20_000, maxBuffer: 1024 * 1024, env: NO_ENVIRONMENT }
  for (const name of ['kustomize', 'kubectl'] as const) {
    const command = folders.map((folder) => path.join(folder, name)).find(exists)
    if (command === undefined) continue
    const asked = await run(command, name === 'kustomize' ? ['version'] : ['version', '--client'], options)
    const version =
      name === 'kustomize'
        ? /v?(\d+)\.\d+\.\d+/.exec(asked.stdout)
        : /Kustomize Version: v?(\d+)\.\d+\.\d+/i.exec(asked.stdout)
    if (version === null || Number(version[1]) < 5) continue
    const text = version[0].replace(/^.*: /, '')
    return { command, args: name === 'kustomize' ? ['build'] : ['kustomize'], version: text }
  }
  return undefined
}
