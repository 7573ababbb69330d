import { objectsOf } from '../chain/fold-links.ts'
import { shellWord } from '../model/shell-word.ts'
import { trimSlashes } from '../model/trim-slashes.ts'
import { nameManifest } from '../model/wording.ts'
import { cliOf } from './cli.ts'
import { fingerprint } from './fingerprint.ts'
import { secretWithout } from './nothing-there.ts'
import { readersOfSecrets } from './per-secret.ts'
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
      if (secret.presence !== 'deleted' && secret.presence !== 'destroyed') continue
      const destroyed = secret.presence === 'destroyed'
      const on = secret.deletionTime === undefined ? '' : ` on ${minuteOf(secret.deletionTime)}`
      for (const link of links) {
        const { reference, store } = link
        const failing = reference.deletionPolicy === 'Retain'
        const mount = trimSlashes(store?.path ?? '')
        const key = path.slice(mount.length + 1)
        yield {
          rule: this.id,
          severity: failing ? 'error' : 'warning',
          headline: `Secret \`${path}\` was ${destroyed ? 'destroyed' : `deleted${on}`}`,
          why: failing
            ? `Version ${secret.currentVersion} is the current one; ESO answers \`Secret does not exist\`.`
            : secretWithout(chain, link),
          does: 'reads it',
          cause: `${path} ${failing}`,
          span: reference.span,
          related: [],
          fix: destroyed
            ? 'write a new version: a destroyed one cannot come back'
            : {
                lead: `restore version ${secret.currentVersion}, or write a new one`,
                kind: 'command',
                language: 'sh',
                text: `${cliOf(chain)} kv undelete -mount=${shellWord(mount)} -versions=${secret.currentVersion} ${shellWord(key)}`,
              },
          objects: objectsOf(link),
          fingerprint: fingerprint(this.id, path, nameManifest(reference.manifest), reference.property),
          vaultPaths: [path],
        }
      }
    }
  },
}

/** `2026-11-27 18:07 UTC`. */
function minuteOf(time: string): string {
  return `${time.slice(0, 10)} ${time.slice(11, 16)} UTC`
}
