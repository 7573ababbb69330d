import { accessSync, constants, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { load } from 'js-yaml'
import { expect, test } from 'vitest'
import { COMMANDS } from '../../src/settings/arguments.ts'

const root = join(import.meta.dirname, '../..')

test('the pre-commit hook runs the committed bundle with a command that exists, on the whole repository', () => {
  const hooks = load(readFileSync(join(root, '.pre-commit-hooks.yaml'), 'utf8')) as {
    readonly id: string
    readonly entry: string
    readonly language: string
    readonly pass_filenames: boolean
    readonly files: string
  }[]
  expect(hooks).toHaveLength(1)
  const [hook] = hooks
  const [file = '', command = ''] = hook?.entry.split(' ') ?? []
  accessSync(join(root, file), constants.X_OK)
  expect(Object.keys(COMMANDS)).toContain(command)
  expect(hook).toMatchObject({ language: 'script', pass_filenames: false })
  for (const name of ['a.yaml', 'b/eso.hcl', 'setup.sh']) expect(name).toMatch(new RegExp(hook?.files ?? '^$'))
})
