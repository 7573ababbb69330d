import type { Chain, Link } from '../chain/chain.ts'
import type { Manifest } from '../model/manifest.ts'
import { reasonKey } from '../model/reason.ts'
import type { VaultStore } from '../model/store.ts'

/**
 * All that a reference comes to, as one text: who asks for what, through which store, role and policies. Two of one text, before
 * and after a change, are judged alike. Where a value was written is no part of it; that is what lines are for.
 */
export function signatures(chain: Chain): (link: Link, manifest: Manifest) => string {
  const policies = new Map<string, string>()
  const stores = new Map<VaultStore, string>()
  const byStore = new Map(chain.storeLinks.map((one) => [one.store, one]))

  const policy = (name: string): string => {
    let text = policies.get(name)
    if (text === undefined) {
      const found = chain.policy(name)
      text = found.found === 'known' ? found.fact.text : found.found
      policies.set(name, text)
    }
    return text
  }
  const law = (store: VaultStore): string => {
    let text = stores.get(store)
    if (text === undefined) {
      const link = byStore.get(store)
      text = factsOf([
        store,
        link?.role,
        link?.policies,
        link?.policies?.names.map(policy),
        link?.mount?.found === 'known' ? [link.mount.fact.type, link.mount.fact.version] : link?.mount?.found,
      ])
      stores.set(store, text)
    }
    return text
  }

  return ({ reference, store, policies, accesses }, manifest) =>
    factsOf([
      manifest.kind,
      manifest.namespace,
      manifest.name,
      reference.operation,
      reference.key,
      reference.property,
      reference.version,
      reference.find,
      reference.push,
      reference.deletionPolicy,
      reference.failsWith,
      reference.notChecked === undefined ? undefined : reasonKey(reference.notChecked),
      reference.skipped,
      reference.condition.verdict,
      reference.proposed,
      reference.identity,
      reference.storeRef?.kind,
      reference.storeRef?.name,
      reference.generatorRef?.kind,
      reference.generatorRef?.name,
      reference.store.found,
      policies,
      accesses.map(({ access, decision }) => [access.path, access.capability, access.when, decision.verdict]),
      store === undefined ? '' : law(store),
    ])
}

/** What only says where something stands. */
const PLACES = new Set(['manifest', 'span', 'spans', 'place', 'places', 'provenance', 'near'])

function factsOf(value: unknown): string {
  return JSON.stringify(value, (key, inner: unknown) => (PLACES.has(key) ? undefined : inner))
}
