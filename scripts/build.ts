/**
 * Builds `dist/`: tsc writes plain JavaScript, ncc bundles it into one program with lazy chunks, and three entry files of two
 * lines each call into it. One bundle serves the Action, its post step and the terminal, so there is one file to audit.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const bin = (name: string) => join(root, 'node_modules', '.bin', name)

function run(command: string, args: readonly string[]): void {
  const result = spawnSync(command, args, { cwd: root, stdio: 'inherit' })
  if (result.status !== 0) {
    process.stderr.write(`${command} ${args.join(' ')} failed\n`)
    rmSync(build, { recursive: true, force: true })
    process.exit(result.status ?? 1)
  }
}

const dist = resolve(root, process.argv[2] ?? 'dist')
// A folder for each target, so that a test's build and a person's do not meet; always the same for one target, because ncc names
// chunks by path; and in the repository, because ncc looks for node_modules above its entry.
const build = join(root, 'build', basename(dist))
const bundle = join(build, 'bundle')

rmSync(build, { recursive: true, force: true })
run(bin('tsc'), ['-p', 'tsconfig.build.json', '--outDir', build])
// ncc decides between ESM and CommonJS by the package.json nearest to its entry.
writeFileSync(join(build, 'package.json'), '{ "type": "module" }\n')
run(bin('ncc'), ['build', join(build, 'program.js'), '-o', bundle, '--license', 'licenses.txt', '--quiet'])

rmSync(dist, { recursive: true, force: true })
mkdirSync(dist, { recursive: true })
for (const name of readdirSync(bundle)) cpSync(join(bundle, name), join(dist, name), { recursive: true })
const entries: Readonly<Record<string, string>> = { main: 'action', post: 'post', cli: 'terminal' }
for (const [file, call] of Object.entries(entries)) {
  const shebang = file === 'cli' ? '#!/usr/bin/env node\n' : ''
  writeFileSync(join(dist, `${file}.js`), `${shebang}import { ${call} } from './index.js'\nawait ${call}()\n`, {
    mode: 0o755,
  })
}
rmSync(build, { recursive: true, force: true })
if (!existsSync(join(dist, 'index.js'))) {
  process.stderr.write('the bundle has no index.js\n')
  process.exit(1)
}
