import { formatSpan } from '../model/span.ts'
import { listed, nameManifest } from '../model/wording.ts'
import { fingerprint } from './fingerprint.ts'
import type { Rule, RuleFinding } from './rule.ts'

/**
 * Two stores of one kind, namespace and name that reach the same cluster: the one applied last wins, and nobody can tell which.
 * The same name in separate trees (a folder per cluster) is no duplicate (field.md §6).
 */
export const storeDuplicate: Rule = {
  id: 'store-duplicate',
  title: 'Two stores have one name, and a reference cannot tell which it gets',
  group: 'manifest',
  severity: 'warning',
  *check(chain): Iterable<RuleFinding> {
    const seen = new Set<string>()
    for (const { reference } of chain.links) {
      if (reference.store.found !== 'duplicate') continue
      const { stores } = reference.store
      const [first, ...others] = stores
      if (first === undefined) continue
      const key = stores.map((store) => `${store.manifest.span.file}:${store.manifest.span.line}`).join(' ')
      if (seen.has(key)) continue
      seen.add(key)
      yield {
        rule: this.id,
        severity: this.severity,
        message:
          `${nameManifest(first.manifest)} is declared ${stores.length} times, with different content: ` +
          `${listed(stores.map((store) => formatSpan(store.manifest.spanOf(['metadata', 'name']))))}. The one applied last wins; what uses it is not checked.`,
        span: first.manifest.spanOf(['metadata', 'name']),
        related: others.map((store) => ({
          span: store.manifest.spanOf(['metadata', 'name']),
          message: 'the same name again',
        })),
        fix: 'Rename one of them, or give the check the folder of one cluster at a time.',
        fingerprint: fingerprint(this.id, first.kind, first.namespace, first.name),
      }
    }
  },
}
