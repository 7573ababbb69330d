import { nameProvenance, spanOfProvenance } from '../chain/provenance.ts'
import type { Finding } from './finding.ts'
import { fingerprint } from './fingerprint.ts'
import type { Rule } from './rule.ts'
import { counted } from './wording.ts'

/** The store speaks another KV version than the mount: each request goes to a path that holds nothing (eso.md §0.8, §3.2). */
export const mountVersion: Rule = {
  id: 'mount-version',
  title: 'The store says another KV version than the mount has',
  group: 'facts',
  severity: 'error',
  *check(chain): Iterable<Finding> {
    for (const { store, mount, links } of chain.storeLinks) {
      if (mount?.found !== 'known' || mount.fact.type !== 'kv' || mount.fact.version === undefined) continue
      const wanted = store.version === 'v2' ? 2 : 1
      if (mount.fact.version === wanted) continue
      const at = spanOfProvenance(mount.fact.provenance)
      yield {
        rule: this.id,
        severity: 'error',
        message:
          `${store.kind} \`${store.name}\` says \`version: ${store.version}\`, and the engine at \`${mount.fact.path}/\` is KV version ` +
          `${mount.fact.version} (${nameProvenance(mount.fact.provenance)}). ` +
          (wanted === 2
            ? 'ESO asks for `data/…` paths that a version 1 engine takes for keys.'
            : 'ESO leaves `data/` out of the paths, and a version 2 engine answers 404.') +
          ` None of its ${counted(links.length, 'reference')} can be read.`,
        span: store.manifest.spanOf(['spec', 'provider', 'vault', 'version']),
        related: at === undefined ? [] : [{ span: at, message: 'the mount is enabled here' }],
        fix: `Write \`version: v${mount.fact.version}\`.`,
        fingerprint: fingerprint(this.id, store.kind, store.namespace, store.name, store.version),
      }
    }
  },
}
