/** What a changelog tells below the heading of one version, or undefined when it has no such heading or tells nothing there. */
export function changesOf(changelog: string, version: string): string | undefined {
  const lines = changelog.split('\n')
  const start = lines.findIndex((line) => headingOf(line) === version)
  if (start === -1) return undefined
  const length = lines.slice(start + 1).findIndex((line) => headingOf(line) !== undefined)
  const body = lines.slice(start + 1, length === -1 ? undefined : start + 1 + length)
  return body.join('\n').trim() || undefined
}

/** The first word of a heading of level two: `## 1.2.3 (2026-11-27)` and `## [1.2.3]` are both of 1.2.3. */
function headingOf(line: string): string | undefined {
  return /^## \[?([^\s\]]+)/.exec(line)?.[1]
}
