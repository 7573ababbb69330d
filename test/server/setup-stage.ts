import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type RunResult, run } from '../../src/modes/run.ts'
import { readConfig } from '../../src/settings/config-file.ts'
import { readEnvironment } from '../../src/settings/environment.ts'
import type { Given } from '../../src/settings/given.ts'
import { resolveSettings } from '../../src/settings/resolve-settings.ts'
import type { PlanDocument } from '../../src/setup/plan-document.ts'
import type { RunningServer } from '../openbao/server.ts'
import { sameRunBySnapshot } from './by-snapshot.ts'

/** A copy of an example to plan from, with files of one's own beside it. */
export interface Checkout {
  readonly folder: string
  readonly remove: () => Promise<void>
}

export async function checkout(example: string, files: Readonly<Record<string, string>> = {}): Promise<Checkout> {
  const folder = await mkdtemp(join(tmpdir(), 'eso-vault-setup-'))
  await cp(new URL(`../../examples/${example}`, import.meta.url), folder, { recursive: true })
  for (const [file, text] of Object.entries(files)) await writeFile(join(folder, file), text)
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) }
}

export interface Asked {
  readonly mode: 'plan' | 'apply' | 'check'
  readonly token: string
  readonly cwd: string
  /** Below `version: 1`. */
  readonly config?: string
  readonly inputs?: Given['values']
}

export interface Ran extends RunResult {
  readonly warnings: readonly string[]
}

/** One run of the program as its entry files start it, against a server. */
export async function runSetup(server: RunningServer, asked: Asked): Promise<Ran> {
  const settings = resolveSettings({
    given: {
      from: 'terminal',
      command: asked.mode,
      subject: undefined,
      values: { 'vault-addr': server.address, 'vault-token': asked.token, ...asked.inputs },
      format: undefined,
      color: false,
    },
    config: readConfig('eso-vault.yml', `version: 1\n${asked.config ?? ''}`, { rules: [] }),
    environment: readEnvironment({}),
    folder: 'soyo',
  })
  const warnings: string[] = []
  const deps = { cwd: asked.cwd, env: {}, now: () => new Date(), mask: () => undefined }
  const result = await run(settings, { ...deps, warn: (sentence) => void warnings.push(sentence) })
  // What a plan shows must be shown by a snapshot of the server as well.
  if (asked.mode !== 'apply') await sameRunBySnapshot(settings, { ...deps, warn: () => undefined }, result)
  return { ...result, warnings }
}

export function planOf({ plan, report }: RunResult): PlanDocument {
  if (plan === undefined) throw new Error(`no plan: ${JSON.stringify(report.problems ?? report.incomplete)}`)
  return plan
}

/** `create`, `update`… by the part's id. */
export function actionsOf(plan: PlanDocument): Record<string, string> {
  return Object.fromEntries(plan.steps.map((step) => [step.id, step.result ?? step.action]))
}

export const APPS = 'webgrip/prod/clusters/soyo/apps'

/** What ESO does with `examples/soyo`, path by path (eso.md §3.3, §3.6). */
export const NEEDED: Readonly<Record<string, readonly string[]>> = {
  [`kv/data/${APPS}/backstage/app`]: ['read'],
  [`kv/data/${APPS}/example/app`]: ['read'],
  [`kv/data/${APPS}/backstage/db`]: ['read', 'update'],
  [`kv/metadata/${APPS}/backstage/db`]: ['create', 'read', 'update'],
}

export const SOYO_STEPS = [
  'KV mount kv/',
  'policy external-secrets',
  'auth mount kubernetes/',
  'config of auth mount kubernetes/',
  'role external-secrets of auth mount kubernetes/',
] as const

export function everyStep(action: string): Record<string, string> {
  return Object.fromEntries(SOYO_STEPS.map((id) => [id, action]))
}

/** vault.md §5.1: what a plan needs for `examples/soyo`; no write anywhere. */
export const PLAN_POLICY = `
path "sys/mounts" { capabilities = ["read"] }
path "sys/auth" { capabilities = ["read"] }
path "sys/policies/acl/external-secrets" { capabilities = ["read"] }
path "auth/kubernetes/config" { capabilities = ["read"] }
path "auth/kubernetes/role/external-secrets" { capabilities = ["read"] }
`

