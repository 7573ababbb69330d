import { objectsOf } from '../chain/fold-links.ts'
import { counted, nameManifest } from '../model/wording.ts'
import { type CausedFinding, placesOf, reportCauses } from './common-cause.ts'
import { fingerprint } from './fingerprint.ts'
import type { Rule } from './rule.ts'

/** A ClusterSecretStore's `conditions` shut out the namespace that uses it (eso.md §6.1). */
export const storeCondition: Rule = {
  id: 'store-condition',
  title: "A ClusterSecretStore's conditions exclude the namespace that uses it",
  group: 'manifest',
  severity: 'error',
  check: (chain) =>
    reportCauses(
      (function* (): Iterable<CausedFinding<{ readonly store: string; readonly file: string }>> {
        const seen = new Set<string>()
        for (const link of chain.links) {
          const { reference, store } = link
          if (reference.condition.verdict !== 'denied' || store === undefined || reference.storeRef === undefined)
            continue
          const { span } = reference.storeRef
          const { namespaces, says } = reference.condition
          const at = `${span.file}:${span.line}:${store.name}:${reference.manifest.namespace}`
          if (seen.has(at)) continue
          seen.add(at)
          yield {
            cause: { store: store.name, file: store.manifest.span.file },
            finding: {
              rule: storeCondition.id,
              severity: 'error',
              message: (object) =>
                `${object} uses ClusterSecretStore \`${store.name}\`, whose conditions do not admit namespace ` +
                `\`${namespaces.join('`, `')}\`. ESO answers \`${says}\`.`,
              span,
              related: [
                { span: store.manifest.spanOf(['spec', 'conditions'], 'key'), message: 'the conditions of the store' },
              ],
              fix: `Add the namespace to \`spec.conditions\` of ClusterSecretStore \`${store.name}\`, or use a store that admits it.`,
              objects: objectsOf(link),
              fingerprint: fingerprint(storeCondition.id, nameManifest(reference.manifest), store.name),
            },
          }
        }
      })(),
      (findings, { store }) => {
        const [first] = findings
        return {
          ...first,
          message: `${counted(findings.length, 'object')} use a store whose conditions shut them out. The first: ${first.message}`,
          span: first.related[0]?.span ?? first.span,
          related: placesOf(findings, 'is shut out'),
          fingerprint: fingerprint(storeCondition.id, 'many', store),
        }
      },
    ),
}
