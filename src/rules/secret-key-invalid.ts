import { keyLookups } from '../chain/key-lookups.ts'
import { valueAt } from '../eso/field-value.ts'
import { textHoles } from '../eso/holes.ts'
import { isUnder } from '../eso/schema/field-path.ts'
import { isTemplateKey } from '../eso/schema/undecided.ts'
import { templateReads } from '../eso/template/read-templates.ts'
import { secretKeys } from '../eso/template/secret-keys.ts'
import { secretTemplate } from '../eso/template/template-fields.ts'
import type { Manifest } from '../model/manifest.ts'
import { isMap } from '../model/value.ts'
import { nameField, nameManifest } from '../model/wording.ts'
import { fingerprint } from './fingerprint.ts'
import type { Rule, RuleFinding } from './rule.ts'

/**
 * A key that cannot stand in a Secret: with a `rewrite` nothing is converted any more, so that a `/` of a name stays, and two names
 * may become one. ESO refuses the whole object (eso.md §6.4).
 */
export const secretKeyInvalid: Rule = {
  id: 'secret-key-invalid',
  title: 'A key that cannot stand in a Kubernetes Secret, or two that become one',
  group: 'manifest',
  severity: 'error',
  *check(chain): Iterable<RuleFinding> {
    for (const manifest of chain.manifests) {
      if (!manifest.apiVersion.startsWith('external-secrets.io/')) continue
      yield* templateKeys(this.id, manifest)
      const { failures = [] } = secretKeys(manifest, keyLookups(chain, manifest))
      if (failures.length === 0) continue
      const { invalid } = templateReads(manifest)
      for (const { field, text, by, perhaps } of failures) {
        // An operation that cannot be run has rules of its own (`find-regexp-invalid`, `template-invalid`).
        if (by === 'operation' || invalid.some((one) => isUnder(one.field, field))) continue
        yield {
          rule: this.id,
          severity: perhaps ? 'warning' : this.severity,
          headline: (object) => `${nameField(field)} of ${object} gives keys that no Secret can have`,
          why: `ESO answers \`${text}\`, and the whole object fails${perhaps ? ', unless that secret is deleted' : ''}.`,
          span: manifest.spanOf(field, 'value'),
          related: [],
          fix: {
            lead: 'let a `rewrite` replace what is refused, or remove `rewrite`: ESO then converts keys itself',
            kind: 'edit',
            language: 'yaml',
            text: 'rewrite:\n  - regexp:\n      source: "[^-._a-zA-Z0-9]"\n      target: "_"',
          },
          objects: [manifest],
          fingerprint: fingerprint(this.id, nameManifest(manifest), nameField(field)),
        }
      }
    }
  },
}

const KEY = /^[-._a-zA-Z0-9]{1,253}$/

/** Keys of `template.data`: nobody converts them, and the API server refuses the Secret. */
function* templateKeys(rule: string, manifest: Manifest): Iterable<RuleFinding> {
  const found = secretTemplate(manifest)
  const data = found === undefined ? undefined : valueAt(found.template, ['data'])
  if (found === undefined || !isMap(data)) return
  for (const key of Object.keys(data)) {
    if (KEY.test(key) || isTemplateKey(key) || textHoles(key).length > 0) continue
    const field = [...found.path, 'data', key]
    yield {
      rule,
      severity: 'error',
      headline: (object) => `Template of ${object} writes an invalid key: ${JSON.stringify(key)}`,
      why: 'A key has only letters, digits, `-`, `_` and `.`. The API server refuses the Secret.',
      span: manifest.spanOf(field, 'key'),
      related: [],
      fix: 'give the key another name',
      objects: [manifest],
      fingerprint: fingerprint(rule, nameManifest(manifest), key),
    }
  }
}
