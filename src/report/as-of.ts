import { counted } from '../model/wording.ts'
import type { Report } from './report.ts'

const HOUR = 3_600_000

/** `2026-11-27 03:10 UTC` and `15 hours`. */
export function asOfText(made: string, now: Date): { readonly asOf: string; readonly age: string } {
  const ageMs = Math.max(0, now.getTime() - new Date(made).getTime())
  const [hours, days] = [Math.floor(ageMs / HOUR), Math.floor(ageMs / (24 * HOUR))]
  const age =
    days >= 2
      ? counted(days, 'day')
      : hours >= 1
        ? counted(hours, 'hour')
        : counted(Math.max(1, Math.floor(ageMs / 60_000)), 'minute')
  return { asOf: timeText(made), age }
}

function timeText(made: string): string {
  return `${made.slice(0, 10)} ${made.slice(11, 16)} UTC`
}

/** For the end of a headline, where a snapshot told what Vault holds; a shorter one where the headline is long. */
export function asOfSuffixes({ live }: Pick<Report, 'live'>): string[] {
  return live.asOf === undefined
    ? []
    : [` (Vault as of ${timeText(live.asOf)})`, ` (Vault as of ${live.asOf.slice(0, 10)})`]
}
