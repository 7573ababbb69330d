import type { Chain } from '../chain/chain.ts'
import { driftFacts } from '../drift/gather-drift.ts'
import { type OwnedPath, ownedPaths } from '../drift/owned.ts'
import type { Prediction } from '../eso/predict.ts'
import { lookUp } from '../model/look-up.ts'
import { expiresSoon } from '../rules/expires-soon.ts'
import { secretUnused } from '../rules/secret-unused.ts'
import { stateDrift } from '../rules/state-drift.ts'
import type { Settings } from '../settings/settings.ts'
import type { Plan } from '../setup/plan.ts'

/** Whether rules of drift have their say: in drift, or where the config turns one of them on for a check. */
export function asksForDrift(settings: Settings): boolean {
  return [stateDrift, secretUnused, expiresSoon].some((rule) => isOn(settings, rule.id))
}

/** The owned paths that are listed; none where nobody asks what lies there unused. */
export function ownedPathsOf(settings: Settings, { stores }: Pick<Prediction, 'stores'>): OwnedPath[] {
  if (!isOn(settings, secretUnused.id)) return []
  const mounts = stores.flatMap((store) => ('path' in store && store.path !== undefined ? [store.path] : []))
  return ownedPaths(settings.config.drift.owned, mounts)
}

/** The same, with what only drift looks at. */
export function withDrift<Followed extends { readonly chain: Chain; readonly prediction: Prediction }>(
  settings: Settings,
  gathered: Followed,
  { today, now = new Date(`${today}T00:00:00Z`) }: { readonly today: string; readonly now?: Date },
  plan?: Plan,
): Followed {
  const { chain, prediction } = gathered
  const owned = ownedPathsOf(settings, prediction)
  const drift = driftFacts(chain, { owned, plan, now })
  return { ...gathered, chain: { ...chain, drift } }
}

function isOn(settings: Settings, rule: string): boolean {
  const setting = lookUp(settings.config.rules, rule)
  return setting !== 'off' && (settings.mode === 'drift' || settings.mode === 'snapshot' || setting !== undefined)
}
