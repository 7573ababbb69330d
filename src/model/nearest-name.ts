/** Edits (insert, delete, replace, swap of neighbours) that turn `a` into `b`; gives up above `limit`. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i]
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1]
      let best = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1))
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        best = Math.min(best, (beforeLast[j - 2] ?? 0) + 1)
      }
      row.push(best)
    }
    beforeLast = last
    last = row
  }
  return last[b.length] ?? limit + 1
}

/** Letters and digits only, lower-case: `remote_ref` and `remoteref` are both `remoteRef` to a person. */
function folded(name: string): string {
  return name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '')
}

/**
 * The name that was probably meant: one that differs only in case or separators, else the nearest within a third of its length
 * (two edits at most). `undefined` when nothing is near, so that no message guesses wildly.
 */
export function nearestName(written: string, known: Iterable<string>): string | undefined {
  const limit = Math.min(2, Math.floor(written.length / 3))
  const writtenFolded = folded(written)
  let best: { name: string; distance: number } | undefined
  for (const name of known) {
    if (name === written) return name
    if (writtenFolded !== '' && folded(name) === writtenFolded) return name
    const distance = limit === 0 ? 1 : editDistance(written.toLowerCase(), name.toLowerCase(), limit)
    if (distance <= limit && (best === undefined || distance < best.distance)) best = { name, distance }
  }
  return best?.name
}

/** All names within the same distance, nearest first, `written` itself left out; for lists of candidates. */
export function nearestNames(written: string, known: Iterable<string>, most = 3): string[] {
  const limit = written.length <= 3 ? 1 : written.length <= 8 ? 2 : 3
  return [...new Set(known)]
    .filter((name) => name !== written)
    .map((name) => ({ name, distance: editDistance(written, name, limit) }))
    .filter(({ distance }) => distance <= limit)
    .sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1))
    .slice(0, most)
    .map(({ name }) => name)
}
