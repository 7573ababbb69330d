import { type Decision, unknownDecision } from '../model/decision.ts'
import type { DeclaredVersions } from '../model/reason.ts'
import type { PolicyFact, Provenance } from '../model/vault-state.ts'
import { spanOfProvenance } from './provenance.ts'

/** So many versions of the policies of one token are not weighed against each other. */
const MOST_SETS = 16

/** A policy that Git declares more than once, with different texts. */
export interface Versions {
  readonly name: string
  readonly facts: readonly PolicyFact[]
}

/**
 * Git holds several versions of a policy, and which one is in force is not told: the request is decided with each. Where all agree
 * that is the answer; else it is not known, and both places are named (forms.md §2). `undefined`: there are too many.
 */
export function decideEach(
  known: readonly PolicyFact[],
  versions: readonly Versions[],
  decide: (facts: readonly PolicyFact[]) => Decision,
): Decision | undefined {
  let sets: (readonly PolicyFact[])[] = [known]
  for (const { facts } of versions) {
    sets = sets.flatMap((set) => facts.map((fact) => [...set, fact]))
    if (sets.length > MOST_SETS) return undefined
  }
  const decisions = sets.map(decide)
  const [first] = decisions
  if (first === undefined || versions.length === 0) return first
  const declared = versions.map(({ name, facts }) => declaredSeveralTimes('policy', name, facts))
  const other = decisions.find(({ verdict }) => verdict !== first.verdict)
  if (other === undefined) return agreed(first, declared)
  return unknownDecision({ code: 'versions-differ', declared, one: first.because, other: other.because })
}

/** What every version gives; `decision` is that of the first. */
export function agreed(decision: Decision, declared: readonly DeclaredVersions[]): Decision {
  return { ...decision, because: { code: 'versions-agree', declared, because: decision.because } }
}

export function declaredSeveralTimes(
  of: DeclaredVersions['of'],
  name: string,
  facts: readonly { readonly provenance: Provenance }[],
): DeclaredVersions {
  return { of, name, places: facts.flatMap(({ provenance }) => spanOfProvenance(provenance) ?? []) }
}
