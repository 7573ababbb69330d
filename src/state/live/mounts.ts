import { trimSlashes } from '../../model/trim-slashes.ts'
import type { Hidden, MountFact } from '../../model/vault-state.ts'
import { type Answer, isObject } from './answer.ts'
import { type Asking, orUnknown, unexpected } from './hidden.ts'
import type { Seen } from './live-state.ts'
import { join } from './paths.ts'

/** The mounts that were asked for; all mounts too, where the token may list them. */
export interface SeenMounts {
  readonly of: ReadonlyMap<string, Seen<MountFact>>
  readonly all: readonly MountFact[]
}

/**
 * Type and KV version of mounts, before anything below them is read: a non-KV path is never read (design §7).
 *
 * `sys/mounts` tells all, and only it can tell that a mount is absent. Without it, `sys/internal/ui/mounts/<path>` needs no rule,
 * but its 403 means "missing or not visible" (vault.md §4.4).
 */
export async function readMounts(asking: Asking, wanted: readonly string[]): Promise<SeenMounts> {
  const paths = [...new Set(wanted.map(trimSlashes))].filter(Boolean)
  if (paths.length === 0) return { of: new Map(), all: [] }
  const all = await orUnknown(asking, () => listMounts(asking)).then((told) =>
    'presence' in told ? undefined : told.all,
  )
  const of = new Map<string, Seen<MountFact>>()
  await Promise.all(
    paths.map(async (path) => {
      of.set(path, all ? mountInList(path, all) : await orUnknown(asking, () => askForMount(asking, path)))
    }),
  )
  const seen = all ?? [...of.values()].flatMap((mount) => (mount.presence === 'present' ? [mount.fact] : []))
  for (const mount of seen) if (mount.version) asking.client.knowKvMount(mount.path, mount.version)
  return { of, all: [...seen].sort(byPath) }
}

/** What a list of all mounts says of one path. */
export function mountInList(path: string, all: readonly MountFact[]): Seen<MountFact> {
  const exact = all.find((mount) => mount.path === path)
  if (exact) return { presence: 'present', fact: exact }
  const around = serving(path, all)
  return around ? insideMount(path, around) : { presence: 'absent', because: `Nothing is mounted at ${path}/.` }
}

/** All mounts; `undefined` where the token may not list them. A list that is not whole is none: it would say "absent". */
export async function listMounts(asking: Asking): Promise<{ readonly all: readonly MountFact[] | undefined } | Hidden> {
  const answer = await asking.client.read('sys/mounts')
  if (answer.status === 403) return { all: undefined }
  const all = answer.status === 200 ? entries(answer.data, mountFact) : undefined
  return all === undefined ? unexpected(asking, 'GET', 'sys/mounts', answer) : { all }
}

/** The entries of a list by path, when every one of them is what it must be and there is one: every namespace has `sys/` and `token/`. */
export function entries<Fact>(
  data: Answer['data'],
  read: (path: string, info: Readonly<Record<string, unknown>>) => Fact | undefined,
): readonly Fact[] | undefined {
  const all = Object.entries(data ?? {}).map(([path, info]) =>
    isObject(info) ? read(trimSlashes(path), info) : undefined,
  )
  const whole = all.filter((one): one is Fact & {} => one !== undefined)
  return whole.length > 0 && whole.length === all.length ? whole : undefined
}

async function askForMount(asking: Asking, path: string): Promise<Seen<MountFact>> {
  const url = join('sys/internal/ui/mounts', path)
  const answer = await asking.client.read(url)
  if (answer.status === 200 && answer.data) {
    const served = typeof answer.data.path === 'string' ? trimSlashes(answer.data.path) : undefined
    const fact = served === undefined ? undefined : mountFact(served, answer.data)
    if (fact?.path === path) return { presence: 'present', fact }
    if (fact !== undefined && path.startsWith(`${fact.path}/`)) return insideMount(path, fact)
    return unexpected(asking, 'GET', url, answer)
  }
  return missingOrNotVisible(asking, url, path, answer)
}

function missingOrNotVisible(asking: Asking, url: string, path: string, answer: Answer): Hidden {
  if (answer.status !== 403) return unexpected(asking, 'GET', url, answer)
  asking.missing(mountsRight(path))
  return {
    presence: 'hidden',
    because: `The mount ${path}/ is missing, or not visible to the CI token, which has no right below it (GET ${url} answered 403). Grant the CI token read on sys/mounts, or a right below ${path}/.`,
  }
}

function mountsRight(path: string) {
  return { path: 'sys/mounts', capability: 'read', purpose: `whether ${path}/ is mounted` } as const
}

function serving(path: string, all: readonly MountFact[]): MountFact | undefined {
  const around = all.filter((mount) => path.startsWith(`${mount.path}/`))
  return around.sort((a, b) => b.path.length - a.path.length)[0]
}

/** Nothing is mounted at the path itself, which lies in a mount. */
export function insideMount(path: string, mount: MountFact): Seen<MountFact> {
  const because = `Nothing is mounted at ${path}/: it is a folder inside the mount ${mount.path}/ (${describeMount(mount)}).`
  return { presence: 'absent', because, inside: mount.path }
}

/** `kv version 2`, `database`. */
export function describeMount(mount: MountFact): string {
  return mount.version ? `${mount.type} version ${mount.version}` : mount.type
}

/**
 * `options.version` missing or `options: null` is version 1 (vault.md §4.4); `generic` is the old name of KV 1. `undefined` for what no
 * server says of a mount.
 */
function mountFact(path: string, info: Readonly<Record<string, unknown>>): MountFact | undefined {
  const { type: told, options: given = null, description = '' } = info
  if (typeof told !== 'string' || told === '' || path === '') return undefined
  if (typeof description !== 'string' || !(given === null || isObject(given))) return undefined
  const options = given ?? {}
  const kv = told === 'kv' || told === 'generic'
  const version = options.version ?? '1'
  if (kv && version !== '1' && version !== '2') return undefined
  const config = isObject(info.config) ? { config: info.config } : {}
  return {
    path,
    type: kv ? 'kv' : told,
    ...(kv ? { version: version === '2' ? (2 as const) : (1 as const) } : {}),
    description,
    ...(typeof info.accessor === 'string' ? { accessor: info.accessor } : {}),
    options: { ...options, ...config },
    unknown: [],
    provenance: { from: 'vault' },
  }
}

function byPath(a: { readonly path: string }, b: { readonly path: string }): number {
  return a.path < b.path ? -1 : a.path > b.path ? 1 : 0
}
