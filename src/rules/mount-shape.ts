import type { StoreLink } from '../chain/chain.ts'
import type { Severity } from '../model/finding.ts'

export interface MountShapeProblem {
  readonly severity: Severity
  readonly text: string
  readonly fix: string
}

/** What is wrong with a store's `path` by its shape alone (eso.md §0.2, §2.5 rows 15-22); `undefined` when nothing is. */
export function mountShapeProblem({ store, mount, links }: StoreLink): MountShapeProblem | undefined {
  const { path } = store
  if (path === undefined || store.holes.length > 0 || store.notChecked !== undefined) return undefined
  // A mount may be called anything, `data` too: where one of that very name is known, the shape says nothing.
  if (mount?.found === 'known') return undefined
  const example = links[0]?.reference.accesses[0]?.path
  const asks = example === undefined ? '' : ` So it asks for \`${example}\`.`
  if (path === '' && store.version === 'v2') {
    return {
      severity: 'error',
      text: `ESO then puts \`/data/\` before every key.${asks}`,
      fix: 'name the KV mount, or remove `path` and write the mount into every key',
    }
  }
  if (/[^/]/.test(path) && (path.startsWith('/') || path.endsWith('/'))) {
    return {
      severity: 'warning',
      text: 'ESO then no longer recognises keys that begin with the mount.',
      fix: `write \`path: ${path.replace(/^\/+|\/+$/g, '')}\``,
    }
  }
  const segments = path.split('/')
  const at = segments.indexOf('data')
  if (store.version === 'v2' && at > 0) {
    return {
      severity: 'error',
      text: `ESO always adds \`data\` after the mount.${asks}`,
      fix: `write \`path: ${segments.slice(0, at).join('/')}\`${at + 1 < segments.length ? ` and put \`${segments.slice(at + 1).join('/')}/\` before every key` : ''}`,
    }
  }
  return undefined
}
