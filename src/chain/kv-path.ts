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

/** Where the data lie that a reference reads or writes, as people write it; `undefined` where Git does not tell it, and for a `find`. */
export function dataPathOf({ reference, store }: Link): string | undefined {
  if (store === undefined || reference.operation === 'find' || reference.notChecked !== undefined) return undefined
  const data = reference.accesses.filter(({ side }) => side === 'data')
  const [first] = data
  const written = data.find(({ capability }) => capability === 'update' || capability === 'create')
  const access = reference.operation === 'push' ? (written ?? first) : first
  return access === undefined ? undefined : kvPath(access.path, store.path)
}
