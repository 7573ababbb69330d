import { metadataPath, type PathResult, type PathStore } from './paths.ts'

/**
 * What `find` prefixes to everything it lists. The slash is added even after a slash, and `path: ""` gives `/`: only an absent
 * path gives the root (eso.md §2.6).
 */
export function searchPath(path: string | undefined): string {
  return path === undefined ? '' : `${path}/`
}

/** The first folder that `find` lists; deeper ones are below it (eso.md §2.6). On v1 the mount itself, path set or panic. */
export function firstListPath(store: PathStore, path: string | undefined): PathResult {
  return metadataPath(store, searchPath(path))
}
