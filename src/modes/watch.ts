import { type Deadline, NO_DEADLINE } from '../model/deadline.ts'
import type { NotChecked } from '../model/finding.ts'
import type { FileLine } from '../model/span.ts'
import { type Reached, type Stopwatch, stopwatch, type Tell } from '../model/stages.ts'
import { reasonText } from '../report/reasons/not-checked.ts'

/**
 * Watches over a run: over its time and its stages, and over what fails in it. Whatever still throws while one object or one rule is looked at is a
 * bug, which costs that one and not the run; nothing that it left out counts as checked.
 */
export interface Watch {
  /** Once it is over it stays over; who asks leaves what is left, and says what that is. */
  readonly deadline: Deadline
  readonly enter: Stopwatch['enter']
  /** How far the stage is. */
  readonly reached: (reached: Reached) => void
  /** Tells again what the run is at: while a server lets it wait, nothing else does. */
  readonly beat: () => void
  readonly times: Stopwatch['times']
  readonly over: () => boolean
  readonly leave: (what: FileLine & { readonly what: string }) => void
  readonly fail: (what: FileLine & { readonly what: string }, error: unknown) => void
  /** The same of what has no place: a rule. */
  readonly failRule: (rule: string, error: unknown) => void
  readonly leaveRule: (rule: string) => void
  readonly notChecked: () => readonly NotChecked[]
  /** Why the run is incomplete, a sentence each. */
  readonly sentences: () => readonly string[]
}

const NAMED = 3

export function createWatch(deadline: Deadline = NO_DEADLINE, tell?: Tell): Watch {
  const { enter, stage, times } = stopwatch()
  const left: NotChecked[] = []
  const failed: NotChecked[] = []
  const rulesLeft: string[] = []
  const rulesFailed: string[] = []
  let wasOver = false
  let part: Reached | undefined
  const beat = () => tell?.(stage(), part)
  const over = () => {
    beat()
    wasOver ||= deadline.over()
    return wasOver
  }
  return {
    deadline: { leftMs: deadline.leftMs, over },
    enter: (next) => {
      enter(next)
      part = undefined
      beat()
    },
    reached: (reached) => {
      part = reached
      beat()
    },
    beat,
    times,
    over,
    leave: (what) => void left.push({ ...what, reason: { code: 'run-time-over' } }),
    fail: (what, error) => void failed.push({ ...what, reason: { code: 'own-bug', error: nameOf(error) } }),
    failRule: (rule, error) => void rulesFailed.push(`${rule} (${nameOf(error)})`),
    leaveRule: (rule) => void rulesLeft.push(rule),
    notChecked: () => [...left, ...failed],
    sentences: () => [
      ...(wasOver ? [timeSentence(rulesLeft)] : []),
      ...(failed.length > 0 ? [objectsSentence(failed)] : []),
      ...(rulesFailed.length > 0
        ? [
            `A bug of eso-vault: what these rules look for was not checked: ${rulesFailed.join(', ')}. Please report it.`,
          ]
        : []),
    ],
  }
}

function timeSentence(rules: readonly string[]): string {
  const said = 'The time for the run was over before all was looked at. Raise `run-timeout`, or give narrower `paths`.'
  return rules.length === 0 ? said : `${said} These rules did not look at everything: ${rules.join(', ')}.`
}

function objectsSentence(failed: readonly NotChecked[]): string {
  const named = failed.slice(0, NAMED).map(({ what, reason }) => `${what}: ${reasonText(reason)}`)
  const more = failed.length - named.length
  return `A bug of eso-vault, please report it: ${named.join('; ')}${more > 0 ? `; and ${more} more` : ''}.`
}

/** An error by its kind and message, on one line. */
function nameOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message.split('\n')[0]}` : 'no error'
}
