/**
 * `node scripts/release/notes.ts VERSION`: prints the part of CHANGELOG.md that tells what a version changes. Fails when
 * package.json is of another version, or when the changelog does not tell this one: a release says what it is.
 */
import { readFileSync } from 'node:fs'
import { changesOf } from './changes-of.ts'

const [version = ''] = process.argv.slice(2)
const read = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8')
const declared = (JSON.parse(read('package.json')) as { readonly version: string }).version
const notes = changesOf(read('CHANGELOG.md'), version)

if (declared !== version) fail(`package.json says version ${declared}, and the release is to be ${version}.`)
else if (notes === undefined) fail(`CHANGELOG.md has no heading "## ${version}" with something below it.`)
else process.stdout.write(`${notes}\n`)

function fail(message: string): void {
  process.stderr.write(`${message}\n`)
  process.exitCode = 1
}
