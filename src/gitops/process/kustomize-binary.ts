import { existsSync } from 'node:fs'
import path from 'node:path'

export interface RunOptions {
  readonly cwd: string
  /** Milliseconds. */
  readonly timeout: number
  /** Seconds of processor time; many times what the largest root seen takes when left out. */
  readonly processorSeconds?: number
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

export interface KustomizeSearch {
  readonly binary: KustomizeBinary | undefined
  /** Programs that were found and cannot be used, a sentence each. */
  readonly unusable: readonly string[]
}

/**
 * Looks for `kustomize` (5.x), then for `kubectl`, in the folders of `PATH`. Nothing is ever downloaded (platform.md §3.3). One that is
 * too old does not know origin annotations and the fields of today; it is not used, and that is said.
 */
export async function searchKustomize(
  run: Run,
  searchPath: string,
  exists: (file: string) => boolean = existsSync,
): Promise<KustomizeSearch> {
  const folders = searchPath.split(path.delimiter).filter((folder) => path.isAbsolute(folder))
  const options: RunOptions = { cwd: '/', timeout: 20_000, maxBuffer: 1024 * 1024, env: NO_ENVIRONMENT }
  const unusable: string[] = []
  for (const name of ['kustomize', 'kubectl'] as const) {
    const command = folders.map((folder) => path.join(folder, name)).find(exists)
    if (command === undefined) continue
    const asked = await run(command, name === 'kustomize' ? ['version'] : ['version', '--client'], options)
    const version =
      name === 'kustomize'
        ? /v?(\d+)\.\d+\.\d+/.exec(asked.stdout)
        : /Kustomize Version: v?(\d+)\.\d+\.\d+/i.exec(asked.stdout)
    const text = version?.[0].replace(/^.*: /, '')
    if (text !== undefined && Number(version?.[1]) >= 5)
      return { binary: { command, args: name === 'kustomize' ? ['build'] : ['kustomize'], version: text }, unusable }
    const what = name === 'kustomize' ? 'kustomize' : 'the kustomize of kubectl'
    unusable.push(
      text === undefined
        ? `${what} (${command}) does not say its version`
        : `${what} (${command}) is ${text.startsWith('v') ? text : `v${text}`}, and 5.0.0 is the oldest that is used`,
    )
  }
  return { binary: undefined, unusable }
}
