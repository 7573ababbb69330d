import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { VERSION } from '../../src/model/version.ts'
import { NODE } from '../scenario/bundle.ts'

const root = join(import.meta.dirname, '../..')
const folder = mkdtempSync(join(tmpdir(), 'pack-'))
const tarball = join(folder, `eso-vault-${VERSION}.tgz`)
/** npm with nothing in its cache and no network to ask. */
const npm = (...args: string[]) =>
  execFileSync('npm', [...args, '--offline', '--no-audit', '--no-fund', '--cache', join(folder, 'cache')], {
    cwd: join(folder, 'empty'),
    encoding: 'utf8',
  })
beforeAll(() => {
  execFileSync(NODE, ['scripts/release/pack.ts', folder], { cwd: root })
  execFileSync('mkdir', [join(folder, 'empty')])
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('the package is what it says, and downloads nothing', () => {
  npm('install', tarball)
  expect(readdirSync(join(folder, 'empty/node_modules')).sort()).toEqual(['.bin', '.package-lock.json', 'eso-vault'])
  const place = join(folder, 'empty/node_modules/eso-vault')
  expect(readdirSync(place).sort()).toEqual(['CHANGELOG.md', 'LICENSE', 'README.md', 'dist', 'docs', 'package.json'])
  // What README leads to, as far as it is for users.
  const readme = readFileSync(join(place, 'README.md'), 'utf8')
  for (const [, path = ''] of readme.matchAll(/\]\((docs\/(?!adr|spec)[^)#]+)/g))
    expect(existsSync(join(place, path)), path).toBe(true)
}, 60_000)

test('`npx FILE` runs it in an empty folder', () => {
  expect(npm('exec', '--yes', '--package', tarball, '--', 'eso-vault', '--version')).toContain(VERSION)
}, 60_000)
