import type { FailsWith } from '../../model/eso-failure.ts'

/** How ESO fails: its own words, word for word, where it has any; else what it sends. */
export function failureText(failure: FailsWith): string {
  return failure.code === 'leaves-api' ? (failure.says ?? `404 from the server to ${failure.sends}`) : failure.says
}
