/** An address of a repository as its parts: host, then the path below it, in lower case (applied.md §1.2 rule 1). */
export function repositoryPath(address: string): readonly string[] | undefined {
  const bare = address
    .trim()
    .replace(/^git::/, '')
    .replace(/^[a-z][a-z0-9+.-]*:\/\//i, '')
    .replace(/^[^/@]*@/, '')
  if (bare === '' || isPlaceholder(address)) return undefined
  const parts = bare
    .replace(/^([^/:]+):\d+(?=\/)/, '$1')
    .replace(/^([^/:]+):/, '$1/')
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .map((part) => part.toLowerCase())
  const last = parts.pop()?.replace(/\.git$/, '')
  return last === undefined || last === '' ? undefined : [...parts, last]
}

/** Something fills the address in before it is applied: nothing says that it is another repository's. */
export function isPlaceholder(address: string): boolean {
  return /\$\{|\{\{|<[A-Za-z_]/.test(address)
}

/**
 * Whether two addresses name one repository: `owner/name` decides, whatever the host (mirrors, in-cluster Git servers); nested groups
 * count as a whole where both have them.
 */
export function isSameRepository(one: readonly string[], other: readonly string[]): boolean {
  const a = pathOf(one)
  const b = pathOf(other)
  const length = a.length > 2 && b.length > 2 ? Math.max(a.length, b.length) : 2
  return a.length >= 2 && b.length >= 2 && a.slice(-length).join('/') === b.slice(-length).join('/')
}

/** `owner/name` as a CI variable gives it has no host. */
function pathOf(parts: readonly string[]): readonly string[] {
  return parts[0]?.includes('.') || parts[0] === 'localhost' || parts.length > 2 ? parts.slice(1) : parts
}
