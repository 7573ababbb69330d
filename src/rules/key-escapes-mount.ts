import { objectsOf } from '../chain/fold-links.ts'
import { vaultPathsOf } from '../chain/kv-path.ts'

import { fingerprint } from './fingerprint.ts'
import type { Rule, RuleFinding } from './rule.ts'

/** `..` in a key leaves the mount: the Go client cleans the path after ESO has put the mount before it (eso.md §0.6). */
export const keyEscapesMount: Rule = {
  id: 'key-escapes-mount',
  title: 'A `..` in the key leads out of the mount',
  group: 'manifest',
  severity: 'error',
  *check(chain): Iterable<RuleFinding> {
    for (const link of chain.links) {
      const { reference, store } = link
      if (store === undefined || !reference.key.split('/').includes('..')) continue
      const access = reference.accesses[0]
      yield {
        rule: this.id,
        severity: this.severity,
        headline: (object) => `Key of ${object} leaves the mount: \`${reference.key}\``,
        why: `${access === undefined ? 'The request leaves the API' : `ESO asks for \`${access.path}\``}; servers that reject relative paths answer 400.`,
        span: reference.span,
        related: [],
        fix: 'write the key below the mount without `..`; for another mount, use a store of its own',
        objects: objectsOf(link),
        fingerprint: fingerprint(this.id, reference.manifest.kind, reference.manifest.name, reference.key),
        vaultPaths: vaultPathsOf(link),
      }
    }
  },
}