/** vault.md §5.2: what an apply needs, one right a line. */
export const APPLY_RIGHTS: readonly (readonly [path: string, capability: string])[] = [
  ['sys/mounts', 'read'],
  ['sys/mounts/kv', 'update'],
  ['kv/config', 'read'],
  ['sys/auth', 'read'],
  ['sys/auth/kubernetes', 'update'],
  ['sys/auth/kubernetes', 'sudo'],
  ['sys/policies/acl/external-secrets', 'read'],
  ['sys/policies/acl/external-secrets', 'update'],
  ['auth/kubernetes/config', 'read'],
  ['auth/kubernetes/config', 'update'],
  ['auth/kubernetes/role/external-secrets', 'read'],
  ['auth/kubernetes/role/external-secrets', 'create'],
  ['auth/kubernetes/role/external-secrets', 'update'],
]

export function policyOf(rights: typeof APPLY_RIGHTS): string {
  const byPath = new Map<string, string[]>()
  for (const [path, capability] of rights) byPath.set(path, [...(byPath.get(path) ?? []), `"${capability}"`])
  return [...byPath].map(([path, list]) => `path "${path}" { capabilities = [${list.join(', ')}] }`).join('\n')
}

/** Everything that a setup may touch, as the server tells it. */
export async function stateOf(server: RunningServer, { identities = true } = {}): Promise<unknown> {
  const get = async (path: string) => {
    const { status, body } = await server.request('GET', path)
    return { status, data: body?.data ?? null }
  }
  const list = async (path: string) => ((await server.request('LIST', path)).body?.data?.keys ?? []) as string[]
  // Not those of the tests' own tokens.
  const policies = (await list('sys/policies/acl')).filter((name) => !name.startsWith('policy-'))
  const roles = await list('auth/kubernetes/role')
  const state = {
    mounts: (await get('sys/mounts')).data,
    auth: (await get('sys/auth')).data,
    kv: await get('kv/config'),
    config: await get('auth/kubernetes/config'),
    policies: await Promise.all(policies.map((name) => get(`sys/policies/acl/${name}`))),
    roles: await Promise.all(roles.map(async (name) => [name, await get(`auth/kubernetes/role/${name}`)])),
  }
  return identities ? state : withoutIdentities(state)
}

/** Two servers set up alike differ in these all the same; and no options are `null` or none, as the client had it. */
const IDENTITIES = new Set(['accessor', 'uuid', 'version', 'modified'])

function withoutIdentities(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutIdentities)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name, inner]) => !IDENTITIES.has(name) || typeof inner === 'object')
      .map(([name, inner]) => [name, name === 'options' ? (inner ?? {}) : withoutIdentities(inner)]),
  )
}

/** Back to a server that knows nothing of ESO. */
export async function wipe(server: RunningServer): Promise<void> {
  for (const path of ['sys/mounts/kv', 'sys/auth/kubernetes', 'sys/policies/acl/external-secrets']) {
    await server.request('DELETE', path)
  }
}

interface NamespaceState {
  readonly mounts: Record<string, unknown>
  readonly auth: Record<string, { readonly type: string }>
  readonly configs: Record<string, { readonly config: unknown; readonly roles: Record<string, unknown> }>
  readonly policies: Record<string, unknown>
}

/** All mounts, auth mounts, configs, policies and roles of the server, by namespace, without what no two servers share. */
export async function wholeStateOf(server: RunningServer): Promise<Record<string, NamespaceState>> {
  const states: Record<string, NamespaceState> = {}
  const inUrl = (path: string) => path.split('/').map(encodeURIComponent).join('/')
  const { body } = await server.request('LIST', 'sys/namespaces')
  for (const namespace of ['', ...((body?.data?.keys ?? []) as string[])]) {
    const get = async (path: string) => (await server.request('GET', `${namespace}${inUrl(path)}`)).body?.data ?? null
    const each = async (folder: string) => {
      const { body } = await server.request('LIST', `${namespace}${inUrl(folder)}`)
      const entries: Record<string, unknown> = {}
      for (const name of (body?.data?.keys ?? []) as string[]) entries[name] = await get(`${folder}/${name}`)
      return entries
    }
    const auth: NamespaceState['auth'] = await get('sys/auth')
    const configs: NamespaceState['configs'] = {}
    for (const [path, { type }] of Object.entries(auth)) {
      if (type === 'kubernetes')
        configs[path] = { config: await get(`auth/${path}config`), roles: await each(`auth/${path}role`) }
    }
    const state = { mounts: await get('sys/mounts'), auth, configs, policies: await each('sys/policies/acl') }
    states[namespace] = withoutIdentities(state) as NamespaceState
  }
  return states
}
