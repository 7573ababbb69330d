import type { Chain, InstalledEso } from '../chain/chain.ts'

/** The pins of ESO that count for a file: with several clusters in one repository those that stand nearest to it. */
export function installedFor(chain: Chain, file: string): readonly InstalledEso[] {
  const folders = file.split('/').slice(0, -1)
  const shared = chain.installedEso.map(({ span }) => {
    const other = span?.file.split('/') ?? []
    let i = 0
    while (i < folders.length && folders[i] === other[i]) i++
    return i
  })
  const most = Math.max(0, ...shared)
  return chain.installedEso.filter((_, i) => shared[i] === most)
}

/** The versions alone, as `validateManifest` takes them. */
export function versionsFor(chain: Chain, file: string): readonly string[] {
  return installedFor(chain, file).map(({ version }) => version)
}
