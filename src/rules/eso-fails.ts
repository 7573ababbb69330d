import type { Chain, Link } from '../chain/chain.ts'
import { objectsOf } from '../chain/fold-links.ts'
import { ineffectiveItems } from '../eso/facts/ineffective-items.ts'
import { mixedStoreKinds } from '../eso/facts/mixed-store-kinds.ts'
import { releaseFaults } from '../eso/facts/release-faults.ts'
import { NIL_PATH, NOT_KV2 } from '../eso/paths.ts'
import { isGenerator } from '../eso/provider.ts'
import { type FailsWith, isKv1Failure } from '../model/eso-failure.ts'
import type { Reference } from '../model/reference.ts'
import { listed, nameField, nameManifest, upper } from '../model/wording.ts'
import { failureText } from '../report/reasons/failure.ts'
import { fingerprint } from './fingerprint.ts'
import { doesOf } from './hops.ts'
import { nearestPins } from './nearest-pins.ts'
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
      const { reference } = link
      const { failsWith } = reference
      if (failsWith === undefined || reference.proposed) continue
      // Without any store it fails whatever else cannot be told.
      const storeless = failsWith.code === 'no-store-named'
      if (reference.notChecked !== undefined && !(storeless && reference.notChecked.code === 'store-absent')) continue
      // Told by rules of their own.
      if (isKv1Failure(failsWith) || failsWith.code === 'find-regexp-invalid') continue
      // `..` that leads out of the API is `key-escapes-mount`.
      if (reference.key.split('/').includes('..')) continue
      const { text, fix } =
        failsWith.code === 'leaves-api' ? outside(reference, failsWith) : inItsWords(link, failsWith)
      yield {
        rule: this.id,
        severity: this.severity,
        headline: (object) => `ESO cannot resolve ${nameField(reference.field)} of ${object}`,
        why: upper(text),
        ...(doesOf(link) === undefined ? {} : { does: doesOf(link) as string }),
        span: reference.span,
        related: [],
        ...(fix === undefined ? {} : { fix }),
        objects: objectsOf(link),
        fingerprint: fingerprint(
          this.id,
          reference.manifest.kind,
          reference.manifest.name,
          reference.key,
          failureText(failsWith),
        ),
      }
    }
    yield* faultsOfRelease(chain, this.id)
    for (const { problem, manifest, field, span } of ineffectiveItems(chain.manifests)) {
      // The search for SecretStore "" is a reference that fails, and is told above.
      if (problem === 'generator-in-data') continue
      yield {
        rule: this.id,
        severity: 'warning',
        headline: (object) =>
          problem === 'tags-ignored'
            ? `ESO ignores \`tags\` beside \`name\` in ${object}`
            : `${nameField(field)} of ${object} reads nothing`,
        why:
          problem === 'tags-ignored'
            ? 'ESO then looks at names alone, and takes secrets with other tags too.'
            : "It names a store and no secret. ESO's webhook lets that pass.",
        span,
        related: [],
        fix:
          problem === 'tags-ignored'
            ? 'remove `tags`, or remove `name` and find by tags'
            : 'add `extract` or `find` beside `sourceRef`',
        objects: [manifest],
        fingerprint: fingerprint(this.id, nameManifest(manifest), nameField(field)),
      }
    }
    for (const { manifest, span } of mixedStoreKinds(chain.manifests)) {
      yield {
        rule: this.id,
        severity: 'warning',
        headline: (object) => `${object} names both kinds of store`,
        why: 'ESO then looks for one of them without a namespace, in an order that changes, so the push fails now and then.',
        span,
        related: [],
        fix: 'make two PushSecrets of it, one for each kind of store',
        objects: [manifest],
        fingerprint: fingerprint(this.id, nameManifest(manifest), 'mixed-kinds'),
      }
    }
  },
}

interface Told {
  readonly text: string
  readonly fix: string | undefined
}

function inItsWords({ reference, store }: Link, failsWith: FailsWith): Told {
  const says = `ESO answers \`${failureText(failsWith)}\``
  if (store === undefined || (failsWith !== NOT_KV2 && failsWith !== NIL_PATH))
    return { text: `${says}.`, fix: undefined }
  return {
    text: `${says}, because ${store.kind} \`${store.name}\` has no \`path\` and the key \`${reference.key}\` does not say where the mount ends.`,
    fix: `set \`path\` of ${store.kind} \`${store.name}\` to the KV mount`,
  }
}

/** What is sent is known, and of what ESO makes of the answer only what was measured (eso.md §2.4). */
function outside(reference: Reference, { sends, says }: Extract<FailsWith, { code: 'leaves-api' }>): Told {
  const store = reference.store.found === 'vault' ? reference.store.store : undefined
  const what = store === undefined ? 'The store' : `${store.kind} \`${store.name}\``
  const written = store !== undefined && isGenerator(store) ? reference.key : (store?.path ?? '')
  const ends = says === undefined ? 'The server answers 404.' : `The server answers 404, and ESO \`${says}\`.`
  return {
    text: `${what} has \`path: ${written === '' ? '""' : written}\`, so ESO sends \`${sends}\`, which is no path below \`/v1/\`. ${ends}`,
    fix:
      store !== undefined && isGenerator(store)
        ? 'write the path that the engine answers, such as `database/creds/<role>`'
        : `write the mount itself as \`path\` of ${what}`,
  }
}

/** What the pinned release does wrong where a reference meets it; said once for each object. */
function* faultsOfRelease(chain: Chain, rule: string): Iterable<RuleFinding> {
  const told = new Set<string>()
  for (const link of chain.links) {
    const { reference } = link
    if (reference.notChecked !== undefined || reference.failsWith !== undefined || reference.proposed) continue
    const pins = nearestPins(chain, reference.manifest.span.file)
    const versions = pins.map(({ version }) => version)
    for (const { id, effect, what, mended } of releaseFaults(reference, versions)) {
      const about = fingerprint(rule, nameManifest(reference.manifest), id)
      if (told.has(about)) continue
      told.add(about)
      const release = mended.join('.')
      yield {
        rule,
        severity: effect === 'fails' ? 'error' : 'warning',
        headline: (object) => `ESO ${listed(versions)} has a fault that breaks ${object}`,
        why: `It ${what}. Fixed in ${release}.`,
        cause: id,
        span: (effect === 'at-first' ? reference.propertySpan : undefined) ?? reference.span,
        related: pins.flatMap(({ span }) => (span === undefined ? [] : [{ span, message: 'ESO is pinned here' }])),
        fix: `update ESO to ${release} or later`,
        objects: objectsOf(link),
        fingerprint: about,
      }
    }
  }
}
