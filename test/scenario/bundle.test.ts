import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bundle, NODE, REPOSITORY } from './bundle.ts'

let dist = ''
const withMaps = mkdtempSync(join(tmpdir(), 'eso-vault-maps-'))
beforeAll(async () => {
  dist = await bundle()
})
afterAll(() => rmSync(withMaps, { recursive: true, force: true }))

const filesIn = (folder: string) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))

test('it is not larger than 2.5 MB: every job that uses it fetches it', () => {
  const bytes = filesIn(dist).reduce((sum, file) => sum + statSync(file).size, 0)
  expect(bytes).toBeGreaterThan(1_000_000)
  expect(bytes).toBeLessThanOrEqual(2_500_000)
})

test('no module stands in two of its files: people audit it, and it would be loaded twice', () => {
  const { status, stderr } = spawnSync(NODE, [join(REPOSITORY, 'scripts/build.ts'), withMaps, '--maps'])
  expect([status, String(stderr)]).toEqual([0, ''])
  const holders = new Map<string, string[]>()
  for (const file of filesIn(withMaps).filter((name) => name.endsWith('.map'))) {
    const { sources } = JSON.parse(readFileSync(file, 'utf8')) as { readonly sources: readonly string[] }
    for (const source of new Set(sources)) holders.set(source, [...(holders.get(source) ?? []), file])
  }
  expect(holders.size).toBeGreaterThan(500)
  expect([...holders].filter(([, files]) => files.length > 1)).toEqual([])
  // The maps are those of the files that are shipped.
  const code = (folder: string) =>
    filesIn(folder)
      .filter((file) => file.endsWith('.js'))
      .map((file) => readFileSync(file, 'utf8'))
      .sort()
  expect(code(withMaps)).toEqual(code(dist))
})

test('it holds the license of every package that it took something of', () => {
  const text = readFileSync(join(dist, 'licenses.txt'), 'utf8')
  for (const name of ['@actions/core', '@actions/github', 'js-yaml', 'node-vault', 're2js', 'undici'])
    expect(text).toMatch(new RegExp(`^${name}\\n\\S.* \\(text \\d+\\)\\n`, 'm'))
  expect(text).toMatch(/^Text \d+:\n\n[\s\S]*Permission is hereby granted, free of charge/m)
})

test('the trace of a bug names functions', () => {
  const broken = `data:text/javascript,${encodeURIComponent("Date.prototype.toISOString = () => { throw new TypeError('no clock') }")}`
  const run = spawnSync(NODE, ['--import', broken, join(dist, 'cli.js'), 'check', 'examples/soyo/as-fixed'], {
    cwd: REPOSITORY,
    encoding: 'utf8',
  })
  expect(run.status).toBe(70)
  expect(run.stdout + run.stderr).toMatch(/TypeError: no clock[\s\S]*at (?:async )?runMode\s+\(.*lib\/\w+/)
})
