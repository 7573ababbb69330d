import { STAGES, type Stage, type Tell } from '../model/stages.ts'

export interface ProgressOptions {
  readonly write: (text: string) => void
  /** A bar that is written over; else a line now and then. */
  readonly terminal: boolean
  readonly now?: () => number
}

export interface Progress {
  /** Called as often as somebody likes. */
  readonly tell: Tell
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
    tell: (stage, reached) => {
      const at = now()
      if (at - began < QUIET_MS) return
      if (at - last < (terminal ? BAR_EACH_MS : LINE_EACH_MS) && stage === shown) return
      last = at
      shown = stage
      const seconds = Math.round((at - began) / 1_000)
      const { done, of } = reached ?? { done: 0, of: 0 }
      const far = Math.floor(((names.indexOf(stage) + done / Math.max(of, 1)) / names.length) * WIDTH)
      const bar = `${'█'.repeat(far)}${'░'.repeat(WIDTH - far)}`
      const what = `${STAGES[stage]}${of > 0 ? `, ${done} of ${of}` : ''} (${seconds} s)`
      write(terminal ? `${CLEAR}${bar} ${what}` : `eso-vault: ${what}\n`)
    },
    end: () => {
      if (terminal && shown !== undefined) write(CLEAR)
      shown = undefined
    },
  }
}
