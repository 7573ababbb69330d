import type { Link } from './chain.ts'
/** `kv/data/a/b` on mount `kv` is what people and the command line call `kv/a/b`. */
export function kvPath(aclPath: string, mount: string | undefined): string {
  const prefix = mount === undefined ? '' : `${mount.replace(/^\/+|\/+$/g, '')}/`
  for (const side of ['data/', 'metadata/']) {
    if (aclPath.startsWith(prefix + side)) return prefix + aclPath.slice(prefix.length + side.length)
  }
  return aclPath
}

/** The paths that a reference makes ESO ask for, as people write them: what an `ignore` in the config matches. */
export function vaultPathsOf({ reference, store }: Link): string[] {
  const paths = reference.accesses
    .filter((access) => access.side === 'data' || access.side === 'metadata')
    .map((access) => kvPath(access.path, store?.path).replace(/\/$/, ''))
  return [...new Set(paths)]
}
