export interface KvMount {
  /** Without slashes at the ends. */
  readonly path: string
  readonly version: 1 | 2
}

/**
 * How much of an ACL path a rule must keep, with its slash: the mount, and for KV v2 the segment behind it (`data/`,
 * `metadata/`…), because what stands there are different things. Without a known mount the first `data` or `metadata`
 * segment is taken for KV v2's.
 */
export function boundaryOf(path: string, mounts: readonly KvMount[]): string {
  const known = mounts
    .filter((mount) => path.startsWith(`${mount.path}/`))
    .sort((a, b) => b.path.length - a.path.length)[0]
  if (known) return known.version === 1 ? `${known.path}/` : throughSegment(path, `${known.path}/`.length)
  const segments = path.split('/')
  const side = segments.findIndex((segment, index) => index > 0 && (segment === 'data' || segment === 'metadata'))
  return `${segments.slice(0, side === -1 ? 1 : side + 1).join('/')}/`
}

function throughSegment(path: string, from: number): string {
  const slash = path.indexOf('/', from)
  return slash === -1 ? `${path}/` : path.slice(0, slash + 1)
}
