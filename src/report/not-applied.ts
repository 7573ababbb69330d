import type { AppliedReason } from '../model/applied.ts'
import { notAppliedBecause, notAppliedDetail } from './reasons/applied.ts'
import type { Report } from './report.ts'

/** References that nothing applies, by the kind of reason, and by file. */
export interface NotAppliedGroup {
  readonly reason: string
  readonly references: number
  /** `why`: the sentence with the places that show it. */
  readonly files: readonly { readonly file: string; readonly references: number; readonly why: string | undefined }[]
}

/** Most frequent reason first; files in the order of the report. */
export function notAppliedGroups({ references }: Pick<Report, 'references'>): NotAppliedGroup[] {
  const groups = new Map<string, Map<string, { references: number; reason: AppliedReason | undefined }>>()
  for (const { reference, standing } of references) {
    if (standing.is !== 'not-applied') continue
    const { origin } = reference.manifest
    const { reason } = origin.applied
    const label = notAppliedBecause(reason)
    const files = groups.get(label) ?? new Map()
    groups.set(label, files)
    const known = files.get(origin.file)
    if (known === undefined) files.set(origin.file, { references: 1, reason })
    else known.references++
  }
  return [...groups]
    .map(([reason, files]) => ({
      reason,
      references: [...files.values()].reduce((sum, one) => sum + one.references, 0),
      files: [...files].map(([file, one]) => ({
        file,
        references: one.references,
        why: notAppliedDetail(one.reason),
      })),
    }))
    .sort((a, b) => b.references - a.references)
}
