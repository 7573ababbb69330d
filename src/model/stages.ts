/** The parts of a run, in their order, as people read them; `start` is all until files are looked for. */
export const STAGES = {
  start: 'starting',
  login: 'reaching the server',
  files: 'reading files',
  manifests: 'parsing manifests',
  gitops: 'following what GitOps applies',
  declared: 'reading roles and policies',
  predict: 'telling what ESO will ask',
  server: 'asking the server',
  follow: 'following references',
  before: 'reading the state before the change',
  rules: 'looking for what is wrong',
} as const

export type Stage = keyof typeof STAGES

/** How far a stage is, where that is known. */
export interface Reached {
  readonly done: number
  readonly of: number
}

/** Is called again and again while a run works, with what it is at. */
export type Tell = (stage: Stage, reached?: Reached) => void

/** Milliseconds that a stage took. */
export interface StageTime {
  readonly stage: Stage
  readonly milliseconds: number
}

export interface Stopwatch {
  /** Ends the stage before it. */
  readonly enter: (stage: Stage) => void
  readonly stage: () => Stage
  /** All until now, in the order in which they were first entered. */
  readonly times: () => readonly StageTime[]
}

/** `now`: milliseconds since the process started. */
export function stopwatch(now: () => number = () => performance.now()): Stopwatch {
  const times = new Map<Stage, number>()
  let stage: Stage = 'start'
  let since = 0
  const stop = (): void => {
    const at = now()
    times.set(stage, (times.get(stage) ?? 0) + at - since)
    since = at
  }
  return {
    enter: (next) => {
      stop()
      stage = next
    },
    stage: () => stage,
    times: () => {
      stop()
      return [...times].map(([stage, milliseconds]) => ({ stage, milliseconds: Math.round(milliseconds) }))
    },
  }
}
