import type { Link } from '../chain/chain.ts'
import { objectsOf } from '../chain/fold-links.ts'
import { shellWord } from '../model/shell-word.ts'
import { nameReference } from '../model/wording.ts'
import { fingerprint } from './fingerprint.ts'
import { hasOtherKeys, secretWithout } from './nothing-there.ts'
import { otherReaders, readersOfSecrets } from './per-secret.ts'
import type { Rule, RuleFinding } from './rule.ts'

/** Nothing was ever written at the path that a reference reads, or only metadata was. */
export const secretAbsent: Rule = {
  id: 'secret-absent',
  title: 'The secret that a reference reads does not exist',
  group: 'facts',
  severity: 'error',
  *check(chain): Iterable<RuleFinding> {
    for (const { path, secret, links } of readersOfSecrets(chain)) {
      const first = links[0]
      if (secret.presence !== 'absent' || first === undefined) continue
      // Retain (the default) makes the absence an error; Delete and Merge skip the item without a word (eso.md §0.9).
      const failing = links.find(fails)
      const link = failing ?? links.find((one) => !hasOtherKeys(chain, one)) ?? first
      yield {
        rule: this.id,
        severity: failing === undefined ? 'warning' : 'error',
        message: (object) =>
          `There is no secret at \`${path}\`, and ${nameReference(link.reference, object)} reads it. ` +
          (failing === undefined
            ? secretWithout(chain, link)
            : `ESO answers \`${absentText(link)}\` and the whole ExternalSecret fails.`),
        span: link.reference.span,
        related: otherReaders([link, ...links.filter((other) => other !== link)]),
        fix: `Write it (\`vault kv put ${shellWord(path)} …\`), or mend the key.`,
        objects: objectsOf(link),
        fingerprint: fingerprint(this.id, path),
        vaultPaths: [path],
      }
    }
  },
}

/** A fetch of metadata fails under every policy, its 404 is not `NoSecretError` (eso.md §3.3); so does OpenBao's client (§5.6). */
function fails({ reference, store }: Link): boolean {
  return (
    reference.deletionPolicy === 'Retain' || reference.operation === 'fetch-metadata' || store?.dialect === 'openBao'
  )
}

function absentText({ reference, store }: Link): string {
  if (store?.dialect === 'openBao') return `secret not found: at ${reference.accesses[0]?.path ?? ''}`
  return reference.operation === 'fetch-metadata' ? 'secret not found' : 'Secret does not exist'
}
