import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { load } from 'js-yaml'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeWithServer, type RunningServer, startOpenBao } from '../openbao/server.ts'
import { expectSuccess } from '../openbao/stage.ts'
import { type GitHubApi, startGitHubApi } from '../report/github-api.ts'
import { APP_KEYS, APPS, CA, example, FILES, ROLE_PATH } from '../server/drift-stage.ts'
import { bundle, NODE, REPOSITORY } from './bundle.ts'
import { startGitHub } from './fake-github.ts'
import { startIssuer } from './fake-issuer.ts'
import { downloadArtifact, GH, startArtifacts } from './recorded-artifacts.ts'
import { annotationsIn, createRunner, PULL_REQUEST, type StepResult } from './run-program.ts'

interface Workflow {
  readonly jobs: Readonly<
    Record<
      string,
      {
        readonly environment?: string
        readonly steps: readonly {
          id?: string
          uses?: string
          run?: string
          env?: Readonly<Record<string, string>>
          with?: Readonly<Record<string, string>>
        }[]
      }
    >
  >
}

/** What the example's job gives the action, word for word. */
function inputsOf(file: string, job: string): Readonly<Record<string, string>> {
  const { jobs } = load(readFileSync(join(REPOSITORY, 'examples/workflows', file), 'utf8')) as Workflow
  const step = jobs[job]?.steps.find(({ uses }) => uses?.includes('/eso-vault-action@'))
  if (step?.with === undefined) throw new Error(`${file} has no step of this action in job ${job}`)
  return Object.fromEntries(Object.entries(step.with).map(([name, value]) => [name, String(value)]))
}

const MAIN = { ref: 'refs/heads/main' }
/** What GitHub puts into the tokens of each job of the examples. */
const CLAIMS = {
  'pull-request check': { event_name: 'pull_request', ref: 'refs/pull/7/merge' },
  'nightly-drift drift': { event_name: 'schedule', ...MAIN },
  'vault-snapshot snapshot': { event_name: 'schedule', ...MAIN },
  'bootstrap plan': { event_name: 'workflow_dispatch', ...MAIN },
  'bootstrap apply': { event_name: 'workflow_dispatch', ...MAIN, environment: 'vault-prod' },
} as const
const IDS = { repository_id: '456789', repository_owner_id: '123456' }
const CONFIG = 'version: 1\nsetup: { kubernetes: { reviewer: client, ca: ca.pem } }\n'

