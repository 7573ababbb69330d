import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { VERSION } from '../../src/model/version.ts'

const root = join(import.meta.dirname, '../..')
const folder = mkdtempSync(join(tmpdir(), 'pack-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('the package gives a working `npx eso-vault`, with nothing else installed', () => {
  execFileSync('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', folder], { cwd: root })
  const [tarball = ''] = readdirSync(folder)
  expect(tarball).toBe(`eso-vault-${VERSION}.tgz`)
  // As npm lays it out, without asking a registry for the dependencies: the bundle has them in it.
  const modules = join(folder, 'node_modules')
  mkdirSync(join(modules, '.bin'), { recursive: true })
  execFileSync('tar', ['xzf', join(folder, tarball), '-C', modules])
  execFileSync('mv', [join(modules, 'package'), join(modules, 'eso-vault')])
  symlinkSync('../eso-vault/dist/cli.js', join(modules, '.bin', 'eso-vault'))
  writeFileSync(join(folder, 'package.json'), '{}')

  const printed = execFileSync('npx', ['--no-install', 'eso-vault', '--version'], { cwd: folder, encoding: 'utf8' })
  expect(printed).toContain(VERSION)
  expect(readdirSync(join(modules, 'eso-vault')).sort()).toEqual(
    ['CHANGELOG.md', 'LICENSE', 'README.md', 'dist', 'docs', 'package.json'].sort(),
  )
}, 60_000)
