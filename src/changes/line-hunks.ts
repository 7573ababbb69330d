/**
 * A run of lines that differ, as in `git diff -U0`: lines count from 1; a side with `count` 0 has `start` at the line after which
 * the other side's lines stand (0: before the first).
 */
export interface Hunk {
  readonly base: LineRun
  readonly head: LineRun
}

export interface LineRun {
  readonly start: number
  readonly count: number
}

/** Edits beyond this are not searched for the shortest way: all lines between the first and the last difference count. */
const MAX_EDITS = 500

/** The lines in which two texts differ. The ends of lines (LF, CRLF, none at the end of the file) are no difference. */
export function lineHunks(base: string, head: string, maxEdits = MAX_EDITS): Hunk[] {
  if (base === head) return []
  return hunksBetween(linesOf(base), linesOf(head), maxEdits)
}

/** The lines of a text without their ends; a newline at the end of the text does not begin another line. */
export function linesOf(text: string): string[] {
  if (text === '') return []
  const lines = text.split(/\r?\n/)
  if (lines[lines.length - 1] === '') lines.pop()
  return lines
}

function hunksBetween(base: readonly string[], head: readonly string[], maxEdits: number): Hunk[] {
  let top = 0
  while (top < base.length && top < head.length && base[top] === head[top]) top++
  let bottom = 0
  const most = Math.min(base.length, head.length) - top
  while (bottom < most && base[base.length - 1 - bottom] === head[head.length - 1 - bottom]) bottom++
  const from = base.slice(top, base.length - bottom)
  const to = head.slice(top, head.length - bottom)
  if (from.length === 0 && to.length === 0) return []
  const matches = from.length === 0 || to.length === 0 ? [] : commonLines(from, to, maxEdits)
  const hunks: Hunk[] = []
  let x = 0
  let y = 0
  for (const [mx, my] of [...(matches ?? []), [from.length, to.length] as const]) {
    if (mx > x || my > y) hunks.push({ base: run(top + x, mx - x), head: run(top + y, my - y) })
    x = mx + 1
    y = my + 1
  }
  return hunks
}

function run(before: number, count: number): LineRun {
  return { start: count === 0 ? before : before + 1, count }
}

/** Myers' shortest edit script, as the pairs of equal lines; `undefined` when it would take too many edits. */
function commonLines(
  from: readonly string[],
  to: readonly string[],
  maxEdits: number,
): (readonly [number, number])[] | undefined {
  const limit = Math.min(from.length + to.length, maxEdits)
  const furthest = new Map<number, number>([[1, 0]])
  const trail: Map<number, number>[] = []
  for (let edits = 0; edits <= limit; edits++) {
    trail.push(new Map(furthest))
    for (let k = -edits; k <= edits; k += 2) {
      let x = stepsDown(furthest, k, edits) ? at(furthest, k + 1) : at(furthest, k - 1) + 1
      while (x < from.length && x - k < to.length && from[x] === to[x - k]) x++
      furthest.set(k, x)
      if (x >= from.length && x - k >= to.length) return walkBack(trail, from.length, to.length)
    }
  }
  return undefined
}

function walkBack(trail: readonly Map<number, number>[], fromLength: number, toLength: number) {
  const pairs: (readonly [number, number])[] = []
  let x = fromLength
  let y = toLength
  for (let edits = trail.length - 1; edits >= 0; edits--) {
    const furthest = trail[edits] as Map<number, number>
    const k = x - y
    const before = stepsDown(furthest, k, edits) ? k + 1 : k - 1
    const px = edits === 0 ? 0 : at(furthest, before)
    const py = edits === 0 ? 0 : px - before
    while (x > px && y > py) {
      x--
      y--
      pairs.push([x, y])
    }
    x = px
    y = py
  }
  return pairs.reverse()
}

function stepsDown(furthest: ReadonlyMap<number, number>, k: number, edits: number): boolean {
  return k === -edits || (k !== edits && at(furthest, k - 1) < at(furthest, k + 1))
}

function at(furthest: ReadonlyMap<number, number>, k: number): number {
  return furthest.get(k) ?? -1
}
