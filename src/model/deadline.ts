/** A moment after which no new work is begun; what was not done by then is told as not checked. */
export interface Deadline {
  /** Milliseconds that are left; 0 when it is over, `Infinity` when there is none. */
  readonly leftMs: () => number
  readonly over: () => boolean
}

export const NO_DEADLINE: Deadline = { leftMs: () => Number.POSITIVE_INFINITY, over: () => false }

/**
 * The moment `ms` milliseconds from now. The clock is monotonic unless another is given: a run must not end because somebody sets
 * the machine's time.
 */
export function deadlineIn(ms: number, now: () => number = () => performance.now()): Deadline {
  const end = now() + ms
  const leftMs = () => Math.max(0, end - now())
  return { leftMs, over: () => leftMs() === 0 }
}

/** Whichever comes first. */
export function earlierOf(...deadlines: readonly Deadline[]): Deadline {
  const leftMs = () => Math.min(...deadlines.map((one) => one.leftMs()))
  return { leftMs, over: () => leftMs() === 0 }
}
