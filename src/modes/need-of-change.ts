import type { Link } from '../chain/chain.ts'
import { isVaultStore } from '../eso/read-store.ts'
import type { Reference } from '../model/reference.ts'
import { trimSlashes } from '../model/trim-slashes.ts'
import type { Settings } from '../settings/settings.ts'
import { type Need, needOf, unserved } from '../setup/need.ts'
import { makePlan, type Plan, wantedForPlan } from '../setup/plan.ts'
import type { LiveState } from '../state/live/live-state.ts'
import type { GatherDeps, Gathered } from './gather.ts'
import { cliOf } from './plan.ts'
import { planInput } from './prepare-setup.ts'

/**
 * What merging a change needs of Vault, by a server or a snapshot: the plan of what is set up, made for the references of the change
 * alone. Asks only where one of them is not served; what that shows no more than the check saw is left out, and is no gap of the check.
 */
export async function needOfChange(
  settings: Settings,
  gathered: Gathered,
  deps: Pick<GatherDeps, 'cwd' | 'live'>,
  changed: Iterable<Link>,
): Promise<Need | undefined> {
  const { live } = deps
  if (live === undefined) return undefined
  const links = [...changed].filter(({ reference }) => reference.manifest.origin.applied.verdict !== 'not-applied')
  const references = unserved(links)
  const namespace = settings.vault?.namespace
  const need = (plan: Plan | undefined) =>
    needOf({
      plan,
      links,
      declared: declared.state,
      cli: cliOf(gathered.live),
      namespace: namespace === undefined ? undefined : trimSlashes(namespace),
    })
  const { declared, prediction } = gathered
  if (references.length === 0) return need(undefined)
  const input = await planInput(settings, gathered, deps, {
    prediction: {
      stores: prediction.stores.filter((store) => isVaultStore(store) && isUsed(store, references)),
      generators: prediction.generators.filter((store) => isUsed(store, references)),
      references,
    },
    policyOfRole: (part, authMount, role) =>
      settings.config.setup.policy.name === undefined
        ? onlyPolicy(gathered.live.get(part)?.role(authMount, role))
        : undefined,
  })
  const states = new Map<string, LiveState>()
  for (const [part, wanted] of wantedForPlan(input.desired))
    states.set(part, await live.read(part, { ...wanted, authConfig: false }))
  return need(makePlan({ ...input, live: states }))
}

function isUsed(store: unknown, references: readonly Reference[]): boolean {
  return references.some((reference) => reference.store.found === 'vault' && reference.store.store === store)
}

/** A role that has one policy gets its rules there. */
function onlyPolicy(seen: ReturnType<LiveState['role']>): string | undefined {
  const policies = seen?.presence === 'present' ? (seen.fact.policies ?? []) : []
  return policies.length === 1 ? policies[0] : undefined
}
