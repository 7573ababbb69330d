import { templateReads } from '../eso/template/read-templates.ts'
import { nameField, nameManifest } from '../model/wording.ts'
import { fingerprint } from './fingerprint.ts'
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
      for (const { message, span, field, severity } of templateReads(manifest).invalid) {
        yield {
          rule: this.id,
          severity,
          message: (object) => `${nameField(field)} of ${object}: ${message}`,
          span,
          related: [],
          objects: [manifest],
          fingerprint: fingerprint(this.id, nameManifest(manifest), nameField(field), message),
        }
      }
    }
  },
}
