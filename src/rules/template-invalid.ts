import { templateReads } from '../eso/template/read-templates.ts'
import type { Finding } from './finding.ts'
import { fingerprint } from './fingerprint.ts'
import type { Rule } from './rule.ts'
import { nameField, nameManifest } from './wording.ts'

/** A template that Go does not parse, or that fails whatever the data is (eso.md §6.4). */
export const templateInvalid: Rule = {
  id: 'template-invalid',
  title: 'A template that Go refuses',
  group: 'manifest',
  severity: 'error',
  *check(chain): Iterable<Finding> {
    const seen = new Set<string>()
    for (const manifest of chain.manifests) {
      if (!manifest.apiVersion.startsWith('external-secrets.io/')) continue
      for (const { message, span, field, severity } of templateReads(manifest).invalid) {
        const at = `${span.file}:${span.line}:${span.column} ${message}`
        if (seen.has(at)) continue
        seen.add(at)
        yield {
          rule: this.id,
          severity,
          message: `${nameField(field)} of ${nameManifest(manifest)}: ${message}`,
          span,
          related: [],
          fingerprint: fingerprint(this.id, nameManifest(manifest), nameField(field), message),
        }
      }
    }
  },
}
