import type { Chain, Link } from '../chain/chain.ts'
import { follow } from '../chain/follow.ts'
import { createJudge } from '../chain/judge.ts'
import type { Prediction } from '../eso/predict.ts'
import type { Manifest } from '../model/manifest.ts'
import { ANY_SERVER, serverLaw } from '../model/server-law.ts'
import { trimSlashes } from '../model/trim-slashes.ts'
import type { LiveState } from '../state/live/live-state.ts'

export interface CoverageInput {
  readonly manifests: readonly Manifest[]
  readonly prediction: Prediction
  readonly live: ReadonlyMap<string, LiveState>
  readonly policiesOfStore: (name: string) => readonly string[] | undefined
}

/**
 * Every reference, judged by a server's roles and policies alone: what Git declares does not count here, because it is not what
 * plan and apply set up.
 */
export function followServer({ manifests, prediction, live, policiesOfStore }: CoverageInput): Chain {
  const first = live.get('') ?? [...live.values()][0]
  return follow({
    manifests,
    prediction,
    declared: { mounts: [], authMounts: [], roles: [], policies: [] },
    textlessPolicies: [],
    live: (namespace) => live.get(trimSlashes(namespace ?? '')),
    liveView: undefined,
    judge: createJudge(first === undefined ? ANY_SERVER : serverLaw(first.server.product, first.server.version)),
    policiesOfStore,
    installedEso: [],
    naming: [],
  })
}

export interface Coverage {
  /** References that the token of their store may do after the plan, and could not before. */
  readonly becomes: readonly Link[]
  readonly covered: number
  /** What stays refused or undecided, with the reason in its decisions. */
  readonly open: readonly Link[]
}

export function compareCoverage(before: Chain | undefined, after: Chain): Coverage {
  const old = new Map<string, boolean>()
  for (const link of before?.links ?? []) old.set(placeOf(link), isCovered(link) && (old.get(placeOf(link)) ?? true))
  const judged = after.links.filter((link) => concernsVault(link))
  const covered = judged.filter(isCovered)
  return {
    becomes: covered.filter((link) => old.get(placeOf(link)) !== true),
    covered: covered.length,
    open: judged.filter((link) => !isCovered(link)),
  }
}

/** Whether a policy has to be asked about the reference at all. */
function concernsVault({ reference, store }: Link): boolean {
  return store !== undefined && reference.skipped === undefined && reference.failsWith === undefined
}

function isCovered(link: Link): boolean {
  return (
    link.reference.notChecked === undefined &&
    link.accesses.every(({ access, decision }) => access.side === 'session' || decision.verdict === 'allowed')
  )
}

/** One item of one manifest; overlays of one line count as one. */
function placeOf({ reference }: Link): string {
  const { file, line, column } = reference.span
  return `${file}:${line}:${column}`
}
