import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bundle } from './bundle.ts'
import { startGitHub } from './fake-github.ts'
import { annotationsIn, createRunner, runTerminal, shown } from './run-program.ts'

const TOKEN = 'a-token-of-the-job'
const CANARY = 'hvs.CAESIcanaryThatNobodyMaySee0123456789'

let runner: Awaited<ReturnType<typeof createRunner>>
let github: Awaited<ReturnType<typeof startGitHub>>
let outside: string
beforeAll(async () => {
  await bundle()
  runner = await createRunner('as-found')
  github = await startGitHub()
  outside = await mkdtemp(join(tmpdir(), 'eso-vault-outside-'))
  await writeFile(join(outside, 'secrets.yml'), `version: 1\n${CANARY}: another-secret-value\nvault: { address: x }\n`)
})
afterAll(async () => {
  await github?.stop()
  await runner?.remove()
  await rm(outside, { recursive: true, force: true })
})

const main = (inputs: Readonly<Record<string, string>>, env: Readonly<Record<string, string>> = {}) => {
  github.comments.length = 0
  return runner.main({
    inputs: { comment: 'always', 'github-token': TOKEN, ...inputs },
    env: { GITHUB_API_URL: github.url, ...env },
  })
}
const config = (text: string) => writeFile(join(runner.workspace, 'config.yml'), text)

describe('a run that does not start', () => {
  test.each([
    ['an input that does not exist', { 'vault-adr': 'https://vault.example.com' }],
    ['an input that is wrong', { 'fail-on': 'eror' }],
    ['a config that is wrong', { config: 'config.yml' }],
    ['a path that does not exist', { paths: 'no/such/folder' }],
  ])('says so in summary, comment, outputs and report: %s', async (_, inputs) => {
    await config('version: 1\nrulez: {}\n')
    const ran = await main({ 'report-file': 'out/report.json', ...inputs })
    expect([ran.exitCode, ran.outputs.outcome, ran.outputs['report-file']]).toEqual([2, 'invalid', 'out/report.json'])
    expect(ran.summary).toContain('Not started')
    expect(github.comments.map(({ body }) => body).join()).toContain('Not started')
    expect(annotationsIn(ran.stdout).some(({ kind }) => kind === 'error')).toBe(true)
    expect(JSON.parse(await readFile(join(runner.workspace, 'out/report.json'), 'utf8'))).toMatchObject({
      outcome: 'invalid',
      problems: [expect.anything()],
    })
  })

  test('shows no token that stands in the config or in an input', async () => {
    await config(`version: 1\nvault: { address: "${CANARY}" }\nrules: { ${CANARY}: error }\n`)
    const ran = await main({ config: 'config.yml', 'vault-token': 'the token of this job', 'fail-on': CANARY })
    expect(ran.outputs.outcome).toBe('invalid')
    const everything = shown(ran.stdout) + ran.stderr + ran.summary + JSON.stringify([ran.outputs, github.comments])
    for (const part of [CANARY, 'canary', 'the token of this job']) expect(everything).not.toContain(part)
    const terminal = await runTerminal(['check', '--config', 'config.yml', '--fail-on', CANARY], runner.workspace)
    expect([terminal.exitCode, terminal.stdout + terminal.stderr]).toEqual([2, expect.not.stringContaining('canary')])
  })
})

describe('a config file by a symbolic link', () => {
  test.each(['.github/eso-vault.yml', 'config-link.yml'])('that leads out of the repository: %s', async (name) => {
    await mkdir(join(runner.workspace, '.github'), { recursive: true })
    await symlink(join(outside, 'secrets.yml'), join(runner.workspace, name))
    const ran = await main(name.startsWith('.') ? {} : { config: name })
    await rm(join(runner.workspace, name))
    expect([ran.exitCode, ran.outputs.outcome]).toEqual([2, 'invalid'])
    expect(annotationsIn(ran.stdout)[0]?.message).toContain('a symbolic link that leads out of the repository')
    const everything = ran.stdout + ran.stderr + ran.summary + JSON.stringify(github.comments)
    for (const secret of ['canary', 'another-secret-value']) expect(everything).not.toContain(secret)
  })

  test('that stays in it is followed', async () => {
    await config('version: 1\nrules: { policy-denies: "off" }\n')
    await symlink('config.yml', join(runner.workspace, 'inside.yml'))
    const ran = await main({ config: 'inside.yml' })
    expect(ran.outputs.outcome).toBe('findings')
    expect(ran.summary).not.toContain('policy-denies')
  })

  test('a policy file and a CA that the config names are no way out either', async () => {
    await symlink(join(outside, 'secrets.yml'), join(runner.workspace, 'policy.hcl'))
    for (const setup of ['policy: { name: a, generate: { file: policy.hcl } }', 'kubernetes: { ca: policy.hcl }']) {
      await config(`version: 1\nsetup: { ${setup} }\n`)
      const ran = await main({ config: 'config.yml', mode: 'plan' })
      expect(ran.outputs.outcome).toBe('invalid')
      expect(ran.stdout).toContain('a symbolic link that leads out of the repository')
      expect(ran.stdout + ran.stderr + ran.summary).not.toContain('another-secret-value')
    }
    await rm(join(runner.workspace, 'policy.hcl'))
  })
})

describe('a place that cannot be written', () => {
  test('a report file: the run is told everywhere else, and fails', async () => {
    await mkdir(join(runner.workspace, 'taken'), { recursive: true })
    const ran = await main({ 'report-file': 'taken', 'sarif-file': 'taken/x/report.sarif', 'fail-on': 'never' })
    expect([ran.exitCode, ran.outputs.outcome, ran.outputs['error-count']]).toEqual([2, 'invalid', '3'])
    expect(ran.summary).toContain('policy-denies')
    expect(github.comments).toHaveLength(1)
    expect(annotationsIn(ran.stdout).map(({ message }) => message)).toContain('This file cannot be written (EISDIR).')
  })

  test('findings fail the run as findings all the same', async () => {
    const ran = await main({ 'report-file': 'taken' })
    expect([ran.exitCode, ran.outputs.outcome]).toEqual([1, 'findings'])
  })

  test.each(['/no/such/folder/summary', '/proc/version'])('the summary: %s', async (file) => {
    const ran = await main({ 'fail-on': 'never' }, { GITHUB_STEP_SUMMARY: file })
    expect([ran.exitCode, ran.outputs.outcome, ran.outputs['error-count']]).toEqual([0, 'clean', '3'])
    expect(github.comments).toHaveLength(1)
    expect(annotationsIn(ran.stdout).map(({ message }) => message)).toContainEqual(
      expect.stringContaining('The job summary was not written'),
    )
  })

  test('a report file on a terminal: the report is printed', async () => {
    const ran = await runTerminal(['check', '--report-file', 'taken', '--fail-on', 'never'], runner.workspace)
    expect([ran.exitCode, ran.stderr]).toEqual([2, 'taken: This file cannot be written (EISDIR).\n'])
    expect(ran.stdout).toContain('policy-denies')
  })
})
