import { existsSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const repository = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../..')

/**
 * The folder of the helm that the tests run: in `.cache/bin`, on PATH or where Go installs programs. Where there is none the tests
 * that need the real one are skipped, loudly (a stand-in still shows what helm is asked); with REQUIRE_HELM=1 that is a failure.
 */
export function helmForTests(): string | undefined {
  const folders = [
    path.join(repository, '.cache', 'bin'),
    ...(process.env.PATH ?? '').split(path.delimiter),
    ...(process.env.HOME === undefined ? [] : [path.join(process.env.HOME, 'go', 'bin')]),
  ]
  const found = folders.find((folder) => path.isAbsolute(folder) && existsSync(path.join(folder, 'helm')))
  if (found !== undefined) return found
  const how = 'go install helm.sh/helm/v3/cmd/helm@latest'
  if (process.env.REQUIRE_HELM === '1') throw new Error(`REQUIRE_HELM=1, but there is no helm: ${how}`)
  process.stderr.write(
    '\n*** SKIPPED: there is no helm here, so charts are tested with a stand-in only. ***\n' +
      `*** ${how}, or set REQUIRE_HELM=1 to make this a failure. ***\n\n`,
  )
  return undefined
}
