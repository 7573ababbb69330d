import type { Manifest } from '../model/manifest.ts'
import { formatSpan } from '../model/span.ts'
import type { PolicyFact, RoleFact, VaultState } from '../model/vault-state.ts'
import type { SaidInVain } from './chain.ts'
import { isSaid, isSettled, roleKey } from './lookup.ts'
import { spanOfProvenance } from './provenance.ts'

/** What of the config's word Git says as well, in full: the config is for what Git does not say, and is not heard there. */
export function saidInVain(
  said: { readonly roles: readonly RoleFact[]; readonly policies: readonly PolicyFact[] },
  declared: VaultState,
  unusedStores: ReadonlyMap<Manifest, Manifest>,
): SaidInVain[] {
  const inVain: SaidInVain[] = []
  for (const [store, settled] of unusedStores) {
    const differs = JSON.stringify(store.body) !== JSON.stringify(settled.body)
    inVain.push({ of: 'store', name: store.name, span: store.span, by: settled.span, differs })
  }
  const same = (a: RoleFact, b: RoleFact) => roleKey(a) === roleKey(b)
  for (const role of said.roles) {
    const here = declared.roles.filter(
      (one) => !isSaid(one) && one.name === role.name && one.authMount === role.authMount,
    )
    const span = spanOfProvenance(role.provenance)
    const [first] = here
    if (span === undefined || first === undefined || !isSettled(here, same)) continue
    const by = spanOfProvenance(first.provenance)
    inVain.push({ of: 'role', name: `${role.authMount}/${role.name}`, span, by, differs: !same(role, first) })
  }
  for (const policy of said.policies) {
    const here = declared.policies.filter((one) => !isSaid(one) && one.name === policy.name)
    const [first] = here
    const sameText = (a: PolicyFact, b: PolicyFact) => a.text.trim() === b.text.trim()
    if (policy.saidAt === undefined || first === undefined || !isSettled(here, sameText)) continue
    // A file that is called like its policy may well be named again.
    if (sameText(policy, first)) continue
    const by = spanOfProvenance(first.provenance)
    inVain.push({ of: 'policy', name: policy.name, span: policy.saidAt, by, differs: true })
  }
  return inVain.sort((a, b) => (formatSpan(a.span) < formatSpan(b.span) ? -1 : 1))
}
