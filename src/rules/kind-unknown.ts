import { unknownKind } from '../eso/schema/kind-names.ts'
import type { Fix } from '../model/finding.ts'
import { isMeantForEso } from '../model/kinds.ts'
import { nameManifest, upper } from '../model/wording.ts'
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
        headline:
          manifest.kind === ''
            ? `Object \`${manifest.name}\` has no kind`
            : `ESO has no kind \`${manifest.kind}\` in \`${manifest.apiVersion}\``,
        why: upper(message),
        cause: `${manifest.apiVersion} ${manifest.kind}`,
        span: manifest.spanOf([field]),
        related: [],
        ...(use === undefined ? {} : { fix: edit(field, use) }),
        objects: [manifest],
        fingerprint: fingerprint(this.id, nameManifest(manifest), manifest.apiVersion),
      }
    }
  },
}

function edit(field: string, use: string): Fix {
  return { lead: `correct \`${field}\``, kind: 'edit', language: 'yaml', text: `${field}: ${use}` }
}
