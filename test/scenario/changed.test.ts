import { cp, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { checkedOut, type Files, pullRequest } from '../changes/git-history.ts'
import { bundle, REPOSITORY } from './bundle.ts'
import { annotationsIn, createRunner } from './run-program.ts'

const STORE = 'kubernetes/apps/external-secrets/stores/app/vault-clustersecretstore.yaml'
const SECRET = 'kubernetes/apps/backstage/backstage/app/secret-externalsecret.yaml'
const PUSH = 'kubernetes/apps/backstage/backstage/app/base/pushsecret-vault.yaml'

const runners: Awaited<ReturnType<typeof createRunner>>[] = []
beforeAll(bundle)
afterAll(() => Promise.all(runners.map((runner) => runner.remove())))

async function filesOf(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  return Object.fromEntries(
    await Promise.all(files.map(async (file) => [file.slice(folder.length + 1), await readFile(file, 'utf8')])),
  )
}

/** A pull request that alters these files of an example, as actions/checkout leaves it with this `fetch-depth`. */
async function opened(
  example: 'as-found' | 'as-fixed',
  depth: number,
  alter: (files: Readonly<Record<string, string>>) => Files,
  path = '',
) {
  const before = await filesOf(join(REPOSITORY, 'examples', 'soyo', example))
  const { origin, base, head } = pullRequest(before, alter(before))
  const { folder } = checkedOut(origin, 'refs/pull/7/merge', depth)
  const runner = await createRunner('empty')
  runners.push(runner)
  await cp(folder, join(runner.workspace, path), { recursive: true })
  const event = {
    action: 'synchronize',
    pull_request: { number: 7, base: { sha: base }, head: { sha: head, repo: { full_name: 'acme/gitops' } } },
  }
  const queued = { action: 'checks_requested', merge_group: { base_sha: base, base_ref: 'refs/heads/main' } }
  return (inputs: Readonly<Record<string, string>> = {}, eventName = 'pull_request') =>
    runner.main(
      eventName === 'merge_group'
        ? { event: queued, eventName, inputs }
        : { event, inputs, env: { GITHUB_BASE_REF: 'main', GITHUB_HEAD_REF: 'topic' } },
    )
}

test('a pull request that narrows the policy: what it covered, and nothing of what was broken before', async () => {
  const main = await opened('as-fixed', 2, (files) => ({
    'docs/vault.md': files['docs/vault.md']?.replace('clusters/soyo/apps/*"', 'clusters/soyo/apps/other/*"'),
  }))
  const { exitCode, stdout, outputs, summary } = await main()
  expect([exitCode, outputs.outcome, outputs['error-count']]).toEqual([1, 'findings', '1'])
  expect(annotationsIn(stdout).map(({ title, place }) => [title, place])).toEqual([
    // What nothing applies is told as a note, in the summary.
    [expect.stringMatching(/^Policy external-secrets no longer lets ESO read kv\//), `${SECRET}:27`],
    ['', ''],
  ])
  expect(stdout.replace(/\s+/g, ' ')).toContain('This change removes rule `kv/data/webgrip/prod/clusters/soyo/apps/*`.')
  expect(summary).toContain('5 of 5 references affected, compared with `main`')
})

test('a pull request in a repository full of old findings is told about its own lines only', async () => {
  const main = await opened('as-found', 2, (files) => ({
    [PUSH]: files[PUSH]?.replace('apps/backstage/db', 'apps/backstage/other'),
  }))
  const { stdout, outputs, summary } = await main()
  expect(annotationsIn(stdout).map(({ title, place }) => [title, place])).toEqual([
    [expect.stringMatching(/^Policy external-secrets does not let ESO write kv\//), `${PUSH}:19`],
    // What keeps its store from being applied keeps the reference from working.
    ['ESO 1.2.1 does not serve ClusterSecretStore in external-secrets.io/v1beta1', `${STORE}:2`],
    ['', ''],
  ])
  expect([outputs.references, outputs['error-count']]).toEqual(['1', '2'])
  expect(summary).toContain('this change can touch')
})

test('a pull request that takes the last push away, and its file', async () => {
  const main = await opened('as-fixed', 2, (files) => ({
    [PUSH]: undefined,
    'kubernetes/apps/backstage/backstage/app/base/kustomization.yaml': files[
      'kubernetes/apps/backstage/backstage/app/base/kustomization.yaml'
    ]?.replace(/.*pushsecret.*\n/, ''),
  }))
  const { exitCode, stdout, outputs, summary } = await main()
  expect([exitCode, outputs.outcome]).toEqual([0, 'clean'])
  expect(annotationsIn(stdout).map(({ kind, title, place }) => [kind, title, place])).toEqual([])
  // It is a note: the summary has it.
  expect(summary).toContain('This change removes the last reference to')
})

test('a pull request that touches no reference passes, and says of how many', async () => {
  const main = await opened('as-found', 2, () => ({ 'README.md': 'hello\n' }))
  const { exitCode, outputs, summary } = await main()
  expect([exitCode, outputs.outcome, outputs.references]).toEqual([0, 'clean', '0'])
  expect(summary).toContain('This change affects no references to Vault')
  expect(summary).toContain('0 references affected, compared with `main`')
})

test('a checkout of one commit: everything is reported, with what to set; a warning only for who asked', async () => {
  const main = await opened('as-fixed', 1, () => ({ 'README.md': 'hello\n' }))
  const { exitCode, stdout, summary } = await main()
  expect(exitCode).toBe(0)
  expect(annotationsIn(stdout)).toEqual([])
  expect(summary).toContain('set `fetch-depth: 2` on actions/checkout')
  expect(summary).toContain('All 3 references are allowed by the policies in Git')
  const asked = await main({ 'report-scope': 'changed' })
  expect(annotationsIn(asked.stdout).map(({ kind, message }) => [kind, message])).toEqual([
    ['warning', expect.stringContaining('`fetch-depth: 2`')],
  ])
})

test('a checkout with `path:` is checked as the repository names its files, and its change is known', async () => {
  const alter = (files: Readonly<Record<string, string>>) => ({
    [PUSH]: files[PUSH]?.replace('apps/backstage/db', 'apps/backstage/other'),
  })
  const main = await opened('as-found', 2, alter, 'gitops')
  for (const inputs of [{}, { paths: 'gitops' }]) {
    const { stdout, outputs } = await main({ ...inputs, 'report-file': 'report.json' })
    expect(annotationsIn(stdout)[0]).toMatchObject({
      title: expect.stringMatching(/^Policy external-secrets does not let ESO write kv\//),
      place: `${PUSH}:19`,
    })
    expect(outputs.references).toBe('1')
    expect(outputs['report-file']).toBe('report.json')
  }
})

test('beside a checkout with `path:`, files of other steps are read where those steps left them', async () => {
  const main = await opened('as-found', 2, (files) => ({ [PUSH]: `${files[PUSH]}# changed\n` }), 'gitops')
  // Each is found, and told to be what it is: the workspace has it, and the checkout has not.
  const workspace = runners.at(-1)?.workspace ?? ''
  await writeFile(join(workspace, 'from-another-job.json'), '{}')
  for (const inputs of [
    { 'vault-snapshot': 'from-another-job.json' },
    { mode: 'apply', 'plan-file': './from-another-job.json', 'vault-addr': 'http://127.0.0.1:9', 'vault-token': 'x' },
  ]) {
    const { outputs, stdout } = await main(inputs)
    expect([outputs.outcome, stdout], stdout).toEqual(['invalid', expect.stringContaining('from-another-job.json')])
    expect(stdout).not.toContain('does not exist')
  }
})

test('a merge queue has the scope of the pull request: old findings do not block it', async () => {
  const main = await opened('as-found', 2, (files) => ({
    'docs/more.md': files['docs/vault.md'] ? 'More.' : undefined,
  }))
  const { exitCode, outputs, summary } = await main({}, 'merge_group')
  expect([exitCode, outputs.outcome, outputs.references]).toEqual([0, 'clean', '0'])
  expect(summary).toContain('this change can')
})
