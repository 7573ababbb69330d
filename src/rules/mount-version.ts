import { nameProvenance, spanOfProvenance } from '../chain/provenance.ts'
import { providerPath } from '../eso/provider.ts'
import { hasOtherVersion } from './broken-store.ts'
import { fingerprint } from './fingerprint.ts'
import type { Rule, RuleFinding } from './rule.ts'
import { spanOrKey } from './span-or-key.ts'

/** The store speaks another KV version than the mount: each request goes to a path that holds nothing (eso.md §0.8, §3.2). */
export const mountVersion: Rule = {
  id: 'mount-version',
  title: 'The store says another KV version than the mount has',
  group: 'facts',
  severity: 'error',
  *check(chain): Iterable<RuleFinding> {
    for (const storeLink of chain.storeLinks) {
      const { store, mount, links } = storeLink
      if (mount?.found !== 'known' || !hasOtherVersion(storeLink)) continue
      const wanted = store.version === 'v2' ? 2 : 1
      const at = spanOfProvenance(mount.fact.provenance)
      yield {
        rule: this.id,
        severity: 'error',
        headline: `Store \`${store.name}\` is KV ${store.version}, and mount \`${mount.fact.path}/\` is v${mount.fact.version}`,
        why:
          `The mount is ${nameProvenance(mount.fact.provenance)}. ` +
          (wanted === 2
            ? 'ESO asks for `data/…` paths, which a version 1 engine takes for keys.'
            : 'ESO leaves `data/` out of the paths, and a version 2 engine answers 404.') +
          noneOf(links.length),
        span: spanOrKey(store.manifest, [...providerPath(store), 'version']),
        related: at === undefined ? [] : [{ span: at, message: 'the mount is enabled here' }],
        fix: {
          lead: 'write the version of the mount',
          kind: 'edit',
          language: 'yaml',
          text: `version: v${mount.fact.version}`,
        },
        vaultPaths: [mount.fact.path],
        fingerprint: fingerprint(this.id, store.kind, store.namespace, store.name, store.version),
      }
    }
  },
}

function noneOf(count: number): string {
  if (count === 0) return ''
  return count === 1 ? ' Its one reference cannot be read.' : ` None of its ${count} references can be read.`
}
