import { linesOf } from './line-hunks.ts'

export interface NamedText {
  readonly path: string
  readonly text: string
}

/** Of the lines of the longer file, as many must be the other's too: Git's own measure for a rename. */
const ALIKE = 0.5
/** Pairs that are compared; beyond it only files that were not altered are found again. */
const MAX_PAIRS = 10_000

/** Pairs files that are gone with files that are new: equal ones first, then the most alike. New path → old path. */
export function movedFiles(gone: readonly NamedText[], come: readonly NamedText[]): ReadonlyMap<string, string> {
  const moved = new Map<string, string>()
  const left = new Set(gone)
  const byText = new Map<string, NamedText[]>()
  for (const file of gone) byText.set(file.text, [...(byText.get(file.text) ?? []), file])
  const take = (to: NamedText, from: NamedText) => {
    moved.set(to.path, from.path)
    left.delete(from)
  }
  for (const file of come) {
    const same = (byText.get(file.text) ?? []).filter((other) => left.has(other))
    const best = same.find((other) => nameOf(other) === nameOf(file)) ?? same[0]
    if (best !== undefined && file.text !== '') take(file, best)
  }
  const rest = come.filter((file) => !moved.has(file.path))
  if (rest.length * left.size > MAX_PAIRS) return moved
  const lines = new Map([...rest, ...left].map((file) => [file, countLines(file.text)]))
  const pairs = rest.flatMap((to) =>
    [...left].flatMap((from) => {
      const score = likeness(lines.get(to) as Counted, lines.get(from) as Counted)
      return score >= ALIKE ? [{ to, from, score }] : []
    }),
  )
  for (const { to, from } of pairs.sort((a, b) => b.score - a.score))
    if (left.has(from) && !moved.has(to.path)) take(to, from)
  return moved
}

interface Counted {
  readonly counts: ReadonlyMap<string, number>
  readonly total: number
}

function countLines(text: string): Counted {
  const counts = new Map<string, number>()
  const lines = linesOf(text)
  for (const line of lines) counts.set(line, (counts.get(line) ?? 0) + 1)
  return { counts, total: lines.length }
}

function likeness(one: Counted, other: Counted): number {
  let shared = 0
  for (const [line, count] of one.counts) shared += Math.min(count, other.counts.get(line) ?? 0)
  return shared / Math.max(one.total, other.total, 1)
}

function nameOf({ path }: NamedText): string {
  return path.slice(path.lastIndexOf('/') + 1)
}
