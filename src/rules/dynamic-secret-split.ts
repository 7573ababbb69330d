import { engineOf } from '../chain/engine.ts'
import { dynamicSplits } from '../eso/facts/dynamic-splits.ts'
import type { Reference } from '../model/reference.ts'
import { nameManifest } from '../model/wording.ts'
import { fingerprint } from './fingerprint.ts'
import type { Rule, RuleFinding } from './rule.ts'

/** Two items read one dynamic credential: two requests, two leases, a user name and a password of different users (field.md §5). */
export const dynamicSecretSplit: Rule = {
  id: 'dynamic-secret-split',
  title: 'Two items read one dynamic credential, and get two that do not belong together',
  group: 'manifest',
  severity: 'error',
  *check(chain): Iterable<RuleFinding> {
    const engines = new Map(chain.links.map(({ reference, mount }) => [reference, engineOf(reference, mount)]))
    const isDynamic = (reference: Reference) => !['kv', 'cubbyhole', 'generic'].includes(engines.get(reference) ?? 'kv')
    for (const { path, references } of dynamicSplits(
      chain.links.map((link) => link.reference),
      isDynamic,
    )) {
      const [first, second] = references
      if (first === undefined || second === undefined) continue
      yield {
        rule: this.id,
        severity: this.severity,
        headline: (object) => `${object} reads dynamic credential \`${path}\` ${references.length} times`,
        why: 'Every read makes a new credential, so the values in the Secret belong to different users.',
        span: second.span,
        related: [first, ...references.slice(2)].map(({ span }) => ({ span, message: 'reads it too' })),
        fix: 'read it once, with `dataFrom.extract` or a VaultDynamicSecret generator, and rename the keys with `rewrite` or a template',
        objects: [second.manifest],
        fingerprint: fingerprint(this.id, nameManifest(second.manifest), path),
        vaultPaths: [path],
      }
    }
  },
}
