import type { SourceFile } from '../../files/source-file.ts'

/** Finds the file of the repository that a script, or a Terraform module, means by a path. */
export type FileLookup = (path: string, from: SourceFile) => readonly SourceFile[]

/** The files of a repository, as scripts in it name them. */
export interface RepositoryFiles {
  readonly find: FileLookup
  /** The files that `folder/*.hcl` stands for, in order; a wildcard may stand in the last segment only. */
  matching(pattern: string, from: SourceFile): readonly SourceFile[]
}

export function repositoryFiles(files: readonly SourceFile[]): RepositoryFiles {
  return { find: fileLookup(files, []), matching: (pattern, from) => matchingFiles(files, pattern, from) }
}

/**
 * As a path, a pattern is taken as relative to the file that writes it, then to its root, then by the longest run of equal
 * folders; of those, the nearest folder is the one that is meant.
 */
function matchingFiles(files: readonly SourceFile[], pattern: string, from: SourceFile): readonly SourceFile[] {
  const known = pattern.slice(pattern.lastIndexOf('}') + 1)
  const segments = known.split('/').filter((segment) => segment !== '' && segment !== '.')
  const last = segments.pop() ?? ''
  if (segments.some((segment) => /[*?[]/.test(segment)) || (known !== pattern && !known.startsWith('/'))) return []
  const named = files.filter(({ relative }) => wildcardMatches(last, lastSegment(relative)))
  const inFolder = (folder: string) =>
    named.filter(({ root, relative }) => root === from.root && folderOf(relative) === folder)
  if (known === pattern && !pattern.startsWith('/')) {
    const beside = inFolder(joinPath(folderOf(from.relative), segments.join('/')))
    const below = beside.length > 0 ? beside : inFolder(joinPath('', segments.join('/')))
    if (below.length > 0) return below
  }
  const nearest = new Map<string, SourceFile[]>()
  for (const file of named) {
    const folder = folderOf(file.relative)
    if (equalTail(folder.split('/'), segments) < Math.min(segments.length, 1)) continue
    const same = nearest.get(`${file.root}\n${folder}`)
    if (same === undefined) nearest.set(`${file.root}\n${folder}`, [file])
    else same.push(file)
  }
  const groups = [...nearest.values()].map((group) => ({ group, file: group[0] as SourceFile }))
  // Whichever single file of a folder is best stands for the folder.
  const chosen = best(
    groups.map(({ file }) => file),
    [...segments, last],
    from,
    segments.length,
  )
  return groups.filter(({ file }) => chosen.includes(file)).length === 1
    ? (groups.find(({ file }) => chosen.includes(file))?.group ?? [])
    : []
}

/** `*` and `?` in one name; linear in both. */
function wildcardMatches(pattern: string, name: string): boolean {
  if (/[[\]{}$]/.test(pattern) || name.startsWith('.')) return false
  const [first = '', ...rest] = pattern.split('*')
  const matchesAt = (part: string, at: number) =>
    at + part.length <= name.length && [...part].every((ch, index) => ch === '?' || ch === name[at + index])
  if (!matchesAt(first, 0)) return false
  let at = first.length
  const last = rest.pop()
  if (last === undefined) return at === name.length
  for (const part of rest) {
    while (at <= name.length && !matchesAt(part, at)) at++
    if (at > name.length) return false
    at += part.length
  }
  return name.length - last.length >= at && matchesAt(last, name.length - last.length)
}

/** A file under another name: `configMapGenerator` packs it so, and a script in the cluster reads it so. */
export interface PackedFile {
  readonly name: string
  readonly path: string
  readonly from: SourceFile
}

/**
 * A path is taken as relative to the file that writes it, then to that file's root, then by the longest run of equal last
 * segments: where a script runs (a pod, a clone beside this one) cannot be told. Equally good files are all given.
 * `${…}` in a path may be any folders; in the last segment it leaves nothing to find.
 */
export function fileLookup(files: readonly SourceFile[], packed: readonly PackedFile[]): FileLookup {
  const byPath = new Map<string, SourceFile>()
  const byName = new Map<string, SourceFile[]>()
  for (const file of files) {
    byPath.set(`${file.root}\n${file.relative}`, file)
    const name = lastSegment(file.relative)
    const same = byName.get(name)
    if (same === undefined) byName.set(name, [file])
    else same.push(file)
  }
  const exact = (path: string, from: SourceFile) => {
    const beside = byPath.get(`${from.root}\n${joinPath(folderOf(from.relative), path)}`)
    return beside ?? byPath.get(`${from.root}\n${joinPath('', path)}`)
  }
  return (path, from) => {
    const whole = !path.includes('${')
    if (whole && !path.startsWith('/')) {
      const found = exact(path, from)
      if (found !== undefined) return [found]
    }
    const known = path.slice(path.lastIndexOf('}') + 1)
    const segments = known.split('/').filter((segment) => segment !== '' && segment !== '.')
    const name = segments.at(-1)
    if (name === undefined || known.endsWith('/')) return []
    // `$name.hcl`: the variable is part of the last segment.
    if (!whole && !known.includes('/')) return []
    const candidates = [...(byName.get(name) ?? [])]
    for (const { name: as, path: target, from: kustomization } of packed) {
      const file = as === name ? exact(target, kustomization) : undefined
      if (file !== undefined && !candidates.includes(file)) candidates.push(file)
    }
    return best(candidates, segments, from)
  }
}

/** `folders`: only so many folders before the last segment are compared, whatever the file is called. */
function best(
  candidates: readonly SourceFile[],
  segments: readonly string[],
  from: SourceFile,
  folders?: number,
): SourceFile[] {
  const scored = candidates.map((file) => ({
    file,
    tail:
      folders === undefined
        ? equalTail(file.relative.split('/'), segments)
        : equalTail(file.relative.split('/').slice(0, -1), segments.slice(0, -1)),
    near: file.root === from.root ? sharedFolders(file.relative, from.relative) + 1 : 0,
  }))
  const tail = Math.max(...scored.map((each) => each.tail))
  const longest = scored.filter((each) => each.tail === tail)
  const near = Math.max(...longest.map((each) => each.near))
  return longest.filter((each) => each.near === near).map((each) => each.file)
}

function equalTail(a: readonly string[], b: readonly string[]): number {
  let count = 0
  while (count < a.length && count < b.length && a.at(-1 - count) === b.at(-1 - count)) count++
  return count
}

function sharedFolders(a: string, b: string): number {
  const left = a.split('/').slice(0, -1)
  const right = b.split('/').slice(0, -1)
  let count = 0
  while (count < left.length && count < right.length && left[count] === right[count]) count++
  return count
}

export function folderOf(path: string): string {
  const slash = path.lastIndexOf('/')
  return slash < 0 ? '' : path.slice(0, slash)
}

export function lastSegment(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

/** Joins and normalises `.` and `..`; what climbs out of the root stays visible as a leading `..`. */
export function joinPath(folder: string, path: string): string {
  const result: string[] = []
  for (const segment of `${folder}/${path}`.split('/')) {
    if (segment === '' || segment === '.') continue
    if (segment === '..' && result.length > 0 && result.at(-1) !== '..') result.pop()
    else result.push(segment)
  }
  return result.join('/')
}
