import { counted, listed } from '../model/wording.ts'
import type { Report } from './report.ts'

/** What mode `snapshot` wrote, or why it wrote nothing; `undefined`: the run ended as any other may. */
export function snapshotHeadline({ outcome, snapshot, incomplete }: Report): string | undefined {
  if (outcome === 'invalid' || outcome === 'bug') return undefined
  // The reasons stand beside it.
  if (snapshot === undefined) return 'No snapshot written: a part of Vault could not be told'
  const { secrets, folders, policies, roles, hidden } = snapshot
  const parts = [
    `${counted(secrets, 'secret')} in ${counted(folders, 'folder')}`,
    counted(roles, 'role'),
    counted(policies, 'policy', 'policies'),
  ]
  const lacks =
    hidden > 0
      ? `; ${hidden} not shown to this token`
      : incomplete.length > 0
        ? '; a part is not shown to this token'
        : ''
  return `Snapshot written: ${listed(parts)}${lacks}`
}

/** Where it was written; empty when it was not. */
export function snapshotSentences({ snapshot }: Report): string[] {
  return snapshot === undefined ? [] : [`File: ${snapshot.file}.`]
}
