import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

const FOLDER = process.env.CORPUS ?? ''
const REQUIRED = process.env.REQUIRE_CORPUS === '1'

/**
 * Real repositories, which are not part of this one: `CORPUS` names the folder that holds them as `NAME.tar.gz`. Where it is not set
 * the tests are skipped, loudly; with REQUIRE_CORPUS=1 that is a failure.
 */
export function corpusFor(names: readonly string[]): string | undefined {
  const missing = names.filter((name) => !existsSync(path.join(FOLDER, `${name}.tar.gz`)))
  if (FOLDER !== '' && missing.length === 0) return FOLDER
  const why = FOLDER === '' ? 'CORPUS is not set' : `${FOLDER} lacks ${missing.join(', ')}`
  if (REQUIRED) throw new Error(`REQUIRE_CORPUS=1, but ${why}.`)
  process.stderr.write(
    `\n*** SKIPPED: ${why}, so rendering is not held to real repositories. ***\n` +
      '*** CORPUS=FOLDER names the folder of the archives; REQUIRE_CORPUS=1 makes this a failure. ***\n\n',
  )
  return undefined
}

/** Unpacks one archive for the time of `work`; with the facts of its cluster where a `NAME.setup.sh` holds them. */
export async function withArchive<Result>(
  corpus: string,
  name: string,
  work: (folder: string) => Promise<Result>,
): Promise<Result> {
  const temporary = mkdtempSync(path.join(tmpdir(), 'eso-vault-corpus-'))
  try {
    execFileSync('tar', ['xzf', path.join(corpus, `${name}.tar.gz`), '-C', temporary])
    const folder = path.join(temporary, name)
    const setup = path.join(corpus, `${name}.setup.sh`)
    if (existsSync(setup)) writeFileSync(path.join(folder, 'setup.sh'), execFileSync('cat', [setup]))
    return await work(folder)
  } finally {
    execFileSync('chmod', ['-R', 'u+w', temporary])
    rmSync(temporary, { recursive: true, force: true })
  }
}
