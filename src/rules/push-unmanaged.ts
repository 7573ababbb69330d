import { objectsOf } from '../chain/fold-links.ts'
import { readTarget } from '../chain/read-target.ts'
import { shellWord } from '../model/shell-word.ts'
import { nameManifest } from '../model/wording.ts'
import { cliOf } from './cli.ts'
import { fingerprint } from './fingerprint.ts'
import type { Rule, RuleFinding } from './rule.ts'

/**
 * A push goes to a secret that somebody else wrote: ESO refuses without `custom_metadata.managed-by` (eso.md §0.15). A
 * soft-deleted secret is taken over instead, its custom metadata lost (§0.16).
 */
export const pushUnmanaged: Rule = {
  id: 'push-unmanaged',
  title: 'A push targets a secret that ESO does not manage, and ESO refuses it',
  group: 'facts',
  severity: 'error',
  *check(chain): Iterable<RuleFinding> {
    const seen = new Set<string>()
    for (const link of chain.links) {
      const { reference, secret, store } = link
      if (reference.operation !== 'push' || secret?.presence !== 'present' || store?.version !== 'v2') continue
      // IfNotExists stops before it looks at the owner (eso.md §3.7).
      if (reference.push?.updatePolicy === 'IfNotExists') continue
      const target = readTarget(reference, store)
      if (target === undefined || secret.customMetadata?.['managed-by'] === 'external-secrets') continue
      if (secret.currentVersion === undefined) continue
      const path = `${target.mount}/${target.key}`
      const about = `${nameManifest(reference.manifest)} ${path}`
      if (seen.has(about)) continue
      seen.add(about)
      const owner = secret.customMetadata?.['managed-by']
      yield {
        rule: this.id,
        severity: this.severity,
        headline: `Secret \`${path}\` is not managed by ESO, so it cannot be pushed`,
        why: `${owner === undefined ? 'Its custom metadata has no `managed-by`' : `\`${owner}\` manages it`}. ESO answers \`secret not managed by external-secrets\` at every refresh, whatever its \`updatePolicy\`.`,
        does: `writes \`${path}\``,
        cause: path,
        span: reference.span,
        related: [],
        fix: {
          lead: 'hand it over to ESO',
          kind: 'command',
          language: 'sh',
          text: `${cliOf(chain)} kv metadata patch -mount=${shellWord(target.mount)} -custom-metadata=managed-by=external-secrets ${shellWord(target.key)}`,
        },
        objects: objectsOf(link),
        fingerprint: fingerprint(this.id, nameManifest(reference.manifest), path),
        vaultPaths: [path],
      }
    }
  },
}
