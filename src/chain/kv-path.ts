/** `kv/data/a/b` on mount `kv` is what people and the command line call `kv/a/b`. */
export function kvPath(aclPath: string, mount: string | undefined): string {
  const prefix = mount === undefined ? '' : `${mount.replace(/^\/+|\/+$/g, '')}/`
  for (const side of ['data/', 'metadata/']) {
    if (aclPath.startsWith(prefix + side)) return prefix + aclPath.slice(prefix.length + side.length)
  }
  return aclPath
}
