import { unknownKind } from '../eso/schema/kind-names.ts'
import { isMeantForEso } from '../model/kinds.ts'
import { nameManifest } from '../model/wording.ts'
import { fingerprint } from './fingerprint.ts'
import type { Rule, RuleFinding } from './rule.ts'

/** A kind, a group or both that ESO does not have: the object is never seen by it, and applying it fails. */
export const kindUnknown: Rule = {
  id: 'kind-unknown',
  title: 'A kind or API group that is none of ESO, misspelt or missing',
  group: 'manifest',
  severity: 'error',
  *check(chain): Iterable<RuleFinding> {
    for (const manifest of chain.manifests) {
      if (!isMeantForEso(manifest.apiVersion, manifest.kind, manifest.body)) continue
      const found = unknownKind(manifest)
      if (found === undefined) continue
      const { field, is, message, use } = found
      yield {
        rule: this.id,
        // A kind that nobody knows here may belong to a newer release.
        severity: is === 'unknown' ? 'warning' : this.severity,
        message: (object) => `${manifest.kind === '' ? `The object${object}` : object}: ${message}`,
        span: manifest.spanOf([field]),
        related: [],
        ...(use === undefined ? {} : { fix: `Write \`${field}: ${use}\`.` }),
        objects: [manifest],
        fingerprint: fingerprint(this.id, nameManifest(manifest), manifest.apiVersion),
      }
    }
  },
}
