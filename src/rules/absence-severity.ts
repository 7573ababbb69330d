import type { Lookup } from '../chain/chain.ts'
import type { Verdict } from '../model/applied.ts'
import { weakness } from '../model/documentation.ts'
import type { Severity } from '../model/finding.ts'
import type { Provenance } from '../model/vault-state.ts'

type Absent<T> = Extract<Lookup<T>, { found: 'absent' }>

/**
 * How bad it is that something is not there: the server can say so for certain. Git can where it declares its like and an entry leads to
 * what needs it (`verdict`); else it need not hold everything, and a page, a test or an example that shows something like it proves least.
 */
export function absenceSeverity<T extends { readonly provenance: Provenance }>(
  { by, near, siblings }: Absent<T>,
  verdict: Verdict,
): Severity {
  if (by === 'vault') return 'error'
  const seen = [...near, ...(siblings ?? [])]
  if (seen.length > 0 && seen.every(({ provenance }) => weakness(provenance) > 0)) return 'note'
  return seen.length > 0 && verdict === 'applied' ? 'error' : 'warning'
}
