import type { Chain, Link } from '../chain/chain.ts'
import type { NotChecked } from '../model/finding.ts'
import { type NotCheckedReason, serverReason } from '../model/reason.ts'
import { nameReference } from '../model/wording.ts'

/**
 * What was not checked, each with its reason: never a pass and never "missing" (design §1, promise 5). A reference that a
 * finding speaks of is not repeated here.
 */
export function notChecked(chain: Chain): NotChecked[] {
  return chain.links.flatMap((link) => {
    const reason = reasonOf(link)
    if (reason === undefined) return []
    const { span } = link.reference
    return [{ file: span.file, line: span.line, what: nameReference(link.reference), reason }]
  })
}

function reasonOf(link: Link): NotCheckedReason | undefined {
  const { reference } = link
  // A foreign provider is nobody's business here, and an absent store is a finding.
  if (reference.store.found === 'foreign' || reference.store.found === 'absent') return undefined
  if (reference.skipped !== undefined) return reference.skipped
  const undecided = link.accesses.find(
    ({ access, decision }) => access.side !== 'session' && decision.verdict === 'unknown',
  )
  // A pattern around a hole may decide all the same (design §6); then the reference is judged.
  if (reference.notChecked !== undefined && (link.accesses.length === 0 || undecided !== undefined))
    return reference.notChecked
  if (link.role?.found === 'absent') return undefined
  if (undecided !== undefined) return undecided.decision.because
  if (link.secret?.presence === 'hidden' || link.secret?.presence === 'unknown') return serverReason(link.secret)
  if (
    link.secret?.presence === 'present' &&
    link.secret.keysHidden !== undefined &&
    (reference.property ?? '') !== ''
  ) {
    return { code: 'keys-hidden', says: link.secret.keysHidden }
  }
  const { found } = link
  if (found === undefined) return undefined
  if (!('names' in found)) return serverReason(found)
  return found.incomplete === undefined ? undefined : { code: 'server-does-not-tell', says: found.incomplete }
}
