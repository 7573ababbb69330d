/**
 * Whether a Vault path fits a glob, all of it: `*` and `?` stay inside a segment, `**` spans any number of segments. Runs in time
 * proportional to pattern × path whatever the pattern, because a pull request may bring its own.
 */
export function pathFits(path: string, glob: string): boolean {
  return sequenceFits(split(path), split(glob), (pattern) => pattern === '**', segmentFits)
}

const split = (path: string): string[] => path.replace(/^\/+|\/+$/g, '').split(/\/+/)

function segmentFits(segment: string, pattern: string): boolean {
  return sequenceFits(
    [...segment],
    [...pattern],
    (mark) => mark === '*',
    (char, mark) => mark === '?' || char === mark,
  )
}

/** The one wildcard algorithm for segments of a path and for characters of a segment: `reached[i]` – the first i items fit so far. */
function sequenceFits(
  items: readonly string[],
  patterns: readonly string[],
  spans: (pattern: string) => boolean,
  fits: (item: string, pattern: string) => boolean,
): boolean {
  let reached: boolean[] = [true, ...items.map(() => false)]
  for (const pattern of patterns) {
    const next: boolean[] = []
    for (let i = 0; i <= items.length; i++) {
      if (spans(pattern)) next[i] = reached[i] === true || (i > 0 && next[i - 1] === true)
      else next[i] = i > 0 && reached[i - 1] === true && fits(items[i - 1] as string, pattern)
    }
    reached = next
  }
  return reached[items.length] === true
}
