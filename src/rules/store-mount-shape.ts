import { providerPath } from '../eso/provider.ts'
import { trimSlashes } from '../model/trim-slashes.ts'
import { usedBy } from '../model/wording.ts'
import { fingerprint } from './fingerprint.ts'
import { mountShapeProblem } from './mount-shape.ts'
import type { Rule, RuleFinding } from './rule.ts'

/**
 * A store's `path` that is no mount by its shape: `data` in it, empty, or with slashes around it. ESO never looks whether
 * `data` is there already and always inserts it (eso.md §0.2, which contradicts its API documentation).
 */
export const storeMountShape: Rule = {
  id: 'store-mount-shape',
  title: 'A store whose `path` cannot be the mount as it is written',
  group: 'manifest',
  severity: 'error',
  *check(chain): Iterable<RuleFinding> {
    for (const storeLink of chain.storeLinks) {
      const { store, links } = storeLink
      if (store.kind !== 'SecretStore' && store.kind !== 'ClusterSecretStore') continue
      const problem = mountShapeProblem(storeLink)
      if (problem === undefined) continue
      yield {
        rule: this.id,
        severity: problem.severity,
        headline: `\`path: ${store.path === '' ? '""' : store.path}\` of store \`${store.name}\` is not a mount`,
        why: `${problem.text}${usedBy(links.length)}`,
        span: store.manifest.spanOf([...providerPath(store), 'path']),
        related: [],
        fix: problem.fix,
        fingerprint: fingerprint(this.id, store.kind, store.namespace, store.name, store.path),
        vaultPaths: [trimSlashes(store.path ?? '')],
      }
    }
  },
}
