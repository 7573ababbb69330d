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
        headline: `${first.kind} \`${first.name}\` is declared ${stores.length} times`,
        why: 'Their content differs, and the one applied last wins. What uses it is not checked.',
        span: first.manifest.spanOf(['metadata', 'name']),
        related: others.map((store) => ({
          span: store.manifest.spanOf(['metadata', 'name']),
          message: 'the same name again',
        })),
        fix: 'rename one of them, or check the folder of one cluster at a time',
        fingerprint: fingerprint(this.id, first.kind, first.namespace, first.name),
      }
    }
  },
}
