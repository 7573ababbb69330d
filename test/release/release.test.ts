import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { changesOf } from '../../scripts/release/changes-of.ts'
import { pinned } from '../../scripts/release/pinned.ts'
import { VERSION } from '../../src/model/version.ts'

const root = join(import.meta.dirname, '../..')
const read = (file: string) => readFileSync(join(root, file), 'utf8')

describe('the notes of a release', () => {
  const changelog =
    '# Changelog\n\n## Unreleased\n\n- later\n\n## 1.2.0 (2026-01-02)\n\n- new\n\n### Fixed\n\n- old\n\n## [1.1.0]\n\n## 1.0.0\n\n- first\n'
  test.each([
    ['1.2.0', '- new\n\n### Fixed\n\n- old'],
    ['1.0.0', '- first'],
    ['1.1.0', undefined],
    ['1.2', undefined],
    ['', undefined],
  ])('%s', (version, expected) => {
    expect(changesOf(changelog, version)).toBe(expected)
  })

  test('the version of the package is the one that the program prints', () => {
    expect(JSON.parse(read('package.json')).version).toBe(VERSION)
    expect(JSON.parse(read('package-lock.json')).version).toBe(VERSION)
  })
})

describe('the pin of a release', () => {
  const release = { repository: 'someone/eso-vault-action', sha: 'a'.repeat(40), version: '1.2.3' }
  const line = `uses: someone/eso-vault-action@${'a'.repeat(40)} # v1.2.3`

  test.each([
    'uses: OWNER/eso-vault-action@COMMIT_SHA # pin the commit of a release',
    'uses: OWNER/eso-vault-action@COMMIT_SHA',
    `uses: webgrip/eso-vault-action@${'0'.repeat(40)} # vX.Y.Z`,
    line,
  ])('takes the place of %s', (before) => {
    expect(pinned(`      - ${before}\n        with:\n`, release)).toBe(`      - ${line}\n        with:\n`)
  })

  test.each([
    'https://github.com/OWNER/eso-vault-action/releases/download/vX.Y.Z/eso-vault-X.Y.Z.tgz',
    'https://github.com/someone/eso-vault-action/releases/download/v0.9.0/eso-vault-0.9.0.tgz',
  ])('takes the place of the package %s', (before) => {
    expect(pinned(`npx ${before} check`, release)).toBe(
      'npx https://github.com/someone/eso-vault-action/releases/download/v1.2.3/eso-vault-1.2.3.tgz check',
    )
  })

  test('leaves the pins of other actions', () => {
    const other = `      - uses: actions/checkout@${'b'.repeat(40)} # v6.0.2\n`
    expect(pinned(other, release)).toBe(other)
  })

  test('leaves no placeholder in what a user copies', () => {
    for (const file of ['README.md', 'examples/workflows/pull-request.yml']) {
      const text = read(file)
      expect(text).toMatch(/eso-vault-action@/)
      expect(pinned(text, release)).not.toMatch(/COMMIT_SHA|OWNER\/|@0{40}|X\.Y\.Z/)
    }
  })
})
