/**
 * `node scripts/release/pack.ts FOLDER`: packs what a release gives away, and prints the file's name. The bundle holds all that it runs
 * on, so the package names no dependency: nobody who installs it downloads anything else.
 */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../', import.meta.url))
const [folder] = process.argv.slice(2)
if (folder === undefined) {
  process.stderr.write('usage: node scripts/release/pack.ts FOLDER\n')
  process.exit(2)
}
const {
  scripts,
  dependencies,
  devDependencies,
  private: _,
  ...declared
} = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Readonly<Record<string, unknown>> & {
  readonly files: readonly string[]
}
const staging = mkdtempSync(join(tmpdir(), 'eso-vault-package-'))
try {
  for (const name of ['README.md', 'LICENSE', 'CHANGELOG.md', 'dist', 'docs'])
    cpSync(join(root, name), join(staging, name), { recursive: true })
  writeFileSync(join(staging, 'package.json'), `${JSON.stringify(declared, null, 2)}\n`)
  const said = execFileSync('npm', ['pack', '--silent', '--pack-destination', resolve(folder)], {
    cwd: staging,
    encoding: 'utf8',
  })
  process.stdout.write(said)
} finally {
  rmSync(staging, { recursive: true, force: true })
}
