import { existsSync } from 'node:fs'
import path from 'node:path'
import type { Run } from './kustomize-binary.ts'

/** The helm that renders charts. */
export interface HelmBinary {
  readonly command: string
  /** As it says itself: `v3.22.0`. */
  readonly version: string
}

export interface HelmSearch {
  readonly binary: HelmBinary | undefined
  /** A program that was found and cannot be used, as a sentence. */
  readonly unusable: readonly string[]
}

/** The oldest that can be told not to look at schemas, which may name an address (helm.md §4.6). */
const OLDEST = [3, 16] as const

/** Looks for `helm` (3.16 or later, or 4) in the folders of `PATH`. Nothing is ever downloaded. */
export async function searchHelm(
  run: Run,
  searchPath: string,
  exists: (file: string) => boolean = existsSync,
): Promise<HelmSearch> {
  const command = searchPath
    .split(path.delimiter)
    .filter((folder) => path.isAbsolute(folder))
    .map((folder) => path.join(folder, 'helm'))
    .find(exists)
  if (command === undefined) return { binary: undefined, unusable: [] }
  const asked = await run(command, ['version', '--short'], {
    cwd: '/',
    timeout: 20_000,
    maxBuffer: 1024 * 1024,
    env: { HOME: '/nonexistent', PATH: '' },
  })
  // A build by `go install` says no patch: `v3.22`.
  const [version, major, minor] = /v(\d+)\.(\d+)(?:\.\d+)?/.exec(asked.stdout) ?? []
  if (version === undefined) return { binary: undefined, unusable: [`helm (${command}) does not say its version`] }
  const isOld = Number(major) < OLDEST[0] || (Number(major) === OLDEST[0] && Number(minor) < OLDEST[1])
  return isOld
    ? {
        binary: undefined,
        unusable: [`helm (${command}) is ${version}, and ${OLDEST.join('.')}.0 is the oldest that is used`],
      }
    : { binary: { command, version }, unusable: [] }
}
