import { objectsOf } from '../chain/fold-links.ts'
import { vaultPathsOf } from '../chain/kv-path.ts'
import { pushesWithoutProperty } from '../eso/facts/push-without-property.ts'
import { fingerprint } from './fingerprint.ts'
import type { Rule, RuleFinding } from './rule.ts'

/** A push of one key without a property: the value must be a JSON object and replaces the whole secret (eso.md §3.6). */
export const pushWithoutProperty: Rule = {
  id: 'push-without-property',
  title: 'A push without `property` needs a JSON object as its value, and replaces the secret',
  group: 'manifest',
  severity: 'warning',
  *check(chain): Iterable<RuleFinding> {
    const links = new Map(chain.links.map((link) => [link.reference, link]))
    for (const reference of pushesWithoutProperty([...links.keys()])) {
      const link = links.get(reference)
      yield {
        rule: this.id,
        severity: this.severity,
        headline: (object) => `${object} pushes \`${reference.push?.secretKey}\` without a property`,
        why: 'The value must then be a JSON object, which replaces the whole secret; for plain text ESO answers `invalid JSON format`.',
        does: `writes \`${reference.key}\``,
        span: reference.span,
        related: [],
        fix: {
          lead: 'name the property; to push the whole Secret, remove `secretKey`',
          kind: 'edit',
          language: 'yaml',
          text: `remoteRef:\n  property: ${reference.push?.secretKey}`,
        },
        fingerprint: fingerprint(this.id, reference.manifest.name, reference.key, reference.push?.secretKey),
        ...(link === undefined ? {} : { vaultPaths: vaultPathsOf(link), objects: objectsOf(link) }),
      }
    }
  },
}
