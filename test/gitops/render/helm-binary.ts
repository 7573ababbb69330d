import { existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, test } from 'vitest'
import { type HelmBinary, searchHelm } from '../../../src/gitops/process/helm-binary.ts'
import { runProcess } from '../../../src/gitops/process/run-process.ts'

const repository = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../..')
const HOW = 'go install helm.sh/helm/v3/cmd/helm@v3.22.0 (as helm3), helm.sh/helm/v4/cmd/helm@v4.3.1 (as helm4)'

/** A helm that the tests run, in a folder of its own: `helm` is what programs look for. */
export interface TestHelm {
  /** `helm3` or `helm4`; `helm` where there is only one. */
  readonly name: string
  readonly folder: string
  readonly binary: HelmBinary
}

/**
 * The helms that the tests run: helm 3 and helm 4 of `.cache/bin`, else the one on PATH or where Go installs programs. Where one lacks the
 * tests that need it are skipped, loudly; with REQUIRE_HELM=1 that is a failure. Called where a file begins: without any helm it stands in for
 * the tests that are not there then, because a file without a test fails.
 */
export async function helmsForTests(): Promise<readonly TestHelm[]> {
  const found: TestHelm[] = []
  const cache = path.join(repository, '.cache', 'bin')
  for (const name of ['helm3', 'helm4']) {
    const command = path.join(cache, name)
    if (existsSync(command)) found.push(await inFolder(name, command))
  }
  if (found.length === 2) return found
  if (process.env.REQUIRE_HELM === '1')
    throw new Error(`REQUIRE_HELM=1, but helm 3 and helm 4 are not both there: ${HOW}`)
  const folders = [
    ...(process.env.PATH ?? '').split(path.delimiter),
    ...(process.env.HOME === undefined ? [] : [path.join(process.env.HOME, 'go', 'bin')]),
  ]
  const other = folders
    .map((folder) => path.join(folder, 'helm'))
    .find((file) => path.isAbsolute(file) && existsSync(file))
  if (found.length === 0 && other !== undefined) found.push(await inFolder('helm', other))
  if (found.length === 0) test.skip('needs a helm', () => {})
  const lacks =
    found.length === 0
      ? 'there is no helm here, so nothing of charts is tested'
      : `there is only one helm here (${found.map(({ name, binary }) => `${name} ${binary.version}`).join()}), so charts are not tested with 3 and 4`
  process.stderr.write(
    `\n*** SKIPPED: ${lacks}. ***\n` + `*** ${HOW}, or set REQUIRE_HELM=1 to make this a failure. ***\n\n`,
  )
  return found
}

/** The folder of one of them. */
export async function helmForTests(): Promise<string | undefined> {
  return (await helmsForTests()).at(-1)?.folder
}

const made: string[] = []
afterAll(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true })
})

async function inFolder(name: string, command: string): Promise<TestHelm> {
  const folder = mkdtempSync(path.join(tmpdir(), 'eso-vault-helm-'))
  made.push(folder)
  symlinkSync(command, path.join(folder, 'helm'))
  const { binary, unusable } = await searchHelm(runProcess, folder)
  if (binary === undefined) throw new Error(unusable[0] ?? `${command} is no helm`)
  return { name, folder, binary }
}
