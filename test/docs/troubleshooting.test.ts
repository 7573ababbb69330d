import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '../..')
const page = readFileSync(join(root, 'docs/troubleshooting.md'), 'utf8')
const sources = globSync('src/**/*.ts', { cwd: root }).map((file) => readFileSync(join(root, file), 'utf8'))
const messages = [...page.matchAll(/^\| `((?:\\`|[^`])+)` \|/gm)].map((match) => match[1] as string)

test('there are messages to look for', () => {
  expect(messages.length).toBeGreaterThan(15)
})

// A message that changed is one that nobody finds on the page.
test.each(messages)('the program says: %s', (message) => {
  const forms = [message, message.replaceAll("'", "\\'"), message.replaceAll('\\`', '`')]
  expect(forms.some((form) => sources.some((source) => source.includes(form)))).toBe(true)
})

test.each([...page.matchAll(/\]\(([^)]+)\)/g)].map((match) => match[1] as string))('leads somewhere: %s', (path) => {
  expect(() => readFileSync(join(root, 'docs', path))).not.toThrow()
})
