import { objectsOf } from '../chain/fold-links.ts'
import { listed } from '../model/wording.ts'
import { fingerprint } from './fingerprint.ts'
import { secretWithout } from './nothing-there.ts'
import { readersOfSecrets } from './per-secret.ts'
import type { Rule, RuleFinding } from './rule.ts'

/** A reference pins a version that never was, or that is deleted or destroyed while the secret lives on. */
export const versionAbsent: Rule = {
  id: 'version-absent',
  title: 'The pinned version of the secret is not there',
  group: 'facts',
  severity: 'error',
  *check(chain): Iterable<RuleFinding> {
    for (const { path, links } of readersOfSecrets(chain)) {
      for (const link of links) {
        const { reference, store, secret, whole } = link
        if (whole === undefined || whole.presence === 'absent' || store?.version !== 'v2') continue
        if (secret?.presence !== 'absent' && secret?.presence !== 'deleted' && secret?.presence !== 'destroyed')
          continue
        if (reference.operation === 'fetch-metadata') continue
        const versions = whole.presence === 'present' ? (whole.versions ?? {}) : {}
        const alive = Object.keys(versions).filter((version) => versions[version] === 'alive')
        const silent = reference.deletionPolicy !== 'Retain'
        yield {
          rule: this.id,
          severity: silent ? 'warning' : 'error',
          headline: `Version ${reference.version} of secret \`${path}\` ${secret.presence === 'absent' ? 'does not exist' : `is ${secret.presence}`}`,
          why:
            `${alive.length === 0 ? '' : `${alive.length === 1 ? 'Version' : 'Versions'} ${listed(alive)} ${alive.length === 1 ? 'exists' : 'exist'}. `}` +
            (silent ? secretWithout(chain, link) : 'ESO answers `Secret does not exist`.'),
          does: `reads version ${reference.version}`,
          span: reference.manifest.spanOf([
            ...reference.field,
            reference.operation === 'extract' ? 'extract' : 'remoteRef',
            'version',
          ]),
          related: [],
          fix:
            alive.length === 0
              ? 'remove `version` to follow the current one'
              : {
                  lead: 'pin a version that exists, or remove `version` to follow the current one',
                  kind: 'edit',
                  language: 'yaml',
                  text: `version: "${alive[alive.length - 1]}"`,
                },
          objects: objectsOf(link),
          fingerprint: fingerprint(this.id, path, reference.version),
          vaultPaths: [path],
        }
      }
    }
  },
}
