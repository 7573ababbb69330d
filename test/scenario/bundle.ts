import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { lock } from '../../scripts/lock.ts'

export const REPOSITORY = fileURLToPath(new URL('../../', import.meta.url))
const CACHE = join(REPOSITORY, '.cache', 'bundle')
const KEPT_MS = 24 * 3_600_000
/** The Node that the runner brings (`using: node24`), which the dependency `node` installs. */
export const NODE = join(REPOSITORY, 'node_modules', '.bin', 'node')

let built: Promise<string> | undefined

/**
 * Folder of the built program: what `dist/` is after `npm run build`, built from the sources as they are now and kept by their
 * hash, so that no test passes on a bundle of yesterday and none overwrites the committed one.
 */
export function bundle(): Promise<string> {
  built ??= build()
  return built
}

async function build(): Promise<string> {
  await mkdir(CACHE, { recursive: true })
  const unlock = await lock(join(CACHE, 'lock'))
  try {
    const name = sourceHash()
    const folder = join(CACHE, name)
    if (existsSync(folder)) return folder
    const staging = join(CACHE, `staging-${name}`)
    await run(NODE, [join(REPOSITORY, 'scripts', 'build.ts'), staging])
    for (const old of await readdir(CACHE)) {
      const path = join(CACHE, old)
      // One that another working tree built lately may be in use.
      if (/^[0-9a-f]{16}$/.test(old) && (await stat(path)).mtimeMs < Date.now() - KEPT_MS)
        await rm(path, { recursive: true, force: true })
    }
    await rename(staging, folder)
    return folder
  } finally {
    await unlock()
  }
}

function sourceHash(): string {
  const hash = createHash('sha256')
  const files = readdirSync(join(REPOSITORY, 'src'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
  for (const file of [...files, join(REPOSITORY, 'package-lock.json'), join(REPOSITORY, 'scripts', 'build.ts')]) {
    hash.update(file.slice(REPOSITORY.length)).update('\0').update(readFileSync(file)).update('\0')
  }
  return hash.digest('hex').slice(0, 16)
}

function run(command: string, args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: REPOSITORY })
    let said = ''
    child.stdout.on('data', (chunk) => (said += String(chunk)))
    child.stderr.on('data', (chunk) => (said += String(chunk)))
    child.once('error', reject)
    child.once('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`the build failed with code ${code}:\n${said.slice(-3000)}`)),
    )
  })
}
