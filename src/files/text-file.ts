import { readFile } from 'node:fs/promises'

/** A file's text; `undefined` when there is none. Anything else that goes wrong is thrown. */
export async function readTextIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
