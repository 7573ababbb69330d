import type { Chain, InstalledEso } from '../chain/chain.ts'

/** Where one repository holds several clusters, the pins of ESO that lie nearest to a file in the folders; several are equally near. */
export function nearestPins({ installedEso }: Pick<Chain, 'installedEso'>, file: string): InstalledEso[] {
  if (installedEso.length === 0) return []
  const folders = file.split('/').slice(0, -1)
  const shared = installedEso.map(({ span }) => {
    const other = span?.file.split('/') ?? []
    let i = 0
    while (i < folders.length && folders[i] === other[i]) i++
    return i
  })
  const most = Math.max(0, ...shared)
  return installedEso.filter((_, i) => shared[i] === most)
}
