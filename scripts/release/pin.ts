/**
 * `node scripts/release/pin.ts OWNER/NAME SHA VERSION`: writes the commit of a release into README, docs and examples, in place of
 * the placeholders or of the release before.
 */
import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { pinned } from './pinned.ts'

const [repository = '', sha = '', version = ''] = process.argv.slice(2)
if (!/^[\w.-]+\/[\w.-]+$/.test(repository) || !/^[0-9a-f]{40}$/.test(sha) || !/^\d+\.\d+\.\d+$/.test(version)) {
  process.stderr.write('usage: node scripts/release/pin.ts OWNER/NAME SHA VERSION\n')
  process.exit(2)
}
const root = new URL('../../', import.meta.url)
for (const file of globSync(['README.md', 'docs/*.md', 'examples/**/*.{yml,yaml,md}'], { cwd: root })) {
  const path = new URL(file, root)
  const before = readFileSync(path, 'utf8')
  const after = pinned(before, { repository, sha, version })
  if (after === before) continue
  writeFileSync(path, after)
  process.stdout.write(`${file}\n`)
}
