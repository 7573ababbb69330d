import { objectsOf } from '../chain/fold-links.ts'
import { shellWord } from '../model/shell-word.ts'
import { nameReference } from '../model/wording.ts'
import { fingerprint } from './fingerprint.ts'
import { hasOtherKeys, secretWithout } from './nothing-there.ts'
import { otherReaders, readersOfSecrets } from './per-secret.ts'
import type { Rule, RuleFinding } from './rule.ts'

/** The current version is soft-deleted or destroyed: ESO sees the same 404 as for a secret that never was (eso.md §3.2). */
export const secretDeleted: Rule = {
  id: 'secret-deleted',
  title: 'The current version of the secret is deleted or destroyed',
  group: 'facts',
  severity: 'error',
  *check(chain): Iterable<RuleFinding> {
    for (const { path, secret, links: all } of readersOfSecrets(chain)) {
      // Metadata outlives the versions (eso.md §3.3), and a pinned version may be alive: `version-absent` tells of that one.
      const links = all.filter(
        ({ reference, whole }) => reference.operation !== 'fetch-metadata' && whole === undefined,
      )
      const first = links[0]
      if ((secret.presence !== 'deleted' && secret.presence !== 'destroyed') || first === undefined) continue
      const failing = links.find(({ reference }) => reference.deletionPolicy === 'Retain')
      const link = failing ?? links.find((one) => !hasOtherKeys(chain, one)) ?? first
      const destroyed = secret.presence === 'destroyed'
      const when =
        !destroyed && secret.deletionTime !== undefined ? ` since ${secret.deletionTime.replace(/\.\d+Z$/, 'Z')}` : ''
      yield {
        rule: this.id,
        severity: failing === undefined ? 'warning' : 'error',
        message: (object) =>
          `Version ${secret.currentVersion} of \`${path}\`, the current one, is ${destroyed ? 'destroyed' : `deleted${when}`}, and ` +
          `${nameReference(link.reference, object)} reads it. ` +
          (failing === undefined
            ? secretWithout(chain, link)
            : 'ESO answers `Secret does not exist`, as if it had never been written.'),
        span: link.reference.span,
        related: otherReaders([link, ...links.filter((other) => other !== link)]),
        fix: destroyed
          ? 'A destroyed version cannot come back: write a new one.'
          : `Take it back (\`vault kv undelete -versions=${secret.currentVersion} ${shellWord(path)}\`), or write a new version.`,
        objects: objectsOf(link),
        fingerprint: fingerprint(this.id, path),
        vaultPaths: [path],
      }
    }
  },
}
