/** An empty segment, `.` or `..`. */
const UNCLEAN = /\/\.{0,2}(?:\/|$)/

/**
 * Go's `path.Clean` for a path that starts with `/`: slashes collapse, `.` and `..` are resolved, the last slash goes, and
 * nothing climbs above `/`. The Vault client does this after ESO has built its paths (eso.md §2.4).
 */
export function cleanPath(path: string): string {
  const rooted = path.startsWith('/') ? path : `/${path}`
  if (!UNCLEAN.test(rooted)) return rooted
  const kept: string[] = []
  for (const segment of path.split('/')) {
    if (segment === '' || segment === '.') continue
    if (segment === '..') kept.pop()
    else kept.push(segment)
  }
  return `/${kept.join('/')}`
}
