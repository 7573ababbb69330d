import type { Cluster } from '../../model/cluster.ts'

const HOLDERS = /^(?:clusters?|environments?|envs?)$/
const OVERLAYS = 'overlays'

/**
 * The cluster that a path names by its folders: what stands below `clusters/`, `environments/` or `envs/`, and below `overlays/` where
 * more than one place has an overlay of that name (applied.md §4.4). What lies outside of them belongs to all.
 */
export type ClusterOfFolder = (...paths: readonly string[]) => Cluster | undefined

export function clustersByFolder(folders: ReadonlySet<string>): ClusterOfFolder {
  const overlays = new Map<string, number>()
  for (const folder of folders) {
    const parts = folder.split('/')
    if (parts.at(-2) === OVERLAYS) overlays.set(parts.at(-1) as string, (overlays.get(parts.at(-1) as string) ?? 0) + 1)
  }
  const named = new Set<string>()
  for (const folder of folders) {
    const parts = folder.split('/')
    if (HOLDERS.test(parts.at(-2) ?? '')) named.add(parts.at(-1) as string)
  }
  const isCluster = (holder: string, name: string) =>
    HOLDERS.test(holder) || (holder === OVERLAYS && (named.has(name) || (overlays.get(name) ?? 0) > 1))
  return (...paths) => {
    for (const path of paths) {
      const parts = trimmed(path).split('/')
      const at = parts.findLastIndex(
        (part, index) => index > 0 && !part.includes('.') && isCluster(parts[index - 1] as string, part),
      )
      const name = parts[at]
      if (at > 0 && name !== undefined) return clusterNamed(name)
    }
    return undefined
  }
}

/** The cluster of an overlay that holds the entry of its own Argo CD or Flux. */
export function clusterOfOverlay(folder: string): Cluster | undefined {
  const parts = trimmed(folder).split('/')
  const at = parts.findLastIndex(
    (_, index) => index > 0 && (HOLDERS.test(parts[index - 1] as string) || parts[index - 1] === OVERLAYS),
  )
  const name = parts[at]
  return at > 0 && name !== undefined ? clusterNamed(name) : undefined
}

/** The cluster that an entry's path stands for. */
export function clusterOfEntry(path: string): Cluster {
  const name = trimmed(path).replace(/\/+$/, '') || '.'
  return { id: `entry ${name}`, name, entry: `entry ${name}` }
}

/** The cluster that a file of values beside a chart stands for: `values-prod.yaml`, `values/prod.yaml`, `env/prod/x.yaml`. */
export function clusterOfValues(file: string): Cluster {
  const parts = file.split('/')
  const name = (parts.at(-1) ?? '').replace(/\.ya?ml$/, '').replace(/^values[-_.]/, '')
  const folder = parts.at(-2)
  return clusterNamed(
    folder === undefined || /^(?:values|envs?|environments?)$/.test(folder) || name !== 'values' ? name : folder,
  )
}

function clusterNamed(name: string): Cluster {
  return { id: `folder ${name}`, name, entry: `folder ${name}` }
}

function trimmed(path: string): string {
  return path.replace(/^(?:\.?\/)+/, '')
}
