import { mkdir, mkdtemp, open, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { VERSION } from '../../src/model/version.ts'
import { bundle, REPOSITORY } from './bundle.ts'
import { runTerminal } from './run-program.ts'

let home: string
beforeAll(async () => {
  await bundle()
  home = await mkdtemp(join(tmpdir(), 'eso-vault-terminal-'))
})
afterAll(() => rm(home, { recursive: true, force: true }))

let folders = 0
/** A repository of its own: one reference to a store that is there and a policy that allows it, and `files` beside them. */
async function repository(files: Readonly<Record<string, string>> = {}): Promise<string> {
  folders += 1
  const folder = join(home, `r${folders}`)
  const all = { 'store.yaml': STORE, 'secret.yaml': SECRET, 'policies/external-secrets.hcl': POLICY, ...files }
  for (const [name, text] of Object.entries(all)) {
    await mkdir(join(folder, name, '..'), { recursive: true })
    await writeFile(join(folder, name), text)
  }
  return folder
}

const STORE = `apiVersion: external-secrets.io/v1
kind: ClusterSecretStore
metadata: { name: vault }
spec:
  provider:
    vault:
      server: https://vault.example.com
      path: kv
      version: v2
      auth: { tokenSecretRef: { name: token, namespace: default, key: token } }
`
const SECRET = `apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: { name: app, namespace: app }
spec:
  secretStoreRef: { kind: ClusterSecretStore, name: vault }
  dataFrom:
    - extract: { key: app/config }
`
const POLICY = 'path "kv/data/app/*" { capabilities = ["read"] }\n'

const json = async (folder: string, args: readonly string[] = []) => {
  const ran = await runTerminal(['check', '--format', 'json', ...args], folder)
  return { ...ran, report: ran.stdout === '' ? undefined : JSON.parse(ran.stdout) }
}

describe('the terminal', () => {
  test('tells its version and how it is used', async () => {
    expect(await runTerminal(['--version'], home)).toEqual({
      exitCode: 0,
      stdout: `eso-vault ${VERSION}\n`,
      stderr: '',
    })
    const help = await runTerminal(['--help'], home)
    expect(help.exitCode).toBe(0)
    expect(help.stdout).toMatch(/^Usage: eso-vault /)
    for (const line of help.stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(100)
  })

  test.each([
    ['text', /3 problems break all 3 references/],
    ['json', /"version": 1/],
    ['sarif', /"version": "2.1.0"/],
    ['markdown', /^<!-- eso-vault check -->\n## /],
  ])('prints %s, and ends with code 1 for findings', async (format, says) => {
    const { exitCode, stdout, stderr } = await runTerminal(
      ['check', 'examples/soyo/as-found', '--format', format],
      REPOSITORY,
    )
    expect([exitCode, stderr]).toEqual([1, ''])
    expect(stdout).toMatch(says)
    expect(stdout).not.toContain('\u001b')
  })

  test.each([
    ['an unknown command', ['chek'], 'check'],
    ['an unknown option', ['check', '--fail-onn', 'error'], '--fail-on'],
    ['a path that does not exist', ['check', 'no/such/folder'], 'no/such/folder'],
  ])('%s ends with code 2 and names it', async (_, args, says) => {
    const { exitCode, stdout, stderr } = await runTerminal(args, await repository())
    expect(exitCode).toBe(2)
    expect(stdout + stderr).toContain(says)
    expect(stdout + stderr).not.toContain('    at ')
  })

  test('a typo in the config ends with code 2 at its file and line', async () => {
    const folder = await repository({ '.github/eso-vault.yml': 'version: 1\nrules:\n  secret-absnt: warning\n' })
    const { exitCode, stderr } = await runTerminal(['check'], folder)
    expect(exitCode).toBe(2)
    expect(stderr).toContain('.github/eso-vault.yml:3')
    expect(stderr).toContain('secret-absent')
  })

  test('a server that cannot be reached ends with code 3', async () => {
    const env = { VAULT_ADDR: 'http://127.0.0.1:9', VAULT_TOKEN: 'a-token-of-no-server' }
    const { exitCode, stdout, stderr } = await runTerminal(['check'], await repository(), env)
    expect(exitCode).toBe(3)
    expect(stdout).toContain('127.0.0.1:9')
    expect(stdout + stderr).not.toContain('a-token-of-no-server')
  })
})

describe('bad input: nothing is lost of the rest', () => {
  test('an empty repository', async () => {
    const folder = join(home, 'empty')
    await mkdir(folder)
    const { exitCode, report } = await json(folder)
    expect([exitCode, report.outcome, report.references]).toEqual([0, 'clean', []])
  })

  test('a folder with the name of a manifest', async () => {
    const folder = await repository()
    await mkdir(join(folder, 'folder.yaml'))
    const { exitCode, report } = await json(folder)
    expect([exitCode, report.references.length]).toEqual([0, 1])
  })

  test('symbolic links: a loop, and one that leads out of the repository', async () => {
    const folder = await repository()
    await symlink('.', join(folder, 'loop'))
    await symlink('b', join(folder, 'a'))
    await symlink('a', join(folder, 'b'))
    await writeFile(join(home, 'outside.yaml'), SECRET.replace('app/config', 'outside/of/everything'))
    await symlink('../outside.yaml', join(folder, 'outside.yaml'))
    const { exitCode, stdout, report } = await json(folder)
    expect([exitCode, report.references.length]).toEqual([0, 1])
    expect(stdout).not.toContain('outside/of/everything')
  })

  test('a sparse YAML of 100 MB is left out, and said to be', async () => {
    const folder = await repository()
    const file = await open(join(folder, 'huge.yaml'), 'w')
    await file.truncate(100 * 1024 * 1024)
    await file.close()
    const { exitCode, report } = await json(folder)
    expect([exitCode, report.references.length]).toEqual([0, 1])
    expect(report.notes.filter((note: { file: string }) => note.file === 'huge.yaml')).toHaveLength(1)
  })

  test('a YAML alias bomb costs seconds at most, and is one note', async () => {
    const levels = Array.from({ length: 30 }, (_, i) => `  l${i + 1}: &l${i + 1} [*l${i}, *l${i}, *l${i}, *l${i}]`)
    const bomb = `apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: { name: bomb, namespace: app }\nspec:\n  l0: &l0 [lol]\n${levels.join('\n')}\n`
    const { exitCode, report } = await json(await repository({ 'bomb.yaml': bomb }))
    expect([0, 1]).toContain(exitCode)
    expect(report.references.length).toBe(1)
    expect(JSON.stringify(report)).toContain('bomb.yaml')
  })

  test('a policy that does not parse is a finding at its line', async () => {
    const folder = await repository({ 'policies/broken.hcl': 'path "kv/data/*" {\n  capabilities = ["raed"]\n}\n' })
    const { exitCode, report } = await json(folder)
    expect(exitCode).toBe(1)
    expect(report.findings).toMatchObject([{ rule: 'policy-invalid', file: 'policies/broken.hcl' }])
    expect(report.references.length).toBe(1)
  })

  test('a manifest that is no YAML is an error at its line, and the others are checked', async () => {
    const broken = 'apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {\n'
    const { exitCode, report } = await json(await repository({ 'broken.yaml': broken }))
    expect([exitCode, report.references.length]).toEqual([1, 1])
    expect(report.findings).toMatchObject([{ rule: 'yaml-invalid', file: 'broken.yaml', line: expect.any(Number) }])
  })

  test('names that hold workflow commands stay text', async () => {
    const hostile = SECRET.replace('name: app,', 'name: "app\\n::set-output name=outcome::clean\\n",')
    const folder = await repository({ 'hostile.yaml': hostile, 'policies/external-secrets.hcl': '' })
    const { stdout } = await runTerminal(['check'], folder)
    expect(stdout).not.toMatch(/^::/m)
  })

  test('says when code scanning will not show every finding of a SARIF report', async () => {
    const one = (index: number) => `apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: { name: app-${index}, namespace: app }
spec: { secretStoreRef: { kind: ClusterSecretStore, name: vault }, dataForm: [] }
`
    const many = Array.from({ length: 5001 }, (_, index) => one(index)).join('---\n')
    const { stdout, stderr } = await runTerminal(['--format', 'sarif'], await repository({ 'many.yaml': many }))
    expect(JSON.parse(stdout).runs[0].results.length).toBeGreaterThan(5000)
    expect(stderr).toMatch(/^warning: Code scanning will show the worst 5000 of \d+ findings\.$/m)
    const few = await runTerminal(['--format', 'sarif'], await repository({ 'few.yaml': one(1) }))
    expect(few.stderr).toBe('')
  }, 60_000)
})
