import type { LawDecision } from '../../src/model/decision.ts'
import { lawText } from '../../src/report/reasons/law.ts'

/** The sentence of a decision. */
export function said({ because }: Pick<LawDecision, 'because'>): string {
  return `${lawText(because)}.`
}
