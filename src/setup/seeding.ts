import type { Link } from '../chain/chain.ts'
import { readTarget } from '../chain/read-target.ts'
import { templateReads } from '../eso/template/read-templates.ts'
import type { Manifest } from '../manifests/manifest.ts'
import { shellWord } from '../shell-word.ts'
import type { SubKeys } from '../state/vault-state.ts'

/** A secret that manifests read and that is not there, or lacks keys. Values are never asked for or written. */
export interface Seed {
  readonly mount: string
  readonly path: string
  readonly version: 1 | 2
  /** Keys to write, sorted; empty when the manifests do not say which. */
  readonly keys: readonly string[]
  /** `patch`: the secret is there and has other keys. */
  readonly command: 'put' | 'patch'
  /** For check-and-set: no write over what somebody seeded meanwhile. `undefined` for KV v1 and `patch`. */
  readonly cas: number | undefined
  /** `ExternalSecret apps/db`, sorted. */
  readonly usedBy: readonly string[]
  readonly namespace: string | undefined
}

type Draft = Omit<Seed, 'keys' | 'usedBy'> & { readonly keys: Set<string>; readonly usedBy: Set<string> }

/** What must be seeded for the references to work, one entry for each path. What ESO pushes it writes itself. */
export function seedsOf(links: readonly Link[]): Seed[] {
  const drafts = new Map<string, Draft>()
  for (const link of links) {
    const { reference, store, secret } = link
    if (store === undefined || secret === undefined || reference.skipped !== undefined) continue
    if (reference.operation !== 'data' && reference.operation !== 'extract') continue
    const target = readTarget(reference, store)
    if (target === undefined || target.version !== undefined) continue
    const wanted = keysOf(link)
    const present = secret.presence === 'present'
    if (present && secret.keys === undefined) continue
    const missing = present ? wanted.filter((key) => !hasKey(secret.keys, key)) : wanted
    if (present ? missing.length === 0 : !['absent', 'deleted', 'destroyed'].includes(secret.presence)) continue
    const id = JSON.stringify([store.vaultNamespace ?? '', target.mount, target.key])
    const version = store.version === 'v1' ? 1 : 2
    const current = 'currentVersion' in secret ? (secret.currentVersion ?? 0) : 0
    const draft: Draft = drafts.get(id) ?? {
      mount: target.mount,
      path: target.key,
      version,
      keys: new Set(),
      command: present && version === 2 ? 'patch' : 'put',
      cas: present || version === 1 ? undefined : current,
      usedBy: new Set(),
      namespace: store.vaultNamespace,
    }
    drafts.set(id, draft)
    for (const key of missing) draft.keys.add(key)
    for (const manifest of [reference.manifest, ...link.also]) draft.usedBy.add(nameOf(manifest))
  }
  return [...drafts.values()]
    .map((draft) => ({ ...draft, keys: [...draft.keys].sort(), usedBy: [...draft.usedBy].sort() }))
    .sort((a, b) => (`${a.mount}/${a.path}` < `${b.mount}/${b.path}` ? -1 : 1))
}

/** `property`; for an `extract` alone in its manifest the keys that the templates read (eso.md §6.4). */
function keysOf({ reference }: Link): string[] {
  if ((reference.property ?? '') !== '') return [reference.property as string]
  if (reference.operation !== 'extract') return []
  const { dataFrom, data } = (reference.manifest.body.spec ?? {}) as { dataFrom?: unknown; data?: unknown }
  if (!Array.isArray(dataFrom) || dataFrom.length !== 1 || (Array.isArray(data) && data.length > 0)) return []
  if ((dataFrom[0] as { rewrite?: unknown }).rewrite !== undefined) return []
  return templateReads(reference.manifest).reads.map((read) => read.key)
}

/** ESO tries the property as a key of its own before it takes it for a path (eso.md §4); so does this. */
function hasKey(keys: SubKeys | undefined, property: string): boolean {
  if (keys === undefined) return false
  if (Object.hasOwn(keys, property)) return true
  const [head = ''] = property.split('.')
  return property.includes('.') && Object.hasOwn(keys, head)
}

function nameOf(manifest: Manifest): string {
  return manifest.namespace === undefined
    ? `${manifest.kind} ${manifest.name}`
    : `${manifest.kind} ${manifest.namespace}/${manifest.name}`
}

/**
 * The command that seeds a path. Each value comes from a file of the key's name, or from standard input when there is only one:
 * nothing secret stands in the shell's history or in the process list.
 */
export function seedCommand(seed: Seed, cli: 'vault' | 'bao'): string {
  const keys = seed.keys.length === 0 ? ['KEY'] : seed.keys
  const words = [
    cli,
    'kv',
    seed.command,
    ...(seed.namespace === undefined || seed.namespace === '' ? [] : [`-namespace=${seed.namespace}`]),
    `-mount=${seed.mount}`,
    ...(seed.cas === undefined ? [] : [`-cas=${seed.cas}`]),
    seed.path,
  ].map(shellWord)
  const pairs = keys.map((key) => shellWord(keys.length === 1 ? `${key}=-` : `${key}=@${fileFor(key)}`))
  const comment = `# ${seed.usedBy.join(', ')}`.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
  return [comment, [words.join(' '), ...pairs].join(keys.length === 1 ? ' ' : ' \\\n  ')].join('\n')
}

/** A file name that holds nothing but letters, digits, `.`, `_` and `-`. */
function fileFor(key: string): string {
  return `${key.replace(/[^A-Za-z0-9._-]/g, '_').replace(/^[.-]+/, '_')}.txt`
}
