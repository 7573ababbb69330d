import type { Git } from './git.ts'

/** An entry of a commit's tree. */
export interface TreeEntry {
  /** Below the top of the repository, forward slashes, exactly as Git holds it. */
  readonly path: string
  /** `submodule`: `oid` is the commit that it is pinned to. */
  readonly kind: 'file' | 'symlink' | 'submodule'
  readonly oid: string
  /** Bytes; 0 for a submodule. */
  readonly size: number
}

/** `git ls-tree -r -l -z`: `mode type oid size TAB path NUL`. */
function parseTree(output: Buffer): TreeEntry[] {
  const entries: TreeEntry[] = []
  for (const line of output.toString('utf8').split('\0')) {
    const match = /^(\d{6}) (\w+) ([0-9a-f]+) +(\d+|-)\t(.+)$/s.exec(line)
    if (match === null) continue
    const [, mode, type, oid, size, path] = match as unknown as [string, string, string, string, string, string]
    const kind = type === 'commit' ? 'submodule' : mode === '120000' ? 'symlink' : 'file'
    entries.push({ path, kind, oid, size: size === '-' ? 0 : Number(size) })
  }
  return entries
}

/** All files of a commit; `undefined` when git cannot tell. */
export async function treeOf(git: Git, cwd: string, commit: string): Promise<readonly TreeEntry[] | undefined> {
  const { code, stdout } = await git(['ls-tree', '-r', '-l', '-z', '--full-tree', '--end-of-options', commit], { cwd })
  return code === 0 ? parseTree(stdout) : undefined
}

/** Paths that differ between two commits, by their entries alone: no file is opened, no attribute asked. */
export async function pathsBetween(git: Git, cwd: string, base: string): Promise<ReadonlySet<string> | undefined> {
  const args = ['diff-tree', '-r', '-z', '--name-only', '--no-renames', '--no-ext-diff', '--no-textconv', base, 'HEAD']
  const { code, stdout } = await git(args, { cwd })
  if (code !== 0) return undefined
  return new Set(
    stdout
      .toString('utf8')
      .split('\0')
      .filter((path) => path !== ''),
  )
}

/** `git cat-file --batch`: `oid blob size LF bytes LF`, or `oid missing LF`. */
function parseBlobs(output: Buffer): Map<string, Buffer> {
  const blobs = new Map<string, Buffer>()
  let at = 0
  while (at < output.length) {
    const end = output.indexOf(0x0a, at)
    if (end === -1) break
    const match = /^([0-9a-f]+) (\w+)(?: (\d+))?$/.exec(output.toString('latin1', at, end))
    at = end + 1
    if (match?.[3] === undefined) continue
    const size = Number(match[3])
    if (match[2] === 'blob') blobs.set(match[1] as string, output.subarray(at, at + size))
    at += size + 1
  }
  return blobs
}

/** The bytes of these blobs, as they were committed: no filter runs. What the clone does not hold is left out. */
export async function blobsOf(
  git: Git,
  cwd: string,
  oids: Iterable<string>,
): Promise<ReadonlyMap<string, Buffer> | undefined> {
  const wanted = [...new Set(oids)]
  if (wanted.length === 0) return new Map()
  const { code, stdout } = await git(['cat-file', '--batch'], { cwd, input: `${wanted.join('\n')}\n` })
  return code === 0 ? parseBlobs(stdout) : undefined
}
