import type { Chain, InstalledEso } from '../chain/chain.ts'
import { isEsoKind } from '../eso/kinds.ts'
import { fieldsNewerThan, type NewerField } from '../eso/schema/eso-features.ts'
import type { SchemaProblem } from '../eso/schema/problem.ts'
import { validateManifest } from '../eso/schema/validate.ts'
import type { Manifest } from '../model/manifest.ts'
import { formatSpan } from '../model/span.ts'
import { nameField, nameManifest } from '../model/wording.ts'
import { fingerprint } from './fingerprint.ts'
import { nearestPins } from './nearest-pins.ts'
import type { Rule, RuleFinding } from './rule.ts'

/**
 * A field that ESO's CRDs do not have, in the wrong place, missing, of the wrong type or with a value that is refused. The API
 * server drops unknown fields without a word, so a wrong indentation leaves an ExternalSecret without a source.
 */
export const fieldUnknown: Rule = {
  id: 'field-unknown',
  title: "A field that ESO's CRD does not have, or that is misplaced, missing or of the wrong type",
  group: 'manifest',
  severity: 'error',
  *check(chain): Iterable<RuleFinding> {
    for (const manifest of chain.manifests) {
      for (const problem of validateManifest(manifest)) {
        if (toldByAnother(manifest, problem)) continue
        yield {
          rule: this.id,
          severity: problem.severity,
          message: (object) => `${object}: ${problem.message}`,
          span: problem.span,
          related: [],
          ...(problem.suggestion === undefined ? {} : { fix: problem.suggestion }),
          objects: [manifest],
          fingerprint: fingerprint(this.id, nameManifest(manifest), problem.kind, nameField(problem.path)),
        }
      }
      for (const { feature, path, span, pin } of tooNew(chain, manifest)) {
        const since = feature.since.join('.')
        const where = pin.span === undefined ? '' : `, pinned in ${formatSpan(pin.span)}`
        yield {
          rule: this.id,
          severity: 'warning',
          message: (object) =>
            `${object}: \`${nameField(path)}\` (${feature.what}) came with ESO ${since}, and this is for ESO ` +
            `${pin.version}${where}. Its API server ${feature.value === undefined ? 'drops the field without a word' : 'refuses the object'}.`,
          span,
          related: pin.span === undefined ? [] : [{ span: pin.span, message: 'ESO is pinned here' }],
          fix: `Update ESO to ${since} or later, or take the field out.`,
          objects: [manifest],
          fingerprint: fingerprint(this.id, nameManifest(manifest), 'newer', nameField(path)),
        }
      }
    }
  },
}

/** Fields that every ESO that may be meant is too old for: of several pins that are equally near, all must be. */
function tooNew(chain: Chain, manifest: Manifest): (NewerField & { readonly pin: InstalledEso })[] {
  const [pin, ...others] = nearestPins(chain, manifest.span.file)
  if (pin === undefined) return []
  const also = others.map(
    ({ version }) => new Set(fieldsNewerThan(manifest, version).map(({ path }) => nameField(path))),
  )
  return fieldsNewerThan(manifest, pin.version)
    .filter(({ path }) => also.every((fields) => fields.has(nameField(path))))
    .map((field) => ({ ...field, pin }))
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
