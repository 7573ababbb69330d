import { keyLookups } from '../chain/key-lookups.ts'
import { templateReads } from '../eso/template/read-templates.ts'
import { missingTemplateKeys, type SecretKeys, secretKeys } from '../eso/template/secret-keys.ts'
import { listed, nameField, nameManifest, upper } from '../model/wording.ts'
import { fingerprint } from './fingerprint.ts'
import type { Rule, RuleFinding } from './rule.ts'

/**
 * A template reads a key that nothing gives. ESO renders with `missingkey=error`, so that `default` does not help: the whole
 * ExternalSecret fails with `map has no entry for key` (eso.md §6.4).
 */
export const templateKeyAbsent: Rule = {
  id: 'template-key-absent',
  title: 'A template reads a key that neither `data` nor `dataFrom` gives',
  group: 'manifest',
  severity: 'error',
  *check(chain): Iterable<RuleFinding> {
    for (const manifest of chain.manifests) {
      if (!manifest.apiVersion.startsWith('external-secrets.io/')) continue
      const { reads } = templateReads(manifest)
      if (reads.length === 0) continue
      const keys = secretKeys(manifest, keyLookups(chain, manifest))
      for (const { read, nearest } of missingTemplateKeys(reads, keys)) {
        const empty = read.onMissing === 'empty'
        yield {
          rule: this.id,
          severity: empty || read.guarded ? 'warning' : 'error',
          headline: (object) => `Template reads \`${read.key}\`, which ${object} does not have`,
          why:
            `${upper(whatThereIs(keys))}. ` +
            (empty
              ? '`index` gives an empty text for a missing key, which lands in the Secret without an error.'
              : `ESO answers \`map has no entry for key "${read.key}"\`, also under \`default\`, and the whole object fails${read.guarded ? ' where the template comes to it' : ''}.`),
          span: read.span,
          related: [],
          fix: nearest === undefined ? 'add the key to `data`, or remove it from the template' : `write \`${nearest}\``,
          objects: [manifest],
          fingerprint: fingerprint(this.id, nameManifest(manifest), read.key, nameField(read.field)),
        }
      }
    }
  },
}

function whatThereIs(keys: SecretKeys): string {
  const names = [...keys.known].sort().map((key) => `\`${key}\``)
  if (names.length === 0) return 'its `data` and `dataFrom` give no key at all'
  const shown = names.slice(0, 10)
  return `its \`data\` and \`dataFrom\` give ${listed(shown)}${names.length > 10 ? ` and ${names.length - 10} more` : ''}`
}
