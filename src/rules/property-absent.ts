import { objectsOf } from '../chain/fold-links.ts'
import { propertyVerdict } from '../chain/property-verdict.ts'
import { goQuote } from '../model/go-quote.ts'
import { nameReference } from '../model/wording.ts'
import { fingerprint } from './fingerprint.ts'
import { readersOfSecrets } from './per-secret.ts'
import type { Rule, RuleFinding } from './rule.ts'

/**
 * The secret is there and the property is not. ESO fails the whole ExternalSecret, whatever its deletionPolicy: a missing
 * property is never "no secret" (eso.md §0.9). Judged by key names alone; what lies behind a value is not checked, and said to be so.
 */
export const propertyAbsent: Rule = {
  id: 'property-absent',
  title: 'The secret exists and has no such property',
  group: 'facts',
  severity: 'error',
  *check(chain): Iterable<RuleFinding> {
    for (const { path, links } of readersOfSecrets(chain)) {
      for (const link of links) {
        const { reference } = link
        const { property } = reference
        const verdict = propertyVerdict(link)
        if (property === undefined || verdict?.presence !== 'absent') continue
        yield {
          rule: this.id,
          severity: this.severity,
          message: (object) =>
            `${nameReference(reference, object)} reads property \`${property}\` of \`${path}\`, and there is ${verdict.because}. ` +
            `ESO answers \`cannot find secret data for key: ${goQuote(property)}\` and the whole ExternalSecret fails.`,
          span: reference.propertySpan ?? reference.span,
          related: [],
          fix:
            verdict.nearest === undefined
              ? `Add the key to the secret, or name one that it has.`
              : `Write \`property: ${verdict.nearest}\`.`,
          objects: objectsOf(link),
          fingerprint: fingerprint(this.id, path, property),
          vaultPaths: [path],
        }
      }
    }
  },
}
