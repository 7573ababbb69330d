import type { Ci } from '../settings/environment.ts'

/**
 * How a forge's API differs from GitHub's where comments and issues are kept (platform.md §1.7). Gitea and Forgejo serve the same routes;
 * their labels are ids, their pages are shorter, and their job token may not ask who it is.
 */
export interface Forge {
  readonly kind: 'github' | 'gitea'
  /** What people call it, for messages. */
  readonly name: string
  /** Who the job's own token acts as. */
  readonly bot: string
  /** Entries of a page that is asked for; Gitea gives at most 50, whatever is asked. */
  readonly perPage: number
  /** What comes before a commit in the address of a file. */
  readonly sources: 'blob' | 'src/commit'
}

export const GITHUB: Forge = {
  kind: 'github',
  name: 'GitHub',
  bot: 'github-actions[bot]',
  perPage: 100,
  sources: 'blob',
}
const GITEA: Forge = { kind: 'gitea', name: 'Gitea', bot: 'gitea-actions', perPage: 50, sources: 'src/commit' }
const FORGEJO: Forge = { kind: 'gitea', name: 'Forgejo', bot: 'forgejo-actions', perPage: 50, sources: 'src/commit' }

export function forgeOf({ kind }: Pick<Ci, 'kind'>): Forge {
  if (kind === 'forgejo') return FORGEJO
  return kind === 'gitea' ? GITEA : GITHUB
}

/** The page to ask for, as the forge calls it. */
export function pageOf(forge: Forge, page: number): Readonly<Record<string, number>> {
  return forge.kind === 'gitea' ? { limit: forge.perPage, page } : { per_page: forge.perPage, page }
}
