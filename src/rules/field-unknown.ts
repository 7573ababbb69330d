import { isEsoKind } from '../eso/kinds.ts'
import type { SchemaProblem } from '../eso/schema/problem.ts'
import { validateManifest } from '../eso/schema/validate.ts'
import type { Finding } from '../model/finding.ts'
import type { Manifest } from '../model/manifest.ts'
import { fingerprint } from './fingerprint.ts'
import { versionsFor } from './installed-eso.ts'
import type { Rule } from './rule.ts'
import { nameField, nameManifest } from './wording.ts'

/**
 * A field that ESO's CRDs do not have, in the wrong place, missing, of the wrong type or with a value that is refused. The API
 * server drops unknown fields without a word, so a wrong indentation leaves an ExternalSecret without a source.
 */
export const fieldUnknown: Rule = {
  id: 'field-unknown',
  title: "A field that ESO's CRD does not have, or that is misplaced, missing or of the wrong type",
  group: 'manifest',
  severity: 'error',
  *check(chain): Iterable<Finding> {
    for (const manifest of chain.manifests) {
      for (const problem of validateManifest(manifest, { eso: versionsFor(chain, manifest.span.file) })) {
        if (toldByAnother(manifest, problem)) continue
        yield {
          rule: this.id,
          severity: problem.severity,
          message: `${nameManifest(manifest)}: ${problem.message}`,
          span: problem.span,
          related: [],
          ...(problem.suggestion === undefined ? {} : { fix: problem.suggestion }),
          objects: [manifest],
          fingerprint: fingerprint(this.id, nameManifest(manifest), problem.kind, nameField(problem.path)),
        }
      }
    }
  },
}

/**
 * Told by rules of their own: check-and-set on KV v1 (`kv1-operation`), regular expressions (`find-regexp-invalid`), types of a
 * template (`service-account-token-template`).
 */
function toldByAnother(manifest: Manifest, { kind, path, effect }: SchemaProblem): boolean {
  if (effect !== 'denied') return false
  const isStore = isEsoKind(manifest, 'SecretStore', 'ClusterSecretStore')
  if (isStore && kind === 'exclusive' && path.at(-2) === 'checkAndSet') return true
  if (isStore && path.includes('namespaceRegexes')) return true
  return kind === 'value' && path.at(-2) === 'template' && path.at(-1) === 'type'
}
