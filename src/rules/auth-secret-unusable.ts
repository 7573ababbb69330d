import { storeUses } from '../chain/store-uses.ts'
import { type UnusableLoginSecret, unusableLoginSecrets } from '../eso/facts/login-secrets.ts'
import { byCluster } from '../model/cluster.ts'
import { goQuote } from '../model/go-quote.ts'
import type { Manifest } from '../model/manifest.ts'
import { listed, nameField, nameManifest, upper } from '../model/wording.ts'
import { fingerprint } from './fingerprint.ts'
import type { Rule, RuleFinding } from './rule.ts'

/**
 * A Secret in Git that a store logs in with is not in the namespace where ESO looks, has not the key, or holds a token with a line
 * break at its end (eso.md §5.2, §5.3).
 */
export const authSecretUnusable: Rule = {
  id: 'auth-secret-unusable',
  title: 'A Secret that a store logs in with is not where ESO looks, lacks the key or ends in a line break',
  group: 'manifest',
  severity: 'error',
  *check(chain): Iterable<RuleFinding> {
    const told = new Set<string>()
    for (const group of byCluster(chain.manifests).groups) {
      const found = unusableLoginSecrets(group, storeUses(chain, new Set(group)))
      // One reference that several namespaces look up in vain is one finding.
      const places = new Map<string, UnusableLoginSecret[]>()
      for (const one of found) {
        const { file, line } = one.store.manifest.span
        const place = JSON.stringify([one.problem, file, line, one.field])
        places.set(place, [...(places.get(place) ?? []), one])
      }
      for (const [first, ...others] of places.values()) {
        if (first === undefined) continue
        const finding = findingOf(
          this.id,
          first,
          [first, ...others].map(({ namespace }) => namespace),
        )
        if (told.has(finding.fingerprint)) continue
        told.add(finding.fingerprint)
        yield finding
      }
    }
  },
}

function findingOf(rule: string, found: UnusableLoginSecret, namespaces: readonly string[]): RuleFinding {
  const { problem, store, of, field, span, name, key, declared } = found
  const owner = `${store.kind} \`${store.name}\``
  const at = `${nameField(field)} of ${owner}`
  const made =
    declared.manifest.kind === of ? `${of} \`${name}\`` : `${of} \`${name}\` of ${nameManifest(declared.manifest)}`
  const base = {
    rule,
    objects: [store.manifest],
    fingerprint: fingerprint(rule, problem, store.kind, store.namespace, store.name, nameField(field), name, key),
  }
  const there = [{ span: declared.manifest.span, message: `${of} \`${name}\` is declared here` }]
  switch (problem) {
    case 'elsewhere': {
      const where = listed([...new Set(namespaces)].map((namespace) => `\`${namespace}\``))
      const own = declared.namespace ?? ''
      return {
        ...base,
        // It may stand there by hand.
        severity: 'warning',
        headline: `${of} \`${name}\` of store \`${store.name}\` is not in namespace ${where}`,
        why: `${at}: Git has ${made} only in \`${own}\`. ESO answers \`cannot get Kubernetes secret ${goQuote(name)} from namespace ${goQuote(namespaces[0] ?? '')}\`.`,
        span,
        related: there,
        fix:
          store.kind === 'ClusterSecretStore'
            ? `add \`namespace: ${own}\` to ${nameField(field)}`
            : `put the ${of} into the namespace of ${owner}`,
      }
    }
    case 'key-absent':
      return {
        ...base,
        severity: 'error',
        headline: `${of} \`${name}\` of store \`${store.name}\` has no key \`${key}\``,
        why: `${at}: ${made} has ${declared.keys?.length ? listed(declared.keys.map((one) => `\`${one}\``)) : 'no key'}. ESO answers \`cannot find secret data for key: ${goQuote(key)}\`, and the store serves nobody.`,
        span: store.manifest.spanOf([...field, 'key']),
        related: there,
        fix: `name a key that the ${of} has, or add \`${key}\` to it`,
      }
    case 'newline':
      return {
        ...base,
        severity: 'warning',
        headline: `Key \`${key}\` of ${of} \`${name}\` ends in a line break`,
        why:
          `${upper(owner)} logs in with it. ` +
          (found.isToken
            ? 'ESO answers `configured Vault token contains non-printable characters and cannot be used`.'
            : 'ESO passes it on as it is, and Vault knows no such credential.'),
        span: declared.manifest.spanOf([fieldOf(declared.manifest, key), key], 'key'),
        related: [{ span, message: `${owner} reads it here` }],
        fix: 'write the value without the line break: `printf %s "$TOKEN" | base64 -w0`, or `stringData` without `|`',
      }
  }
}

function fieldOf(manifest: Manifest, key: string): string {
  const data = manifest.body.stringData
  return typeof data === 'object' && data !== null && Object.hasOwn(data, key) ? 'stringData' : 'data'
}
