import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { load, loadAll } from 'js-yaml'
import { describe, expect, test } from 'vitest'
import { parsePolicy } from '../../src/policy/parse-policy.ts'
import { parseArguments } from '../../src/settings/arguments.ts'
import { APPLY_RIGHTS } from '../server/setup-stage.ts'

interface Step {
  readonly id?: string
  readonly uses?: string
  readonly run?: string
  readonly env?: Readonly<Record<string, string>>
  readonly with?: Readonly<Record<string, unknown>>
}
interface Workflow {
  readonly permissions: unknown
  readonly concurrency: { readonly group: string; readonly 'cancel-in-progress': boolean }
  readonly jobs: Readonly<
    Record<
      string,
      {
        readonly permissions: Readonly<Record<string, string>>
        readonly environment?: string
        readonly needs?: string
        readonly 'timeout-minutes': number
        readonly outputs?: Readonly<Record<string, string>>
        readonly steps: readonly Step[]
      }
    >
  >
}

const root = join(import.meta.dirname, '../..')
const folder = join(root, 'examples/workflows')
const files = readdirSync(folder).sort()
const text = (file: string) => readFileSync(join(folder, file), 'utf8')
const workflow = (file: string) => load(text(file)) as Workflow
const action = load(readFileSync(join(root, 'action.yml'), 'utf8')) as {
  readonly inputs: Readonly<Record<string, unknown>>
  readonly outputs: Readonly<Record<string, unknown>>
}
const ours = (step: Step) => step.uses?.includes('/eso-vault-action@') === true
const stepOf = (file: string, job: string) => workflow(file).jobs[job]?.steps.find(ours)?.with ?? {}
const roleOf = (name: string) =>
  JSON.parse(readFileSync(join(root, `examples/policies/jwt-role-${name}.json`), 'utf8')) as {
    readonly bound_audiences: readonly string[]
    readonly bound_claims: Readonly<Record<string, string | readonly string[]>>
    readonly token_policies: readonly string[]
  }

test('there is a workflow for each way to use the action', () => {
  expect(files).toEqual([
    'bootstrap.yml',
    'code-scanning.yml',
    'nightly-drift.yml',
    'pull-request-private-vault.yml',
    'pull-request.yml',
    'vault-snapshot.yml',
  ])
})

