import type { Chain } from '../chain/chain.ts'
import type { UnusedSecret } from '../chain/drift-facts.ts'
import { usesOf } from '../chain/secret-uses.ts'
import type { Span } from '../model/span.ts'
import { trimSlashes } from '../model/trim-slashes.ts'
import { vaultPathTest } from '../model/vault-path-glob.ts'
import type { LiveState, Wanted, WantedFind } from '../state/live/live-state.ts'

/** A glob over Vault paths that the config says nobody else uses (`drift.owned`). */
export interface OwnedPath {
  readonly pattern: string
  readonly span: Span
  /** What is listed for it: a mount, and the folder in which the glob's wildcards begin. */
  readonly find: WantedFind
}

/** Tells mount from folder by the mounts that stores name; a pattern of no store's mount begins with its mount's first segment. */
export function ownedPaths(
  owned: readonly { readonly pattern: string; readonly span: Span }[],
  mounts: readonly string[],
): OwnedPath[] {
  return owned.map(({ pattern, span }) => {
    const clean = trimSlashes(pattern)
    const [mount = clean.split('/')[0] ?? ''] = mounts
      .map(trimSlashes)
      .filter((one) => one !== '' && clean.startsWith(`${one}/`))
      .sort((a, b) => b.length - a.length)
    const segments = clean.slice(mount.length + 1).split('/')
    const wild = segments.findIndex((segment) => /[*?]/.test(segment))
    const folder = segments.slice(0, wild < 0 ? -1 : wild)
    return { pattern: clean, span, find: { mount, path: folder.join('/') } }
  })
}

/** The same questions to a server, and the listings of owned paths in the settings' own Vault namespace. */
export function withOwned(wanted: ReadonlyMap<string, Wanted>, owned: readonly OwnedPath[]): Map<string, Wanted> {
  const all = new Map(wanted)
  if (owned.length === 0) return all
  const own = all.get('') ?? {}
  return all.set('', { ...own, finds: [...(own.finds ?? []), ...owned.map((one) => one.find)] })
}

/**
 * Secrets below owned paths that no manifest refers to. Where a manifest says its path only in part, everything that it may mean
 * counts as used: "nobody needs this" must be certain, since people delete what they read it about.
 */
export function unusedSecrets(chain: Chain, owned: readonly OwnedPath[], live: LiveState | undefined): UnusedSecret[] {
  const uses = chain.links.flatMap(usesOf)
  const found = new Map<string, UnusedSecret>()
  for (const { pattern, span, find } of owned) {
    const fits = vaultPathTest(pattern)
    const listed = live?.find(find.mount, find.path)
    if (listed === undefined || !('names' in listed)) continue
    for (const name of listed.names) {
      const path = `${find.mount}/${name}`
      if (!fits(path) || found.has(path) || uses.some((use) => use(path))) continue
      found.set(path, { path, pattern, span })
    }
  }
  return [...found.values()].sort((a, b) => (a.path < b.path ? -1 : 1))
}
