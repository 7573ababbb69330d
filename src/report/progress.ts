import { STAGES, type Stage } from '../model/stages.ts'

export interface ProgressOptions {
  readonly write: (text: string) => void
  /** A bar that is written over; else a line now and then. */
  readonly terminal: boolean
  readonly now?: () => number
}

export interface Progress {
  /** Called as often as somebody likes. */
  readonly tell: (stage: Stage) => void
  /** Takes the bar away. */
  readonly end: () => void
}

/** Most runs are over before anybody wonders. */
const QUIET_MS = 2_000
const BAR_EACH_MS = 100
const LINE_EACH_MS = 10_000
const WIDTH = 20
const CLEAR = '\r\u001b[K'

/** Tells what a run is at, from its third second on. */
export function createProgress({ write, terminal, now = () => performance.now() }: ProgressOptions): Progress {
  const began = now()
  const names = Object.keys(STAGES)
  let last = Number.NEGATIVE_INFINITY
  let shown: Stage | undefined
  return {
    tell: (stage) => {
      const at = now()
      if (at - began < QUIET_MS) return
      if (at - last < (terminal ? BAR_EACH_MS : LINE_EACH_MS) && stage === shown) return
      last = at
      shown = stage
      const seconds = Math.round((at - began) / 1_000)
      const done = Math.round((names.indexOf(stage) / names.length) * WIDTH)
      const bar = `${'█'.repeat(done)}${'░'.repeat(WIDTH - done)}`
      write(
        terminal ? `${CLEAR}${bar} ${STAGES[stage]} (${seconds} s)` : `eso-vault: ${STAGES[stage]} (${seconds} s)\n`,
      )
    },
    end: () => {
      if (terminal && shown !== undefined) write(CLEAR)
      shown = undefined
    },
  }
}
