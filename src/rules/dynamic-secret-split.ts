import { dynamicSplits } from '../eso/facts/dynamic-splits.ts'
import { looksDynamic } from '../eso/facts/looks-dynamic.ts'
import type { Reference } from '../eso/reference.ts'
import type { Finding } from './finding.ts'
import { fingerprint } from './fingerprint.ts'
import type { Rule } from './rule.ts'
import { nameManifest } from './wording.ts'

/** Two items read one dynamic credential: two requests, two leases, a user name and a password of different users (field.md §5). */
export const dynamicSecretSplit: Rule = {
  id: 'dynamic-secret-split',
  title: 'Two items read one dynamic credential, and get two that do not belong together',
  group: 'manifest',
  severity: 'error',
  *check(chain): Iterable<Finding> {
    const engines = new Map<Reference, string>()
    for (const { reference, mount } of chain.links) {
      if (mount?.found === 'known') engines.set(reference, mount.fact.type)
    }
    const isDynamic = (reference: Reference) => {
      const engine = engines.get(reference)
      return engine === undefined ? looksDynamic(reference) : engine !== 'kv' && engine !== 'cubbyhole'
    }
    for (const { path, references } of dynamicSplits(
      chain.links.map((link) => link.reference),
      isDynamic,
    )) {
      const [first, second] = references
      if (first === undefined || second === undefined) continue
      yield {
        rule: this.id,
        severity: this.severity,
        message:
          `${nameManifest(second.manifest)} reads \`${path}\` ${references.length} times. It is a dynamic engine: every read makes a new credential ` +
          'with a lease of its own, so the values in the Secret belong to different users.',
        span: second.span,
        related: [first, ...references.slice(2)].map(({ span }) => ({ span, message: 'reads it too' })),
        fix: 'Read it once: `dataFrom: [{ extract: { key: … } }]`, or a VaultDynamicSecret generator, and rename the keys with `rewrite` or a template.',
        fingerprint: fingerprint(this.id, nameManifest(second.manifest), path),
        vaultPaths: [path],
      }
    }
  },
}
