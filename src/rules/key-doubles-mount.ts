import { objectsOf } from '../chain/fold-links.ts'
import { vaultPathsOf } from '../chain/kv-path.ts'
import { trimSlashes } from '../model/trim-slashes.ts'

import { fingerprint } from './fingerprint.ts'
import type { Rule, RuleFinding } from './rule.ts'

/**
 * A key that begins with the mount, where ESO asks for metadata. ESO strips the mount for data and not for metadata
 * (eso.md §2.3), so the two requests go to different secrets. On plain reads the form is harmless and common: nothing is said.
 */
export const keyDoublesMount: Rule = {
  id: 'key-doubles-mount',
  title: 'The key repeats the mount, and ESO asks for the metadata of another path',
  group: 'manifest',
  severity: 'warning',
  *check(chain): Iterable<RuleFinding> {
    for (const link of chain.links) {
      const { reference, store } = link
      if (store?.path === undefined || !reference.key.startsWith(`${store.path}/`)) continue
      const metadata = reference.accesses.find((access) => access.side === 'metadata' && access.capability !== 'list')
      if (metadata === undefined || reference.operation === 'find') continue
      const data = reference.accesses.find((access) => access.side === 'data')
      const push = reference.operation === 'push'
      yield {
        rule: this.id,
        // A push to a fresh path works, beside a phantom entry; reading metadata never does (eso.md §7 row 4).
        severity: push ? 'warning' : 'error',
        headline: (object) => `Key of ${object} repeats the mount \`${store.path}/\``,
        why:
          `ESO cuts it off data paths, not metadata paths: it asks for ${data === undefined ? '' : `\`${data.path}\` and `}\`${metadata.path}\`. ` +
          (push
            ? 'A push leaves a phantom entry there, and fails with `secret not found` where the secret already exists.'
            : 'Nothing is there, and ESO answers `secret not found`.'),
        span: reference.span,
        related: [],
        fix: {
          lead: 'write the key relative to the mount',
          kind: 'edit',
          language: 'yaml',
          text: `${push ? 'remoteKey' : 'key'}: ${reference.key.slice(trimSlashes(store.path).length + 1).replace(/^data\//, '')}`,
        },
        objects: objectsOf(link),
        fingerprint: fingerprint(this.id, reference.manifest.kind, reference.manifest.name, reference.key),
        vaultPaths: vaultPathsOf(link),
      }
    }
  },
}
