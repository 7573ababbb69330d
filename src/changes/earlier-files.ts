import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type BaseFiles, MAX_TOTAL_BYTES } from './base-files.ts'
import { blobsOf, type TreeEntry } from './base-tree.ts'
import type { Git } from './git.ts'

/**
 * Writes out what files held in the base, for kustomize to read: a path of the repository → a file in `folder`; `undefined` where
 * there was no plain file. A file gets a number for its name: what a commit calls it decides nothing here.
 *
 * @returns `undefined` when git does not give the contents, or they are too large.
 */
export async function earlierFiles(
  git: Git,
  cwd: string,
  { altered, blobs: known }: Pick<BaseFiles, 'altered' | 'blobs'>,
  folder: string,
): Promise<ReadonlyMap<string, string | undefined> | undefined> {
  const entries = [...altered.values()].filter((entry) => entry?.kind === 'file') as TreeEntry[]
  if (entries.reduce((sum, { size }) => sum + size, 0) > MAX_TOTAL_BYTES) return undefined
  const others = await blobsOf(
    git,
    cwd,
    entries.flatMap(({ oid }) => (known.has(oid) ? [] : [oid])),
  )
  if (others === undefined) return undefined
  const blobs = new Map([...known, ...others])
  if (entries.some(({ oid }) => !blobs.has(oid))) return undefined
  await mkdir(folder, { recursive: true })
  const files = new Map<string, string | undefined>()
  for (const [path, entry] of altered) {
    const bytes = entry?.kind === 'file' ? blobs.get(entry.oid) : undefined
    if (bytes === undefined) {
      files.set(path, undefined)
      continue
    }
    const file = join(folder, String(files.size))
    await writeFile(file, bytes, { mode: 0o600 })
    files.set(path, file)
  }
  return files
}
