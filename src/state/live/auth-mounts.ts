import { trimSlashes } from '../../model/trim-slashes.ts'
import type { AuthMountFact, Hidden } from '../../model/vault-state.ts'
import { type Asking, denied, isNoRoute, orUnknown, unexpected } from './hidden.ts'
import type { Seen } from './live-state.ts'
import { entries } from './mounts.ts'
import { join } from './paths.ts'

export interface SeenAuthMounts {
  readonly of: ReadonlyMap<string, Seen<AuthMountFact>>
  readonly all: readonly AuthMountFact[]
  /** Only when configs were asked for. */
  readonly configOf: ReadonlyMap<string, Seen<Readonly<Record<string, unknown>>>>
}

/** Auth methods that keep their settings at `auth/<mount>/config`, as servers name them. */
export const CONFIGURED: ReadonlySet<string> = new Set(['kubernetes', 'jwt', 'oidc'])

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
  const all = await orUnknown(asking, () => listAuthMounts(asking)).then((told) =>
    'presence' in told ? undefined : told.all,
  )
  await Promise.all(
    paths.map(async (path) => {
      const seen = all ? authMountInList(path, all) : await orUnknown(asking, () => askForAuthMount(asking, path))
      if (!withConfig || seen.presence === 'absent') return of.set(path, seen)
      if (seen.presence === 'present' && !CONFIGURED.has(seen.fact.type)) return of.set(path, seen)
      const config = await orUnknown(asking, () => readConfig(asking, path))
      configOf.set(path, config)
      const both = seen.presence === 'present' && config.presence === 'present'
      return of.set(path, both ? { presence: 'present', fact: { ...seen.fact, config: config.fact } } : seen)
    }),
  )
  const known = [...of.values()].flatMap((mount) => (mount.presence === 'present' ? [mount.fact] : []))
  const others = (all ?? []).filter((mount) => !known.some((one) => one.path === mount.path))
  return { of, all: [...known, ...others].sort((a, b) => (a.path < b.path ? -1 : 1)), configOf }
}

/** What a list of all auth mounts says of one path. */
export function authMountInList(path: string, all: readonly AuthMountFact[]): Seen<AuthMountFact> {
  const fact = all.find((mount) => mount.path === path)
  return fact ? { presence: 'present', fact } : absent(path)
}

function absent(path: string): Seen<never> {
  return { presence: 'absent', because: `No auth method is mounted at auth/${path}/.` }
}

export async function listAuthMounts(
  asking: Asking,
): Promise<{ readonly all: readonly AuthMountFact[] | undefined } | Hidden> {
  const answer = await asking.client.read('sys/auth')
  if (answer.status === 403) return { all: undefined }
  const all = answer.status === 200 ? entries(answer.data, authMountFact) : undefined
  return all === undefined ? unexpected(asking, 'GET', 'sys/auth', answer) : { all }
}

async function askForAuthMount(asking: Asking, path: string): Promise<Seen<AuthMountFact>> {
  const url = join('sys/internal/ui/mounts/auth', path)
  const answer = await asking.client.read(url)
  if (answer.status === 200 && answer.data) {
    const served =
      typeof answer.data.path === 'string' ? trimSlashes(answer.data.path).replace(/^auth\//, '') : undefined
    const fact = served === undefined ? undefined : authMountFact(served, answer.data)
    if (fact?.path === path) return { presence: 'present', fact }
    return fact !== undefined && path.startsWith(`${fact.path}/`)
      ? absent(path)
      : unexpected(asking, 'GET', url, answer)
  }
  const right = { path: 'sys/auth', capability: 'read', purpose: `whether auth/${path}/ is mounted` } as const
  if (answer.status !== 403) return unexpected(asking, 'GET', url, answer)
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
  return unexpected(asking, 'GET', url, answer)
}

function authMountFact(path: string, info: Readonly<Record<string, unknown>>): AuthMountFact | undefined {
  if (typeof info.type !== 'string' || info.type === '' || path === '') return undefined
  return {
    path,
    type: info.type,
    ...(typeof info.accessor === 'string' ? { accessor: info.accessor } : {}),
    unknown: [],
    provenance: { from: 'vault' },
  }
}
