import type { Lookup } from '../chain/chain.ts'
import { weakness } from '../model/documentation.ts'
import type { Severity } from '../model/finding.ts'
import type { Provenance } from '../model/vault-state.ts'

type Absent<T> = Extract<Lookup<T>, { found: 'absent' }>

/**
 * How bad it is that something is not there: the server can say so for certain; Git need not hold everything, and a page, a test or an
 * example that shows something like it proves least.
 */
export function absenceSeverity<T extends { readonly provenance: Provenance }>({
  by,
  near,
  siblings,
}: Absent<T>): Severity {
  if (by === 'vault') return 'error'
  const seen = [...near, ...(siblings ?? [])]
  return seen.length > 0 && seen.every(({ provenance }) => weakness(provenance) > 0) ? 'note' : 'warning'
}
