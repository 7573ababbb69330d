import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** A lock for processes side by side: a folder, which the file system makes for one of them only. */
export async function lock(path: string): Promise<() => Promise<void>> {
  const holder = join(path, 'pid')
  for (;;) {
    try {
      await mkdir(path)
      await writeFile(holder, String(process.pid))
      return () => rm(path, { recursive: true, force: true })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      const pid = Number(await readFile(holder, 'utf8').catch(() => '0'))
      if (pid > 0 && !isAlive(pid)) await rm(path, { recursive: true, force: true })
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
