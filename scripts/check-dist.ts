/** Fails when the committed `dist/` is not what the sources build: a stale bundle would run code that nobody reviewed. */
import { spawnSync } from 'node:child_process'

const status = spawnSync('git', ['status', '--porcelain', '--', 'dist'], { encoding: 'utf8' })
if (status.status !== 0) {
  process.stderr.write(`git status failed: ${status.stderr}`)
  process.exit(1)
}
if (status.stdout.trim() !== '') {
  process.stderr.write(`dist/ is stale: run \`npm run build\` and commit what changes.\n${status.stdout}`)
  process.exit(1)
}
process.stdout.write('dist/ is what the sources build.\n')
