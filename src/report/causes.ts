import type { NotChecked } from '../model/finding.ts'
import type { NotCheckedReason } from '../model/reason.ts'
import { counted } from '../model/wording.ts'
import { isUnread } from './account.ts'
import { type WayOut, wayOutOf } from './reasons/way-out.ts'
import type { Report } from './report.ts'
import { byReason } from './wording.ts'

/** Why things were not checked: one cause, with all that it stands in the way of and the cheapest way out. */
export interface Cause {
  readonly code: NotChecked['reason']['code']
  /** A sentence part. */
  readonly says: string
  /** `121 references`, `2 references and 1 other part`. */
  readonly counted: string
  readonly references: number
  readonly items: readonly [NotChecked, ...NotChecked[]]
  readonly wayOut: WayOut | undefined
}

/** What was not checked, grouped by cause: the most references first. */
export function causesOf({ notChecked }: Pick<Report, 'notChecked'>): Cause[] {
  return byReason(notChecked)
    .map(({ reason, items }): Cause => {
      const references = items.filter((item) => item.reference === true).length
      const others = items.length - references
      return {
        code: items[0].reason.code,
        says: reason,
        counted: [
          ...(references > 0 ? [counted(references, 'reference')] : []),
          ...(others > 0 ? [counted(others, thing(items[0].reason, references > 0))] : []),
        ].join(' and '),
        references,
        items,
        wayOut: wayOutOf(items[0].reason),
      }
    })
    .sort((a, b) => b.references - a.references || b.items.length - a.items.length)
}

function thing(reason: NotCheckedReason, beside: boolean): string {
  if (reason.code === 'chart-template') return 'ESO object'
  return isUnread(reason) ? 'file' : beside ? 'other part' : 'part'
}