describe.each(files)('%s', (file) => {
  const { permissions, concurrency, jobs } = workflow(file)
  const steps = Object.values(jobs).flatMap((job) => job.steps)

  test('pins every action by its commit, the version beside it (platform.md §1.6)', () => {
    for (const { uses } of steps.filter(({ run }) => run === undefined))
      expect(uses).toMatch(/^[\w.-]+\/[\w./-]+@[0-9a-f]{40}$/)
    for (const line of text(file)
      .split('\n')
      .filter((one) => one.includes('uses:')))
      expect(line).toMatch(/ # v[\dX]+\.[\dY]+\.[\dZ]+$/)
  })

  test('runs nothing of its own but the search for a snapshot, and keeps no token in the checkout', () => {
    for (const { run, env } of steps.filter((step) => step.run !== undefined)) {
      expect(file).toBe('pull-request-private-vault.yml')
      expect(run).toContain('gh run list')
      // What an event says reaches a shell by the environment alone (platform.md §1.6).
      expect(run).not.toContain('${{')
      expect(Object.keys(env ?? {})).toEqual(['GH_TOKEN', 'REPOSITORY', 'BRANCH'])
    }
    const checkouts = steps.filter(({ uses }) => uses?.startsWith('actions/checkout@'))
    expect(checkouts.length).toBe(Object.keys(jobs).length)
    for (const checkout of checkouts) expect(checkout.with?.['persist-credentials']).toBe(false)
  })

  test('gives no permission to the whole, and a time limit and one group to its jobs', () => {
    expect(permissions).toEqual({})
    expect(concurrency.group).toBeTruthy()
    for (const job of Object.values(jobs)) expect(job['timeout-minutes']).toBeLessThanOrEqual(15)
  })

  test('names only inputs and outputs that the action has', () => {
    for (const step of steps.filter(ours)) {
      for (const name of Object.keys(step.with ?? {})) expect(Object.keys(action.inputs)).toContain(name)
    }
    for (const [, id, name] of text(file).matchAll(/steps\.(\w+)\.outputs\.([\w-]+)/g)) {
      const step = steps.find((one) => one.id === id)
      if (step?.run === undefined) expect(Object.keys(action.outputs)).toContain(name)
      else expect(step.run).toContain(`${name}=`)
    }
  })

  test('reads only what the job before it gives', () => {
    for (const [, job = '', name] of text(file).matchAll(/needs\.(\w+)\.outputs\.([\w-]+)/g)) {
      expect(Object.keys(jobs[job]?.outputs ?? {})).toContain(name)
    }
    for (const [, id] of text(file).matchAll(/steps\.(\w+)\.outputs/g)) {
      expect(steps.map((step) => step.id)).toContain(id)
    }
  })

  test('names no trigger that runs a fork with trust (platform.md §1.3)', () => {
    expect(text(file)).not.toMatch(/pull_request_target|workflow_run/)
  })
})

describe('least permissions (platform.md §1.5)', () => {
  test.each([
    ['pull-request.yml', 'check', { contents: 'read', 'id-token': 'write', 'pull-requests': 'write' }],
    ['nightly-drift.yml', 'drift', { contents: 'read', 'id-token': 'write', issues: 'write' }],
    ['bootstrap.yml', 'plan', { contents: 'read', 'id-token': 'write' }],
    ['bootstrap.yml', 'apply', { contents: 'read', 'id-token': 'write' }],
    ['vault-snapshot.yml', 'snapshot', { contents: 'read', 'id-token': 'write' }],
    // Nothing that a fork does not get.
    ['code-scanning.yml', 'check', { contents: 'read', 'security-events': 'write' }],
    ['pull-request-private-vault.yml', 'check', { contents: 'read', actions: 'read' }],
  ])('%s, %s', (file, job, expected) => {
    expect(workflow(file).jobs[job]?.permissions).toEqual(expected)
  })
})

describe('when they run', () => {
  const on = (file: string) => (load(text(file)) as Record<string, unknown>).on as Record<string, unknown>

  test('a night is not begun with everybody else, and never stopped half-way (platform.md §1.3)', () => {
    const [{ cron = '' } = {}] = on('nightly-drift.yml').schedule as { readonly cron?: string }[]
    expect(cron).toMatch(/^([1-9]|[1-5]\d) \d+ \* \* \*$/)
    expect(workflow('nightly-drift.yml').concurrency['cancel-in-progress']).toBe(false)
  })

  test('only the check of a pull request may be overtaken by the next push', () => {
    const cancelled = files.filter((file) => workflow(file).concurrency['cancel-in-progress'])
    expect(cancelled).toEqual(['code-scanning.yml', 'pull-request-private-vault.yml', 'pull-request.yml'])
    // A group for each pull request: one must not stop another's.
    for (const file of cancelled) expect(workflow(file).concurrency.group).toContain('${{ github.ref }}')
  })

  test('an apply is begun by a person', () => {
    expect(Object.keys(on('bootstrap.yml'))).toEqual(['workflow_dispatch'])
  })
})

describe('a bootstrap applies what was approved', () => {
  const { jobs, concurrency } = workflow('bootstrap.yml')
  test('behind an environment, with the digest of the plan, never two at once', () => {
    expect(jobs.apply).toMatchObject({ needs: 'plan', environment: 'vault-prod' })
    expect(jobs.plan?.environment).toBeUndefined()
    expect(jobs.plan?.outputs?.['plan-digest']).toBe('${{ steps.plan.outputs.plan-digest }}')
    expect(stepOf('bootstrap.yml', 'apply')['plan-digest']).toBe('${{ needs.plan.outputs.plan-digest }}')
    expect(concurrency['cancel-in-progress']).toBe(false)
  })
})

describe('roles and policies fit the workflows', () => {
  test.each([
    ['pull-request.yml', 'check', 'check'],
    ['nightly-drift.yml', 'drift', 'drift'],
    ['bootstrap.yml', 'plan', 'drift'],
    ['bootstrap.yml', 'apply', 'apply'],
    ['vault-snapshot.yml', 'snapshot', 'drift'],
  ])('%s, %s logs in as eso-%s', (file, job, name) => {
    const given = stepOf(file, job)
    const role = roleOf(name)
    expect(given['auth-role']).toBe(`eso-${name}`)
    expect(role.token_policies).toEqual([`eso-${name}`])
    expect(role.bound_audiences).toEqual([given['auth-audience']])
    const on = (load(text(file)) as Record<string, unknown>).on as Record<string, unknown>
    for (const event of Object.keys(on)) expect([role.bound_claims.event_name].flat()).toContain(event)
    expect(role.bound_claims.environment).toBe(workflow(file).jobs[job]?.environment)
  })

  const rulesOf = (name: string) => {
    const parsed = parsePolicy(readFileSync(join(root, `examples/policies/eso-${name}.hcl`), 'utf8'))
    if (!parsed.ok) throw new Error(parsed.error)
    expect(parsed.policy.remarks).toEqual([])
    return parsed.policy.rules.flatMap((rule) => rule.capabilities.map((one) => `${rule.label} ${one}`)).sort()
  }

  test('check and drift only read and list, and nobody reads values', () => {
    for (const name of ['check', 'drift']) expect(rulesOf(name).join('\n')).not.toMatch(/ (?!read|list)\w+$/m)
    for (const name of ['check', 'drift', 'apply'])
      expect(rulesOf(name).join('\n')).not.toMatch(/(?<!meta)data\/|^\*|\/\+/m)
  })

  test('drift sees all that a check sees', () => {
    expect(rulesOf('drift')).toEqual(expect.arrayContaining(rulesOf('check')))
  })

  test('the JSON that docs/vault-setup.md shows is the role of the example', () => {
    const page = readFileSync(join(root, 'docs/vault-setup.md'), 'utf8')
    const shown = /<<'JSON'\n([\s\S]*?)\nJSON/.exec(page)?.[1] ?? ''
    expect(JSON.parse(shown)).toEqual(roleOf('check'))
  })

  test('apply has the rights that the server test takes away one by one, and no other (vault.md §5.2)', () => {
    expect(rulesOf('apply')).toEqual(APPLY_RIGHTS.map(([path, capability]) => `${path} ${capability}`).sort())
  })
})

describe('a Vault that CI cannot reach (snapshot.md §4)', () => {
  test('the artifact of the one workflow is what the other downloads, from a run of the default branch', () => {
    const written = workflow('vault-snapshot.yml').jobs.snapshot?.steps ?? []
    const read = workflow('pull-request-private-vault.yml').jobs.check?.steps ?? []
    const upload = written.find(({ uses }) => uses?.startsWith('actions/upload-artifact@'))?.with
    const download = read.find(({ uses }) => uses?.startsWith('actions/download-artifact@'))?.with
    expect(download).toMatchObject({ name: upload?.name, 'run-id': '${{ steps.latest.outputs.run-id }}' })
    expect(upload).toMatchObject({ 'retention-days': 7, path: '${{ steps.snapshot.outputs.snapshot-file }}' })
    expect(read.find(({ id }) => id === 'latest')?.run).toMatch(
      /gh run list .*--workflow vault-snapshot\.yml --branch "\$BRANCH" --status success --limit 1 --json databaseId/,
    )
    const out = stepOf('vault-snapshot.yml', 'snapshot').out
    expect(stepOf('pull-request-private-vault.yml', 'check')['vault-snapshot']).toBe(`${download?.path}/${out}`)
    // Where a pull request can put no file.
    expect(download?.path).toMatch(/^\$\{\{ runner\.temp \}\}\//)
  })

  test('the CronJob has a token for Vault alone, no right in the cluster, and the flags that there are', () => {
    const objects = loadAll(readFileSync(join(root, 'examples/kubernetes/snapshot-cronjob.yaml'), 'utf8')) as {
      readonly kind: string
      readonly metadata: { readonly name: string; readonly namespace: string }
      readonly spec?: unknown
    }[]
    expect(objects.map(({ kind }) => kind)).toEqual(['ServiceAccount', 'CronJob'])
    const { spec } = objects[1] as { spec: { jobTemplate: { spec: { template: { spec: Record<string, unknown> } } } } }
    const pod = spec.jobTemplate.spec.template.spec
    expect(pod).toMatchObject({
      serviceAccountName: objects[0]?.metadata.name,
      automountServiceAccountToken: false,
      containers: [{ securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true } }],
    })
    const [{ args = [] } = {}] = pod.containers as { readonly args?: readonly string[] }[]
    const [command = ''] = /node \S+cli\.js ([\s\S]*?)\n\s*#/.exec(args.join('\n'))?.slice(1) ?? []
    const parsed = parseArguments(command.replaceAll('\\\n', ' ').trim().split(/\s+/))
    expect(parsed).toMatchObject({ kind: 'run', given: { command: 'snapshot' } })
    const token = JSON.stringify(pod.volumes)
    expect(token).toContain('"audience":"vault"')
    const values = parsed.kind === 'run' ? parsed.given.values : {}
    expect(values['kubernetes-token-path']).toBe('/var/run/vault/token')
  })
})

test('code scanning gets the file of a run that ended, and of no other: an empty one closes every alert', () => {
  const [, check, upload] = workflow('code-scanning.yml').jobs.check?.steps ?? []
  expect(upload?.with?.sarif_file).toBe(check?.with?.['sarif-file'])
  const listed = /fromJSON\('(.*?)'\)/.exec(text('code-scanning.yml'))?.[1] ?? '[]'
  expect(JSON.parse(listed)).toEqual(['clean', 'unchecked', 'findings'])
  expect(readFileSync(join(root, 'docs/other-places.md'), 'utf8')).toContain(`fromJSON('${listed}')`)
})