describeWithServer(
  'the workflows of examples/workflows, with its policies and JWT roles, from an empty server on',
  () => {
    let server: RunningServer
    let issuer: Awaited<ReturnType<typeof startIssuer>>
    let runner: Awaited<ReturnType<typeof createRunner>>
    let api: GitHubApi
    let digest = ''
    const put = (path: string, body: unknown) => expectSuccess(server, 'POST', path, body)

    beforeAll(async () => {
      await bundle()
      server = await startOpenBao({ audit: true })
      issuer = await startIssuer()
      api = await startGitHubApi()
      runner = await createRunner('as-fixed')
      await mkdir(join(runner.workspace, '.github'))
      // Git says what is to be there by its manifests and this config alone.
      const files = {
        '.github/eso-vault.yml': CONFIG,
        'ca.pem': CA,
        ...FILES,
        'docs/vault.md': '',
      }
      for (const [file, text] of Object.entries(files)) await writeFile(join(runner.workspace, file), text)
      await put('sys/auth/jwt', { type: 'jwt' })
      await put('auth/jwt/config', issuer.config)
      for (const name of ['check', 'drift', 'apply']) {
        await put(`sys/policies/acl/eso-${name}`, { policy: example(`eso-${name}.hcl`) })
        await put(`auth/jwt/role/eso-${name}`, JSON.parse(example(`jwt-role-${name}.json`)))
      }
    }, 120_000)
    afterAll(async () => {
      await server?.stop()
      await issuer?.stop()
      await api?.stop()
      await runner?.remove()
    })

    /** One job as the runner starts it, and what the server was asked meanwhile under each policy. */
    async function job(
      name: keyof typeof CLAIMS,
      more: { inputs?: Readonly<Record<string, string>>; event?: unknown; url?: string; claims?: object } = {},
    ): Promise<StepResult & { readonly asked: string[] }> {
      const [file = '', id = ''] = name.split(' ')
      issuer.claim({ ...IDS, ...CLAIMS[name], ...more.claims })
      const from = (await server.auditLog()).length
      const ran = await runner.main({
        inputs: {
          ...inputsOf(`${file}.yml`, id),
          'github-token': 'a-token-of-the-job',
          'vault-addr': server.address,
          ...more.inputs,
        },
        env: { ...issuer.env, GITHUB_REF: CLAIMS[name].ref, GITHUB_API_URL: more.url ?? api.url },
        event: more.event ?? {},
        eventName: CLAIMS[name].event_name,
      })
      const asked = (await server.auditLog())
        .slice(from)
        .filter(({ type }) => type === 'request')
        .map(({ request }) => `${request.operation} ${request.path}`)
        // A login, the end of its token, and the one question that is asked by POST.
        .filter((line) => !/auth\/jwt\/login|auth\/token\/|capabilities-self|sys\/health|sys\/seal-status/.test(line))
      return { ...ran, asked }
    }
    const writes = (asked: readonly string[]) => asked.filter((line) => !/^(read|list) /.test(line))
    const messages = ({ stdout }: StepResult) =>
      annotationsIn(stdout)
        .map(({ message }) => message)
        .join('\n')

    test('bootstrap: the plan job names five parts, writes nothing, and hands its digest on', async () => {
      const ran = await job('bootstrap plan')
      expect([messages(ran), ran.exitCode, ran.outputs['has-changes']]).toEqual(['', 0, 'true'])
      expect(writes(ran.asked)).toEqual([])
      digest = ran.outputs['plan-digest'] ?? ''
      expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/)
      expect(ran.summary).toContain(digest)
    })

    test('bootstrap: without the approval environment nobody logs in as eso-apply, and nothing is written', async () => {
      const ran = await job('bootstrap apply', {
        inputs: { 'plan-digest': digest },
        claims: { environment: undefined },
      })
      expect(ran.exitCode).not.toBe(0)
      expect(ran.stdout).toContain('eso-apply')
      expect(ran.asked).toEqual([])
    })

    test('bootstrap: the apply job writes these five parts and nothing else', async () => {
      const ran = await job('bootstrap apply', { inputs: { 'plan-digest': digest } })
      expect([ran.exitCode, ran.outputs.outcome], messages(ran)).toEqual([0, 'clean'])
      expect(writes(ran.asked)).toEqual([
        'update sys/mounts/kv',
        'update sys/policies/acl/external-secrets',
        'update sys/auth/kubernetes',
        'update auth/kubernetes/config',
        'create auth/kubernetes/role/external-secrets',
      ])
      const again = await job('bootstrap plan')
      expect([again.exitCode, again.outputs['has-changes']]).toEqual([0, 'false'])
    })

    test('pull request: checked against the server, clean once the secrets are there', async () => {
      const data = Object.fromEntries(APP_KEYS.map((key) => [key, 'v']))
      const login = { username: 'v', password: 'v' }
      await put(`kv/data/${APPS}/backstage/app`, { data })
      await put(`kv/data/${APPS}/example/app`, { data: login })
      await put(`kv/data/${APPS}/shared/app`, { data: login })
      await put(`kv/data/${APPS}/backstage/db`, { data: login })
      await put(`kv/metadata/${APPS}/backstage/db`, { custom_metadata: { 'managed-by': 'external-secrets' } })
      const github = await startGitHub()
      const ran = await job('pull-request check', { event: PULL_REQUEST, url: github.url })
      await github.stop()
      expect([ran.exitCode, ran.outputs.outcome], messages(ran)).toEqual([0, 'clean'])
      expect(ran.stdout).toContain('Checked against')
      expect(ran.asked.length).toBeGreaterThan(4)
      expect(writes(ran.asked)).toEqual([])
      expect(ran.asked.filter((line) => line.includes('kv/data/'))).toEqual([])
    })

    test('pull request of a fork: no token to log in with, and the full check of what Git says', async () => {
      const from = (await server.auditLog()).length
      const ran = await runner.main({
        inputs: { ...inputsOf('pull-request.yml', 'check'), 'vault-addr': server.address },
        event: { pull_request: { number: 7, head: { repo: { full_name: 'mallory/gitops' } } } },
      })
      expect([ran.exitCode, ran.outputs.references], messages(ran)).toEqual([0, '4'])
      expect(ran.stdout).toContain('Vault was not asked: a pull request from a fork gets no credentials')
      expect((await server.auditLog()).length).toBe(from)
    })

    test('a pull request that edits its workflow to log in as another role is refused', async () => {
      for (const role of ['eso-drift', 'eso-apply']) {
        const ran = await job('pull-request check', { inputs: { 'auth-role': role }, event: PULL_REQUEST })
        expect([role, ran.outputs.outcome]).toEqual([role, 'incomplete'])
        expect(ran.stdout).toContain(role)
        expect(ran.asked).toEqual([])
      }
    })

    let snapshot = ''
    test('snapshot: written by the scheduled run, which reads and lists and nothing else', async () => {
      const ran = await job('vault-snapshot snapshot')
      expect([ran.exitCode, ran.outputs.outcome, ran.outputs['snapshot-file']], messages(ran)).toEqual([
        0,
        'clean',
        'vault-snapshot.json',
      ])
      expect(ran.stdout).toContain('Snapshot written: 4 secrets in')
      expect(ran.summary).toContain('Snapshot written')
      expect(writes(ran.asked)).toEqual([])
      expect(ran.asked.filter((line) => line.includes('kv/data/'))).toEqual([])
      const file = join(runner.workspace, 'vault-snapshot.json')
      snapshot = readFileSync(file, 'utf8')
      await rm(file)
    })

    test('a Vault that CI cannot reach: a fork’s pull request is judged by the artifact, with nothing but what forks get', async () => {
      const api = await startArtifacts(new Map([[903, snapshot]]))
      const temp = await mkdtemp(join(tmpdir(), 'eso-vault-fork-'))
      try {
        const { jobs } = load(
          readFileSync(join(REPOSITORY, 'examples/workflows/pull-request-private-vault.yml'), 'utf8'),
        ) as Workflow
        const steps = jobs.check?.steps ?? []
        const github: Readonly<Record<string, string>> = {
          'github.token': 'a-token-that-may-read',
          'github.repository': 'acme/gitops',
          'github.event.repository.default_branch': 'main',
          'runner.temp': temp,
        }
        const expand = (text: string) =>
          text.replaceAll(/\$\{\{ ([\w.]+) \}\}/g, (_, name: string) => github[name] ?? '')
        await mkdir(join(temp, 'bin'))
        await writeFile(join(temp, 'bin/gh.mjs'), GH, { mode: 0o755 })
        await writeFile(join(temp, 'bin/gh'), `#!/bin/sh\nexec '${NODE}' '${join(temp, 'bin/gh.mjs')}' "$@"\n`, {
          mode: 0o755,
        })
        const latest = steps.find(({ id }) => id === 'latest')
        const env = Object.fromEntries(Object.entries(latest?.env ?? {}).map(([name, value]) => [name, expand(value)]))
        const output = join(temp, 'output')
        await promisify(execFile)('bash', ['-e', '-c', latest?.run ?? 'false'], {
          env: {
            ...env,
            PATH: `${join(temp, 'bin')}:${process.env.PATH}`,
            GITHUB_OUTPUT: output,
            GITHUB_API_URL: api.url,
          },
        })
        expect(readFileSync(output, 'utf8')).toBe('run-id=903\n')
        const download = steps.find(({ uses }) => uses?.startsWith('actions/download-artifact@'))?.with
        const path = expand(download?.path ?? '')
        await mkdir(path)
        const artifact = await downloadArtifact(api.url, '903', download?.name ?? '')
        await writeFile(join(path, 'vault-snapshot.json'), artifact)
        expect(api.requests[0]).toBe(
          'GET /repos/acme/gitops/actions/workflows/vault-snapshot.yml/runs?branch=main&status=success&per_page=1',
        )

        const from = (await server.auditLog()).length
        const inputs = Object.fromEntries(
          Object.entries(inputsOf('pull-request-private-vault.yml', 'check')).map(([name, value]) => [
            name,
            expand(value),
          ]),
        )
        const fork = { pull_request: { number: 7, head: { repo: { full_name: 'mallory/gitops' } } } }
        const ran = await runner.main({ inputs, event: fork, env: { GITHUB_API_URL: api.url } })
        expect([ran.exitCode, ran.outputs.outcome, ran.outputs['checked-references']], messages(ran)).toEqual([
          0,
          'clean',
          '4',
        ])
        expect(ran.stdout.replace(/\s+/g, ' ')).toMatch(
          /Checked against the snapshot of OpenBao .*: Vault as of .* UTC \(1 minute old\)/,
        )

        const secret = 'kubernetes/apps/backstage/backstage/app/secret-externalsecret.yaml'
        const text = readFileSync(join(runner.workspace, secret), 'utf8')
        await writeFile(join(runner.workspace, secret), text.replace('backstage/app', 'backstage/other'))
        const broken = await runner.main({ inputs, event: fork, env: { GITHUB_API_URL: api.url } })
        await writeFile(join(runner.workspace, secret), text)
        expect([broken.exitCode, broken.outputs.outcome]).toEqual([1, 'findings'])
        expect(broken.summary).toMatch(/backstage\/other\S* does not exist/)
        expect(broken.summary).toContain('Vault as of')
        // Neither the server nor any writing part of GitHub was asked.
        expect((await server.auditLog()).length).toBe(from)
        expect(api.requests.filter((line) => !line.startsWith('GET '))).toEqual([])
      } finally {
        await api.stop()
        await rm(temp, { recursive: true, force: true })
      }
    })

    test('nightly drift: nothing to say of what was set up, and one issue when somebody changes it', async () => {
      const clean = await job('nightly-drift drift')
      expect([clean.exitCode, clean.outputs.outcome, clean.outputs['issue-number']], messages(clean)).toEqual([
        0,
        'clean',
        '',
      ])
      expect(writes(clean.asked)).toEqual([])
      expect(api.issues).toEqual([])
      await put(ROLE_PATH, {
        bound_service_account_names: ['nobody'],
        bound_service_account_namespaces: ['external-secrets'],
        token_policies: ['external-secrets'],
      })
      const drifted = await job('nightly-drift drift')
      expect([drifted.exitCode, drifted.outputs['issue-number']], messages(drifted)).toEqual([1, '1'])
      expect(api.issues[0]).toMatchObject({
        title: expect.stringMatching(/^Vault differs from Git \(prod\): /),
        state: 'open',
      })
      expect(api.issues[0]?.body).toContain('nobody')
      expect(writes(drifted.asked)).toEqual([])
    })
  },
)
