import type { FailsWith } from '../../model/eso-failure.ts'

/** How ESO fails: its own words, word for word, where it has any. */
export function failureText(failure: FailsWith): string {
  return failure.code === 'leaves-api'
    ? 'the path leads out of the Vault API: its ".." climbs above /v1/'
    : failure.says
}
