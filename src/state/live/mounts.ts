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
  const listed = await orUnknown(() => asking.client.read('sys/mounts'))
  const told = 'status' in listed && listed.status === 200 ? mountsIn(listed.data) : []
  // Every namespace has sys/: a list without anything is no list, and says of nothing that it is absent.
  const all = told.length > 0 ? told : undefined
  const of = new Map<string, Seen<MountFact>>()
  await Promise.all(
    paths.map(async (path) => {
      of.set(path, all ? inList(path, all) : await orUnknown(() => askForMount(asking, path)))
    }),
  )
  const seen = all ?? [...of.values()].flatMap((mount) => (mount.presence === 'present' ? [mount.fact] : []))
  for (const mount of seen) if (mount.version) asking.client.knowKvMount(mount.path, mount.version)
  return { of, all: [...seen].sort(byPath) }
}

function inList(path: string, all: readonly MountFact[]): Seen<MountFact> {
  const exact = all.find((mount) => mount.path === path)
  if (exact) return { presence: 'present', fact: exact }
  const around = serving(path, all)
  return around ? inside(path, around) : { presence: 'absent', because: `Nothing is mounted at ${path}/.` }
}

async function askForMount(asking: Asking, path: string): Promise<Seen<MountFact>> {
  const url = join('sys/internal/ui/mounts', path)
  const answer = await asking.client.read(url)
  if (answer.status === 200 && answer.data) {
    const served = trimSlashes(String(answer.data.path ?? path))
    const fact = mountFact(served, answer.data)
    if (served === path) return { presence: 'present', fact }
    return inside(path, fact)
  }
  return missingOrNotVisible(asking, url, path, answer)
}

function missingOrNotVisible(asking: Asking, url: string, path: string, answer: Answer): Hidden {
  if (answer.status !== 403) return unexpected('GET', url, answer)
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

function inside(path: string, mount: MountFact): Seen<MountFact> {
  const because = `Nothing is mounted at ${path}/: it is a folder inside the mount ${mount.path}/ (${describeMount(mount)}).`
  return { presence: 'absent', because, inside: mount.path }
}

/** `kv version 2`, `database`. */
export function describeMount(mount: MountFact): string {
  return mount.version ? `${mount.type} version ${mount.version}` : mount.type
}

function mountsIn(data: Answer['data']): MountFact[] {
  return Object.entries(data ?? {}).flatMap(([path, info]) =>
    isObject(info) ? [mountFact(trimSlashes(path), info)] : [],
  )
}

/** `options.version` missing or `options: null` is version 1 (vault.md §4.4); `generic` is the old name of KV 1. */
function mountFact(path: string, info: Readonly<Record<string, unknown>>): MountFact {
  const options = isObject(info.options) ? info.options : {}
  const told = String(info.type ?? '')
  const kv = told === 'kv' || told === 'generic'
  const config = isObject(info.config) ? { config: info.config } : {}
  return {
    path,
    type: kv ? 'kv' : told,
    ...(kv ? { version: String(options.version) === '2' ? (2 as const) : (1 as const) } : {}),
    description: String(info.description ?? ''),
    options: { ...options, ...config },
    unknown: [],
    provenance: { from: 'vault' },
  }
}

function byPath(a: { readonly path: string }, b: { readonly path: string }): number {
  return a.path < b.path ? -1 : a.path > b.path ? 1 : 0
}
