import { trimSlashes } from '../../model/trim-slashes.ts'
import { LiveSettingsError } from './errors.ts'

/**
 * The URL path of a request: each segment percent-encoded, joined with `/`, without slashes at the ends.
 *
 * Segments come from manifests. `.` and `..` would be resolved by the server or a proxy on the way, and lead the request to
 * another path than the ACL was asked about; an empty segment (`a//b`) is redirected by servers. All three are refused.
 *
 * @throws LiveSettingsError naming the path and what is wrong with it.
 */
export function encodePath(path: string): string {
  const problem = pathProblem(path)
  if (problem) throw new LiveSettingsError(problem)
  return path.split('/').map(encodeSegment).join('/')
}

/** What keeps a path from being asked for, as one sentence; `undefined` when nothing does. */
export function pathProblem(path: string): string | undefined {
  if (path === '') return 'An empty path cannot be asked for.'
  for (const segment of path.split('/')) {
    if (segment === '')
      return `The path ${JSON.stringify(path)} has an empty segment (a slash too many); Vault does not serve it.`
    if (segment === '.' || segment === '..')
      return `The path ${JSON.stringify(path)} has a ${segment} segment; it is not asked for.`
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  if (/[\u0000-\u001f\u007f]/.test(path)) {
    return `The path ${JSON.stringify(path)} holds a control character; it is not asked for.`
  }
  if (!path.isWellFormed()) return `The path ${JSON.stringify(path)} is not valid Unicode; it is not asked for.`
  return undefined
}

function encodeSegment(segment: string): string {
  // encodeURIComponent leaves ! ' ( ) * as they are: all are allowed in a path segment (RFC 3986 §3.3).
  return encodeURIComponent(segment)
}

/** A mount path with or without slashes, and a rest, as one path. */
export function join(...parts: readonly string[]): string {
  return parts.map(trimSlashes).filter(Boolean).join('/')
}
