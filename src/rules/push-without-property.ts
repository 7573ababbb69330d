import { objectsOf } from '../chain/fold-links.ts'
import { vaultPathsOf } from '../chain/kv-path.ts'
import { pushesWithoutProperty } from '../eso/facts/push-without-property.ts'
import { nameReference } from '../model/wording.ts'
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
        message: (object) =>
          `${nameReference(reference, object)} pushes \`${reference.push?.secretKey}\` to \`${reference.key}\` without a \`property\`. The value must then be a ` +
          'JSON object, which replaces everything at that path; for plain text ESO answers `error unmarshalling vault secret: invalid JSON format` on the first write, and ' +
          '`error unmarshalling incoming secret value: invalid JSON format` where the secret exists.',
        span: reference.span,
        related: [],
        fix: `Write \`property: ${reference.push?.secretKey}\` under \`remoteRef\`; to push the whole Secret, leave \`secretKey\` out.`,
        fingerprint: fingerprint(this.id, reference.manifest.name, reference.key, reference.push?.secretKey),
        ...(link === undefined ? {} : { vaultPaths: vaultPathsOf(link), objects: objectsOf(link) }),
      }
    }
  },
}
