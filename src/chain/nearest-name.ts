/**
 * Names that a typo away from `name`, nearest first. Damerau–Levenshtein with a bound that grows with the name's length, so that
 * `db` is not taken for `kv`.
 */
export function nearestNames(name: string, known: Iterable<string>, most = 3): string[] {
  const bound = name.length <= 3 ? 1 : name.length <= 8 ? 2 : 3
  const scored: { name: string; distance: number }[] = []
  for (const candidate of new Set(known)) {
    if (candidate === name || Math.abs(candidate.length - name.length) > bound) continue
    const distance = editDistance(name, candidate)
    if (distance <= bound) scored.push({ name: candidate, distance })
  }
  scored.sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1))
  return scored.slice(0, most).map((entry) => entry.name)
}

/** Edits between two words: insert, delete, replace and swap of neighbours count one each. */
export function editDistance(a: string, b: string): number {
  let before: number[] = []
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      let best = Math.min((row[j - 1] ?? 0) + 1, (previous[j] ?? 0) + 1, (previous[j - 1] ?? 0) + (same ? 0 : 1))
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, (before[j - 2] ?? 0) + 1)
      row.push(best)
    }
    before = previous
    previous = row
  }
  return previous[b.length] ?? 0
}
