/**
 * Lints the workflows of this repository and of its examples: actionlint for what GitHub would refuse, zizmor for what an
 * attacker would like. Both are installed once into `.cache`, at pinned versions, and neither asks the network about what it reads.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ACTIONLINT = 'github.com/rhysd/actionlint/cmd/actionlint@v1.7.12'
const ZIZMOR = 'zizmor==1.32.0'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const bin = join(root, '.cache', 'bin')
const actionlint = join(bin, 'actionlint')
const zizmorHome = join(root, '.cache', 'zizmor')
const zizmor = join(zizmorHome, 'bin', 'zizmor')

function run(command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): void {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } })
  if (status === 0) return
  process.stderr.write(`${command} failed${error === undefined ? '' : `: ${error.message}`}\n`)
  process.exit(1)
}

mkdirSync(bin, { recursive: true })
if (!existsSync(actionlint)) run('go', ['install', ACTIONLINT], { GOBIN: bin })
if (!existsSync(zizmor)) run('python3', ['-m', 'pip', 'install', '--quiet', '--target', zizmorHome, ZIZMOR])

const workflows = ['.github/workflows', 'examples/workflows'].flatMap((folder) =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.yml'))
    .map((name) => join(folder, name)),
)
run(actionlint, ['-color', ...workflows])
run(zizmor, ['--offline', '--no-progress', '--persona', 'pedantic', ...workflows, 'action.yml'])
