import type { Chain, Link } from '../chain/chain.ts'
import { objectsOf } from '../chain/fold-links.ts'
import { foundNames } from '../chain/key-lookups.ts'
import { trimSlashes } from '../model/trim-slashes.ts'
import { counted } from '../model/wording.ts'
import { brokenStores } from './broken-store.ts'
import { fingerprint } from './fingerprint.ts'
import { hasOtherKeys, secretWithout } from './nothing-there.ts'
import type { Rule, RuleFinding } from './rule.ts'

/** A `find` that matches nothing: an error for an empty folder, else success without keys (eso.md §0.10, §4.5). */
export const findEmpty: Rule = {
  id: 'find-empty',
  title: 'A `find` matches nothing, and ESO reports success without making a Secret',
  group: 'facts',
  severity: 'warning',
  *check(chain): Iterable<RuleFinding> {
    const broken = brokenStores(chain)
    for (const link of chain.links) {
      const { reference, found, store } = link
      if (
        reference.operation !== 'find' ||
        (store !== undefined && broken.has(store)) ||
        found === undefined ||
        !('names' in found) ||
        found.incomplete !== undefined
      )
        continue
      const matches = foundNames(link)
      if (matches === undefined || matches.length > 0) continue
      const none = found.names.length === 0
      const where = reference.find?.path === undefined ? 'the mount' : `\`${reference.find.path}\``
      const pattern = reference.find?.regexp ?? ''
      const what = pattern === '' ? '' : ` for \`${pattern}\``
      const isSecret = none && link.atFolder !== undefined && link.atFolder.presence !== 'absent'
      yield {
        rule: this.id,
        // An empty folder answers 404, which the default deletionPolicy makes an error (eso.md §3.4, §4.5).
        severity: none && reference.deletionPolicy === 'Retain' ? 'error' : 'warning',
        headline: isSecret
          ? `${where} is a secret, not a folder, so \`find\` matches nothing`
          : `\`find\` below ${where} matches ${none ? 'no secret' : `none of ${counted(found.names.length, 'secret')}`}`,
        why: outcome(chain, link, none),
        does: `looks below ${where}${what}`,
        span: reference.span,
        related: [],
        fix: isSecret
          ? {
              lead: 'take the keys of that secret',
              kind: 'edit',
              language: 'yaml',
              text: `extract:\n  key: ${reference.find?.path}`,
            }
          : 'correct `find.path` (relative to the mount) or the regular expression (which sees the whole name, path included)',
        objects: objectsOf(link),
        fingerprint: fingerprint(this.id, reference.manifest.name, reference.find?.path, reference.find?.regexp),
        vaultPaths: [
          [store?.path, reference.find?.path]
            .filter(Boolean)
            .map((part) => trimSlashes(part ?? ''))
            .join('/'),
        ],
      }
    }
  },
}

/** What ESO answers, by what is there, the deletionPolicy and the other items (eso.md §4.5). */
function outcome(chain: Chain, link: Link, none: boolean): string {
  const { deletionPolicy } = link.reference
  if (none && deletionPolicy === 'Retain')
    return 'ESO answers `error getting all secrets: Secret does not exist` and the whole ExternalSecret fails.'
  if (hasOtherKeys(chain, link)) return 'ESO reports `SecretSynced`, and this item contributes nothing.'
  return deletionPolicy === 'Retain'
    ? 'ESO reports `secret retained due to DeletionPolicy=Retain` and makes no Secret.'
    : secretWithout(chain, link)
}
