import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { actionFile, inputsPage, rulesIndex } from './made-lists.ts'

const root = join(import.meta.dirname, '../..')

// `npx vitest run test/docs -u` writes all of these anew.
test.each([
  ['docs/inputs.md', inputsPage],
  ['docs/rules/README.md', rulesIndex],
  ['action.yml', actionFile],
])('%s is what the code says', async (file, made) => {
  const path = join(root, file)
  await expect(made(file === 'docs/inputs.md' ? '' : readFileSync(path, 'utf8'))).toMatchFileSnapshot(path)
})
