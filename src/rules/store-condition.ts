import { objectsOf } from '../chain/fold-links.ts'
import { listed, nameManifest } from '../model/wording.ts'
import { fingerprint } from './fingerprint.ts'
import type { Rule, RuleFinding } from './rule.ts'

/** A ClusterSecretStore's `conditions` shut out the namespace that uses it (eso.md §6.1). */
export const storeCondition: Rule = {
  id: 'store-condition',
  title: "A ClusterSecretStore's conditions exclude the namespace that uses it",
  group: 'manifest',
  severity: 'error',
  *check(chain): Iterable<RuleFinding> {
    const seen = new Set<string>()
    for (const link of chain.links) {
      const { reference, store } = link
      if (reference.condition.verdict !== 'denied' || store === undefined || reference.storeRef === undefined) continue
      const { span } = reference.storeRef
      const { namespaces, says } = reference.condition
      const at = `${span.file}:${span.line}:${store.name}:${reference.manifest.namespace}`
      if (seen.has(at)) continue
      seen.add(at)
      const conditions = store.manifest.spanOf(['spec', 'conditions'], 'key')
      yield {
        rule: this.id,
        severity: 'error',
        headline: `Store \`${store.name}\` is not open to namespace ${listed(namespaces.map((one) => `\`${one}\``))}`,
        why: `ESO answers \`${says}\`.`,
        does: `uses it from namespace ${listed(namespaces.map((one) => `\`${one}\``))}`,
        span,
        related: [{ span: conditions, message: 'the conditions of the store' }],
        fix: {
          lead: `add the namespace to \`spec.conditions\` of ClusterSecretStore \`${store.name}\`, or use a store that admits it`,
          kind: 'advice',
          at: { file: conditions.file, line: conditions.line },
        },
        cause: `${store.manifest.span.file} ${store.name}`,
        parts: { what: `Store \`${store.name}\` is not open to the namespaces that use it` },
        objects: objectsOf(link),
        fingerprint: fingerprint(this.id, nameManifest(reference.manifest), store.name),
      }
    }
  },
}
