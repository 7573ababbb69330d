import { providerPath } from '../eso/provider.ts'
import { shellWord } from '../model/shell-word.ts'
import { trimSlashes } from '../model/trim-slashes.ts'
import { counted } from '../model/wording.ts'
import { cliOf } from './cli.ts'
import { fingerprint } from './fingerprint.ts'
import type { Rule, RuleFinding } from './rule.ts'

/** The store's path is no mount. ESO reports the same `Secret does not exist` as for one missing key (eso.md §0.8). */
export const mountAbsent: Rule = {
  id: 'mount-absent',
  title: 'No engine is mounted where the store points',
  group: 'facts',
  severity: 'error',
  *check(chain): Iterable<RuleFinding> {
    for (const { store, mount, links } of chain.storeLinks) {
      if (mount?.found !== 'absent') continue
      const mounts = (chain.live?.state.mounts ?? [])
        .filter((fact) => fact.type === 'kv')
        .map((fact) => `\`${fact.path}/\``)
      yield {
        rule: this.id,
        severity: 'error',
        headline: `Store \`${store.name}\`: Vault has no mount \`${store.path}/\``,
        why: `${mounts.length > 0 ? `It has ${mounts.join(', ')}. ` : ''}ESO reports ${links.length === 0 ? 'every reference' : counted(links.length, 'reference')} as \`Secret does not exist\`.`,
        cause: trimSlashes(store.path ?? ''),
        span: store.manifest.spanOf([...providerPath(store), 'path']),
        related: [],
        fix: {
          lead: 'name a mount that exists (without folders, without `data`), or enable this one',
          kind: 'command',
          language: 'sh',
          text: `${cliOf(chain)} secrets enable -path=${shellWord(store.path ?? '')} -version=${store.version === 'v2' ? 2 : 1} kv`,
        },
        fingerprint: fingerprint(this.id, store.kind, store.namespace, store.name, store.path),
        vaultPaths: [trimSlashes(store.path ?? '')],
      }
    }
  },
}
