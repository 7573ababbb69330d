import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bundle } from './bundle.ts'
import { annotationsIn, createRunner } from './run-program.ts'

let runner: Awaited<ReturnType<typeof createRunner>>
beforeAll(async () => {
  await bundle()
  runner = await createRunner('as-fixed')
})
afterAll(() => runner?.remove())

describe('a server that cannot be reached', () => {
  // Port 9 of the own machine: nobody listens, and the answer comes at once.
  const inputs = { 'vault-addr': 'http://127.0.0.1:9', 'vault-token': 'a-token-of-no-server' }

  test('makes the run incomplete; what Git can tell is checked all the same', async () => {
    const { exitCode, stdout, outputs, summary } = await runner.main({ inputs })
    expect([exitCode === 0, outputs.outcome, outputs.references]).toEqual([false, 'incomplete', '3'])
    expect(stdout).toContain('127.0.0.1:9')
    expect(annotationsIn(stdout).at(-1)?.message).toContain('Not finished')
    expect(summary).toContain('could not')
    expect(stdout + summary).not.toContain('a-token-of-no-server')
  })

  test('passes with on-incomplete: warn, the outcome still says incomplete', async () => {
    const { exitCode, outputs } = await runner.main({ inputs: { ...inputs, 'on-incomplete': 'warn' } })
    expect([exitCode, outputs.outcome]).toEqual([0, 'incomplete'])
  })
})

describe('what is wrong with the inputs', () => {
  const outcomeOf = async (inputs: Readonly<Record<string, string>>, env: Readonly<Record<string, string>> = {}) => {
    const { exitCode, stdout, outputs } = await runner.main({ inputs, env })
    return { exitCode, outcome: outputs.outcome, annotations: annotationsIn(stdout) }
  }

  test('is said at the line of the config file', async () => {
    await writeFile(
      join(runner.workspace, 'eso-vault.yml'),
      'version: 1\nvault:\n  adress: https://vault.example.com\n',
    )
    const { exitCode, outcome, annotations } = await outcomeOf({ config: 'eso-vault.yml' })
    expect([exitCode, outcome]).toEqual([2, 'invalid'])
    expect(annotations).toMatchObject([{ kind: 'error', place: 'eso-vault.yml:3' }])
    expect(annotations[0]?.message).toContain('address')
  })

  test.each([
    ['an unknown input, with the one that was meant', { 'vault-adr': 'https://vault.example.com' }, 'vault-addr'],
    ['a value out of the choices', { 'fail-on': 'eror' }, 'error'],
    ['a mode that does not exist', { mode: 'chek' }, 'check'],
    ['a path that does not exist', { paths: 'no/such/folder' }, 'no/such/folder'],
  ])('%s', async (_, inputs, says) => {
    const { exitCode, outcome, annotations } = await outcomeOf(inputs as unknown as Record<string, string>)
    expect([exitCode === 0, outcome]).toEqual([false, 'invalid'])
    expect(annotations.map(({ message }) => message).join('\n')).toContain(says)
  })
})
