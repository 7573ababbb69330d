import { isDeepStrictEqual } from 'node:util'
import type { CheckResult } from './run-check.ts'

export interface Expected {
  readonly exitCode: number
  readonly outcome: string
  /** How many findings of each rule. */
  readonly findings: Readonly<Record<string, number>>
}

/** Tells the demo's steps and remembers which did not come out as told. */
export function createStory(print: (text: string) => void) {
  const surprises: string[] = []
  const unless = (holds: boolean, surprise: string): void => {
    if (holds) return
    surprises.push(surprise)
    print(`!! NOT AS EXPECTED: ${surprise}\n`)
  }
  return {
    surprises,
    /** One line on what happens next. */
    step: (sentence: string): void => print(`\n━━ ${sentence}\n\n`),
    say: (sentence: string): void => print(`${sentence}\n`),
    unless,
    /** Shows what a check said and holds it to what was to be expected. */
    show: (result: CheckResult, expected: Expected): void => {
      print(result.text)
      print(`(exit code ${result.exitCode})\n`)
      const counts: Record<string, number> = {}
      for (const { rule } of result.findings) counts[rule] = (counts[rule] ?? 0) + 1
      const got: Expected = { exitCode: result.exitCode, outcome: result.outcome, findings: counts }
      unless(
        isDeepStrictEqual(got, expected),
        `expected ${JSON.stringify(expected)}, the check gave ${JSON.stringify(got)}`,
      )
    },
  }
}
