import type { StoreLink } from '../chain/chain.ts'
import type { Finding, Severity } from './finding.ts'
import { fingerprint } from './fingerprint.ts'
import type { Rule } from './rule.ts'
import { counted } from './wording.ts'

/**
 * A store's `path` that is no mount by its shape: `data` in it, empty, or with slashes around it. ESO never looks whether
 * `data` is there already and always inserts it (eso.md §0.2, which contradicts its API documentation).
 */
export const storeMountShape: Rule = {
  id: 'store-mount-shape',
  title: 'A store whose `path` cannot be the mount as it is written',
  group: 'manifest',
  severity: 'error',
  *check(chain): Iterable<Finding> {
    for (const storeLink of chain.storeLinks) {
      const { store, links } = storeLink
      if (store.kind !== 'SecretStore' && store.kind !== 'ClusterSecretStore') continue
      const problem = problemOf(storeLink)
      if (problem === undefined) continue
      yield {
        rule: this.id,
        severity: problem.severity,
        message: `${store.kind} \`${store.name}\` has \`path: ${store.path === '' ? '""' : store.path}\`. ${problem.text} ${counted(links.length, 'reference')} use it.`,
        span: store.manifest.spanOf(['spec', 'provider', 'vault', 'path']),
        related: [],
        fix: problem.fix,
        fingerprint: fingerprint(this.id, store.kind, store.namespace, store.name, store.path),
      }
    }
  },
}

function problemOf({ store, mount, links }: StoreLink): { severity: Severity; text: string; fix: string } | undefined {
  const { path } = store
  if (path === undefined || store.holes.length > 0 || store.notChecked !== undefined) return undefined
  // A mount may be called anything, `data` too: where one of that very name is known, the shape says nothing.
  if (mount?.found === 'known') return undefined
  const example = links[0]?.reference.accesses[0]?.path
  const asks = example === undefined ? '' : ` The first reference makes ESO ask for \`${example}\`.`
  if (path === '' && store.version === 'v2') {
    return {
      severity: 'error',
      text: `An empty path is not the same as none: ESO puts \`/data/\` before every key.${asks}`,
      fix: 'Name the KV mount, or leave `path` out and write the mount into every key.',
    }
  }
  if (/[^/]/.test(path) && (path.startsWith('/') || path.endsWith('/'))) {
    return {
      severity: 'warning',
      text: 'Slashes around the mount vanish in the request, but a key that begins with the mount is then no longer recognised.',
      fix: `Write \`path: ${path.replace(/^\/+|\/+$/g, '')}\`.`,
    }
  }
  const segments = path.split('/')
  const at = segments.indexOf('data')
  if (store.version === 'v2' && at > 0) {
    return {
      severity: 'error',
      text: `\`path\` is the mount alone, and ESO inserts \`data\` after it, always.${asks}`,
      fix: `Write \`path: ${segments.slice(0, at).join('/')}\`${at + 1 < segments.length ? ` and put \`${segments.slice(at + 1).join('/')}/\` before every key` : ''}.`,
    }
  }
  return undefined
}
