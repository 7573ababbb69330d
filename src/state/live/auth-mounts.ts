import { trimSlashes } from '../../model/trim-slashes.ts'
import type { AuthMountFact } from '../../model/vault-state.ts'
import { type Answer, isObject } from './answer.ts'
import { type Asking, denied, isNoRoute, orUnknown, unexpected } from './hidden.ts'
import type { Seen } from './live-state.ts'
import { join } from './paths.ts'

export interface SeenAuthMounts {
  readonly of: ReadonlyMap<string, Seen<AuthMountFact>>
  readonly all: readonly AuthMountFact[]
  /** Only when configs were asked for. */
  readonly configOf: ReadonlyMap<string, Seen<Readonly<Record<string, unknown>>>>
}

/** Auth methods that keep their settings at `auth/<mount>/config`. */
const CONFIGURED = new Set(['kubernetes', 'jwt', 'oidc'])

/**
 * Types and accessors of auth mounts: from `sys/auth`, else from `sys/internal/ui/mounts/auth/<path>`, which a right on
 * `auth/<path>/role/*` makes visible (vault.md §5.1). `sys/auth/<path>` would need sudo, and is not asked.
 */
export async function readAuthMounts(
  asking: Asking,
  wanted: readonly string[],
  withConfig: boolean,
): Promise<SeenAuthMounts> {
  const paths = [...new Set(wanted.map(trimSlashes))].filter(Boolean)
  const of = new Map<string, Seen<AuthMountFact>>()
  const configOf = new Map<string, Seen<Readonly<Record<string, unknown>>>>()
  if (paths.length === 0) return { of, all: [], configOf }
  const listed = await orUnknown(() => asking.client.read('sys/auth'))
  const told = 'status' in listed && listed.status === 200 ? authMountsIn(listed.data) : []
  // Every namespace has auth/token/: a list without anything is no list.
  const all = told.length > 0 ? told : undefined
  await Promise.all(
    paths.map(async (path) => {
      const seen = all ? inList(path, all) : await orUnknown(() => askForAuthMount(asking, path))
      if (!withConfig || seen.presence === 'absent') return of.set(path, seen)
      if (seen.presence === 'present' && !CONFIGURED.has(seen.fact.type)) return of.set(path, seen)
      const config = await orUnknown(() => readConfig(asking, path))
      configOf.set(path, config)
      const both = seen.presence === 'present' && config.presence === 'present'
      return of.set(path, both ? { presence: 'present', fact: { ...seen.fact, config: config.fact } } : seen)
    }),
  )
  const known = [...of.values()].flatMap((mount) => (mount.presence === 'present' ? [mount.fact] : []))
  const others = (all ?? []).filter((mount) => !known.some((one) => one.path === mount.path))
  return { of, all: [...known, ...others].sort((a, b) => (a.path < b.path ? -1 : 1)), configOf }
}

function inList(path: string, all: readonly AuthMountFact[]): Seen<AuthMountFact> {
  const fact = all.find((mount) => mount.path === path)
  return fact ? { presence: 'present', fact } : absent(path)
}

function absent(path: string): Seen<never> {
  return { presence: 'absent', because: `No auth method is mounted at auth/${path}/.` }
}

async function askForAuthMount(asking: Asking, path: string): Promise<Seen<AuthMountFact>> {
  const url = join('sys/internal/ui/mounts/auth', path)
  const answer = await asking.client.read(url)
  if (answer.status === 200 && answer.data) {
    const served = trimSlashes(String(answer.data.path ?? path)).replace(/^auth\//, '')
    return served === path ? { presence: 'present', fact: authMountFact(path, answer.data) } : absent(path)
  }
  const right = { path: 'sys/auth', capability: 'read', purpose: `whether auth/${path}/ is mounted` } as const
  if (answer.status !== 403) return unexpected('GET', url, answer)
  asking.missing(right)
  return {
    presence: 'hidden',
    because: `The auth mount auth/${path}/ is missing, or not visible to the CI token (GET ${url} answered 403). Grant the CI token read on sys/auth, or on the roles below auth/${path}/.`,
  }
}

async function readConfig(asking: Asking, path: string): Promise<Seen<Readonly<Record<string, unknown>>>> {
  const url = join('auth', path, 'config')
  const answer = await asking.client.read(url)
  if (answer.status === 200 && answer.data) return { presence: 'present', fact: answer.data }
  if (answer.status === 403) {
    const right = { path: url, capability: 'read', purpose: `how auth/${path}/ is set up` } as const
    return denied(asking, 'GET', url, answer, right)
  }
  if (isNoRoute(answer)) return absent(path)
  if (answer.status === 404) return { presence: 'absent', because: `auth/${path}/ was never configured.` }
  return unexpected('GET', url, answer)
}

function authMountsIn(data: Answer['data']): AuthMountFact[] {
  return Object.entries(data ?? {}).flatMap(([path, info]) =>
    isObject(info) ? [authMountFact(trimSlashes(path), info)] : [],
  )
}

function authMountFact(path: string, info: Readonly<Record<string, unknown>>): AuthMountFact {
  return {
    path,
    type: String(info.type ?? ''),
    ...(typeof info.accessor === 'string' ? { accessor: info.accessor } : {}),
    unknown: [],
    provenance: { from: 'vault' },
  }
}
