import { objectsOf } from '../chain/fold-links.ts'
import { ineffectiveItems } from '../eso/facts/ineffective-items.ts'
import { mixedStoreKinds } from '../eso/facts/mixed-store-kinds.ts'
import { isKv1Failure } from '../model/eso-failure.ts'
import { nameField, nameManifest, nameReference } from '../model/wording.ts'
import { failureText } from '../report/reasons/failure.ts'
import { fingerprint } from './fingerprint.ts'
import type { Rule, RuleFinding } from './rule.ts'

/**
 * ESO fails at this reference before or instead of asking Vault, for a reason that no rule of its own names: a path it cannot
 * build, a nil pointer, two entries for one remote key (eso.md §2.3, §6.6).
 */
export const esoFails: Rule = {
  id: 'eso-fails',
  title: 'ESO fails at this reference before it asks Vault',
  group: 'manifest',
  severity: 'error',
  *check(chain): Iterable<RuleFinding> {
    for (const link of chain.links) {
      const { reference, store } = link
      const { failsWith } = reference
      if (failsWith === undefined || reference.proposed) continue
      // Without any store it fails whatever else cannot be told.
      const storeless = failsWith.code === 'no-store-named'
      if (reference.notChecked !== undefined && !(storeless && reference.notChecked.code === 'store-absent')) continue
      // Told by rules of their own.
      if (isKv1Failure(failsWith) || failsWith.code === 'find-regexp-invalid') continue
      // `..` that leads out of the API is `key-escapes-mount`.
      if (reference.key.split('/').includes('..')) continue
      const says = failureText(failsWith)
      const unset = store !== undefined && store.path === undefined
      yield {
        rule: this.id,
        severity: this.severity,
        message: (object) =>
          `${nameReference(reference, object)} cannot work: ESO answers \`${says}\`` +
          `${unset ? `, because ${store.kind} \`${store.name}\` has no \`path\` and the key \`${reference.key}\` does not say where the mount ends` : ''}.`,
        span: reference.span,
        related: [],
        ...(unset ? { fix: `Set \`path\` of ${store.kind} \`${store.name}\` to the KV mount.` } : {}),
        objects: objectsOf(link),
        fingerprint: fingerprint(this.id, reference.manifest.kind, reference.manifest.name, reference.key, says),
      }
    }
    for (const { problem, manifest, field, span } of ineffectiveItems(chain.manifests)) {
      // The search for SecretStore "" is a reference that fails, and is told above.
      if (problem === 'generator-in-data') continue
      yield {
        rule: this.id,
        severity: 'warning',
        message: (object) =>
          `${nameField(field)} of ${object} names a store and nothing to read from it. ESO's webhook lets that pass, ` +
          'and the item contributes nothing.',
        span,
        related: [],
        fix: 'Add `extract: { key: … }` or `find` beside `sourceRef`.',
        objects: [manifest],
        fingerprint: fingerprint(this.id, nameManifest(manifest), nameField(field)),
      }
    }
    for (const { manifest, span } of mixedStoreKinds(chain.manifests)) {
      yield {
        rule: this.id,
        severity: 'warning',
        message: (object) =>
          `${object} names a ClusterSecretStore and a SecretStore. After the one ESO looks for the other without a ` +
          'namespace, in an order that changes from run to run, so that the push fails now and then.',
        span,
        related: [],
        fix: 'Make two PushSecrets of it, one for each kind of store.',
        objects: [manifest],
        fingerprint: fingerprint(this.id, nameManifest(manifest), 'mixed-kinds'),
      }
    }
  },
}
