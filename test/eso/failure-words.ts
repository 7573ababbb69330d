import type { FailsWith } from '../../src/model/eso-failure.ts'
import { failureText } from '../../src/report/reasons/failure.ts'

/** What ESO says when it fails so, after the code; `undefined`: it does not fail. */
export function words(failure: FailsWith | undefined): string | undefined {
  return failure === undefined ? undefined : `${failure.code}: ${failureText(failure)}`
}
