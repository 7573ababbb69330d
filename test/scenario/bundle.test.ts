import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { bundle } from './bundle.ts'

let dist = ''
beforeAll(async () => {
  dist = await bundle()
})

test('no module of ours stands in two chunks of the bundle: people audit it, and it would be loaded twice', () => {
  const holders = new Map<string, string[]>()
  for (const file of readdirSync(dist).filter((name) => /index\.js$/.test(name))) {
    const names = readFileSync(join(dist, file), 'utf8').matchAll(/;\/\/ CONCATENATED MODULE: (\S+)/g)
    for (const name of new Set([...names].map((match) => match[1] as string))) {
      if (!/node_modules/.test(name)) holders.set(name, [...(holders.get(name) ?? []), file])
    }
  }
  expect(holders.size).toBeGreaterThan(300)
  expect([...holders].filter(([, files]) => files.length > 1)).toEqual([])
})
