import { isKnownInterval } from '../eso/schema/schema-lookup.ts'
import { templateReads } from '../eso/template/read-templates.ts'
import { parseVersionRange } from '../model/version-range.ts'
import { nameField, nameManifest } from '../model/wording.ts'
import { fingerprint } from './fingerprint.ts'
import { nearestPins } from './nearest-pins.ts'
import type { Rule, RuleFinding } from './rule.ts'

/** A template that Go does not parse, or that fails whatever the data is (eso.md §6.4). */
export const templateInvalid: Rule = {
  id: 'template-invalid',
  title: 'A template that Go refuses',
  group: 'manifest',
  severity: 'error',
  *check(chain): Iterable<RuleFinding> {
    for (const manifest of chain.manifests) {
      if (!manifest.apiVersion.startsWith('external-secrets.io/')) continue
      const versions = nearestPins(chain, manifest.span.file).map(({ version }) => parseVersionRange(version.trim()))
      const known = versions.length > 0 && versions.every((range) => range?.every(isKnownInterval) === true)
      for (const { message, span, field, severity, unknownFunction } of templateReads(manifest).invalid) {
        yield {
          rule: this.id,
          // A function that no known release has may come with a newer one: not when the pinned one is known.
          severity: known && unknownFunction !== undefined ? 'error' : severity,
          headline: (object) => `Template of ${object} is refused by Go`,
          why: `${nameField(field)}: ${message}`,
          span,
          related: [],
          objects: [manifest],
          fingerprint: fingerprint(this.id, nameManifest(manifest), nameField(field), message),
        }
      }
    }
  },
}
