import type { Decision } from '../model/decision.ts'
import type { PolicyFact } from '../model/vault-state.ts'
import { listed } from '../model/wording.ts'
import { nameProvenance } from './provenance.ts'

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
  const places = versions.map(
    ({ name, facts }) =>
      `policy \`${name}\` is declared ${listed(facts.map((fact) => nameProvenance(fact.provenance)))}`,
  )
  if (decisions.every(({ verdict }) => verdict === first.verdict))
    return { ...first, because: `${first.because} (${listed(places)}, and each says so.)` }
  const other = decisions.find(({ verdict }) => verdict !== first.verdict)
  return {
    verdict: 'unknown',
    winner: [],
    beaten: [],
    because: `${listed(places)}, and they differ: one way, ${first.because} The other way, ${other?.because ?? ''}`,
    perVariant: {},
  }
}
