import { spanOfProvenance } from '../chain/provenance.ts'
import { usedBy } from '../model/wording.ts'
import { fingerprint } from './fingerprint.ts'
import type { Rule, RuleFinding } from './rule.ts'
import { spanOrKey } from './span-or-key.ts'

/** The store logs in with a root token: no policy stands between its users and all of Vault (forms.md §6, "token stores"). */
export const rootToken: Rule = {
  id: 'root-token',
  title: 'A store logs in with a root token, to which everything is allowed',
  group: 'law',
  severity: 'warning',
  *check(chain): Iterable<RuleFinding> {
    for (const { store, policies, links } of chain.storeLinks) {
      if (policies?.names.includes('root') !== true || policies.from === 'role') continue
      const made = policies.provenance === undefined ? undefined : spanOfProvenance(policies.provenance)
      const isSaid = policies.from === 'config'
      yield {
        rule: this.id,
        severity: this.severity,
        headline: `Store \`${store.name}\` can read, overwrite and delete everything in Vault`,
        why:
          `${isSaid ? 'The config says that its token has policy `root`' : 'It logs in with the root token'}: whoever may create an ` +
          `ExternalSecret or PushSecret for it can do the same.${usedBy(links.length)}`,
        span: spanOrKey(store.manifest, ['spec', 'provider', 'vault', 'auth', 'tokenSecretRef', 'name']),
        related:
          made === undefined
            ? []
            : [{ span: made, message: isSaid ? 'the config says it here' : 'the token is put into its Secret here' }],
        fix: 'log in with a role whose policy names what it needs (`eso-vault plan` says which), then revoke the root token',
        objects: [store.manifest],
        fingerprint: fingerprint(this.id, store.kind, store.namespace, store.name),
      }
    }
  },
}
