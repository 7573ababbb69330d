import { shellWord } from '../model/shell-word.ts'
import { forReferences, listed } from '../model/wording.ts'
import { cliOf } from './cli.ts'
import { fingerprint } from './fingerprint.ts'
import type { Rule, RuleFinding } from './rule.ts'
import { spanOrKey } from './span-or-key.ts'

/** The store logs in at an auth mount that the server has not got. Vault answers 403, not 404, to the login (eso.md §5.2). */
export const authMountAbsent: Rule = {
  id: 'auth-mount-absent',
  title: 'No auth method is mounted where the store logs in',
  group: 'facts',
  severity: 'error',
  *check(chain): Iterable<RuleFinding> {
    for (const { store, authMount, links } of chain.storeLinks) {
      if (authMount?.found !== 'absent' || store.auth?.mount === undefined) continue
      const { method, mount } = store.auth
      const others = (chain.live?.state.authMounts ?? [])
        .filter((fact) => fact.type !== 'token')
        .map((fact) => `\`${fact.path}\` (${fact.type})`)
      yield {
        rule: this.id,
        severity: 'error',
        headline: `Auth mount \`${mount}\` of store \`${store.name}\` does not exist`,
        why:
          `${others.length > 0 ? `Vault has ${listed(others)}. ` : ''}It answers 403 \`permission denied\` to the login, as for a wrong token` +
          `${forReferences(links.length)}.`,
        cause: mount,
        span: spanOrKey(store.manifest, [
          'spec',
          'provider',
          'vault',
          'auth',
          method,
          method === 'kubernetes' ? 'mountPath' : 'path',
        ]),
        related: [],
        fix: mount.startsWith('auth/')
          ? 'write the mount without `auth/`, which ESO adds itself'
          : {
              lead: 'name an auth mount that exists, or enable this one',
              kind: 'command',
              language: 'sh',
              text: `${cliOf(chain)} auth enable -path=${shellWord(mount)} ${method === 'appRole' ? 'approle' : method.toLowerCase()}`,
            },
        fingerprint: fingerprint(this.id, store.kind, store.namespace, store.name, mount),
      }
    }
  },
}
