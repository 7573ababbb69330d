import { counted, listed } from '../model/wording.ts'
import type { Report } from './report.ts'

/** What mode `snapshot` wrote, or why it wrote nothing, the fullest first; `undefined`: the run ended as any other may. */
export function snapshotHeadlines({ outcome, snapshot, incomplete }: Report): string[] | undefined {
  if (outcome === 'invalid' || outcome === 'bug') return undefined
  // The reasons stand beside it.
  if (snapshot === undefined) return ['No snapshot written: a part of Vault could not be read']
  const { secrets, folders, policies, roles, hidden } = snapshot
  const law = [counted(roles, 'role'), counted(policies, 'policy', 'policies')]
  const parts = [`${counted(secrets, 'secret')} in ${counted(folders, 'folder')}`, ...law]
  const lacks =
    hidden > 0 ? `; ${hidden} hidden from the token` : incomplete.length > 0 ? '; a part is hidden from the token' : ''
  return [
    `Snapshot written: ${listed(parts)}${lacks}`,
    `Snapshot written: ${listed([counted(secrets, 'secret'), ...law])}${lacks}`,
    `Snapshot written: ${counted(secrets, 'secret')}${lacks}`,
  ]
}

/** Where it was written; empty when it was not. */
export function snapshotSentences({ snapshot }: Report): string[] {
  return snapshot === undefined ? [] : [`File: ${snapshot.file}.`]
}
