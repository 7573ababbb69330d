import type { Finding } from './finding.ts'
import { fingerprint } from './fingerprint.ts'
import { readersOfSecrets } from './per-secret.ts'
import type { Rule } from './rule.ts'
import { counted, nameReference } from './wording.ts'

/** A reference pins a version that never was, or that is deleted or destroyed while the secret lives on. */
export const versionAbsent: Rule = {
  id: 'version-absent',
  title: 'The pinned version of the secret is not there',
  group: 'facts',
  severity: 'error',
  *check(chain): Iterable<Finding> {
    for (const { path, secret, links } of readersOfSecrets(chain)) {
      if (secret.presence !== 'present' || secret.versions === undefined) continue
      const { versions } = secret
      for (const { reference, store } of links) {
        if (reference.version === undefined || store?.version !== 'v2' || !/^[1-9]\d*$/.test(reference.version))
          continue
        const state = versions[reference.version]
        if (state === 'alive') continue
        const alive = Object.keys(versions).filter((version) => versions[version] === 'alive')
        const silent = reference.deletionPolicy !== 'Retain'
        yield {
          rule: this.id,
          severity: silent ? 'warning' : 'error',
          message:
            `${nameReference(reference)} pins version ${reference.version} of \`${path}\`, which ` +
            `${state === undefined ? 'does not exist' : `is ${state}`}; ` +
            `${alive.length === 0 ? 'no version is alive' : `${counted(alive.length, 'version')} ${alive.length === 1 ? 'is' : 'are'} alive: ${alive.join(', ')}`}. ` +
            (silent
              ? `With \`deletionPolicy: ${reference.deletionPolicy}\` ESO skips the item silently.`
              : 'ESO answers `Secret does not exist`.'),
          span: reference.manifest.spanOf([...reference.field, 'remoteRef', 'version']),
          related: [],
          fix:
            alive.length === 0
              ? 'Write the secret anew, then drop the pin.'
              : `Write \`version: "${alive[alive.length - 1]}"\`, or drop the pin to follow the current one.`,
          fingerprint: fingerprint(this.id, path, reference.version),
          vaultPaths: [path],
        }
      }
    }
  },
}
