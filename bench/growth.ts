// How the cost of a check grows with what it reads, as ratios, in one process. Usage: node bench/growth.ts
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { realGit } from '../src/changes/git.ts'
import { check } from '../src/modes/check.ts'
import { gather } from '../src/modes/gather.ts'
import { lookAtChange } from '../src/modes/look-at-change.ts'
import { withoutRendering } from '../src/modes/render.ts'
import { EMPTY_CONFIG } from '../src/settings/config-file.ts'
import { readEnvironment } from '../src/settings/environment.ts'
import { resolveSettings } from '../src/settings/resolve-settings.ts'
import type { Settings } from '../src/settings/settings.ts'

const ROUNDS = 7
const print = (text: string) => process.stdout.write(`${text}\n`)

interface Size {
  readonly references: number
  readonly otherYaml: number
  readonly policies: number
}

/** A repository with so many references (ten to a path), so much YAML that does not matter, and so many policies. */
function writeRepository(folder: string, { references, otherYaml, policies }: Size): void {
  const write = (file: string, text: string) => {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), text)
  }
  write(
    'store.yaml',
    'apiVersion: external-secrets.io/v1\nkind: ClusterSecretStore\nmetadata: {name: vault}\nspec: {provider: {vault: {server: "https://vault.example.com", path: kv, version: v2, auth: {kubernetes: {mountPath: kubernetes, role: eso, serviceAccountRef: {name: eso, namespace: eso}}}}}}\n',
  )
  write(
    'setup.sh',
    'vault write auth/kubernetes/role/eso bound_service_account_names=eso bound_service_account_namespaces=eso policies=p0 ttl=1h\n',
  )
  for (let i = 0; i < policies; i++)
    write(
      `policies/p${i}.hcl`,
      `path "kv/data/apps/*" { capabilities = ["read"] }\npath "kv/data/other-${i}/*" { capabilities = ["read"] }\n`,
    )
  for (let i = 0; i < references / 10; i++) {
    const items = Array.from(
      { length: 10 },
      (_, k) => `    - {secretKey: k${k}, remoteRef: {key: apps/app-${i}, property: k${k}}}\n`,
    ).join('')
    write(
      `apps/app-${i}.yaml`,
      `apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: app-${i}, namespace: apps}\nspec:\n  secretStoreRef: {kind: ClusterSecretStore, name: vault}\n  data:\n${items}`,
    )
  }
  for (let i = 0; i < otherYaml; i++)
    write(`other/d${i}.yaml`, `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d${i}}\nspec: {replicas: 1}\n`)
}

/** The median of some rounds, so that a noisy moment does not count. */
async function median(work: () => Promise<void> | void): Promise<number> {
  const times: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const started = performance.now()
    await work()
    times.push(performance.now() - started)
  }
  return times.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)] as number
}

function settingsFor(folder: string): Settings {
  return resolveSettings({
    given: {
      from: 'terminal',
      command: 'check',
      subject: undefined,
      values: { paths: folder },
      format: 'json',
      color: false,
    },
    config: EMPTY_CONFIG,
    environment: readEnvironment({}),
    folder: 'bench',
  })
}

async function benchCheck(work: string): Promise<void> {
  const base: Size = { references: 1000, otherYaml: 500, policies: 20 }
  const cases: readonly [string, Size][] = [
    ['base: 1000 references, 500 other files, 20 policies', base],
    ['twice the references', { ...base, references: 2000 }],
    ['four times the references', { ...base, references: 4000 }],
    ['four times the other YAML', { ...base, otherYaml: 2000 }],
    ['ten times the policies', { ...base, policies: 200 }],
  ]
  let first = 0
  for (const [index, [name, size]] of cases.entries()) {
    const folder = join(work, `case-${index}`)
    writeRepository(folder, size)
    const settings = settingsFor(folder)
    const time = await median(async () => {
      const { chain } = await gather(settings, { cwd: folder, live: undefined })
      if (chain.links.some((link) => link.accesses.some((one) => one.decision.verdict !== 'allowed')))
        throw new Error(`${name}: a reference is not allowed`)
    })
    if (index === 0) first = time
    print(`${name.padEnd(56)} ${(time / first).toFixed(2)}`)
  }
}

/** What it costs to tell what a change concerns, against reporting everything: the state before it is followed as well. */
async function benchChanged(work: string): Promise<void> {
  const folder = join(work, 'changed')
  writeRepository(folder, { references: 1000, otherYaml: 500, policies: 20 })
  const git = (...args: string[]) => {
    const who = ['-c', 'user.name=a', '-c', 'user.email=a@example.com']
    if (spawnSync('git', [...who, ...args], { cwd: folder }).status !== 0) throw new Error(`git ${args[0]} failed`)
  }
  git('init', '-q', '-b', 'main')
  git('add', '-A')
  git('commit', '-q', '-m', 'before')
  git('checkout', '-q', '-b', 'topic')
  const file = join(folder, 'apps/app-7.yaml')
  writeFileSync(file, readFileSync(file, 'utf8').replace('apps/app-7', 'apps/app-other'))
  git('commit', '-q', '-a', '-m', 'after')
  const settings = settingsFor(folder)
  const deps = { cwd: folder, today: '2026-06-01', live: undefined, incomplete: [] }
  const event = { name: undefined, payload: undefined, baseRef: undefined }
  const change = lookAtChange(settings, {
    cwd: folder,
    git: realGit(process.env),
    event,
    render: withoutRendering,
    settingsWith: async () => settings,
  })
  const all = await median(async () => void (await check(settings, deps)))
  const changed = await median(async () => {
    const { report } = await check({ ...settings, reportScope: 'changed' }, { ...deps, change })
    if (report.references.length !== 1) throw new Error('the change concerns one reference')
  })
  print(`${'everything'.padEnd(56)} 1.00`)
  print(`${'what one changed file concerns'.padEnd(56)} ${(changed / all).toFixed(2)}`)
}

const work = mkdtempSync(join(tmpdir(), 'eso-vault-bench-'))
try {
  await benchCheck(work)
  await benchChanged(work)
} finally {
  rmSync(work, { recursive: true, force: true })
}
