import { link, readFile, rename, rm, writeFile } from 'node:fs/promises'

/**
 * A lock for processes side by side: a file with the holder's process id, which the file system makes for one of them only. It is
 * there whole or not at all, so that whoever was killed with it is known to be dead.
 */
export async function lock(path: string): Promise<() => Promise<void>> {
  const own = `${path}.${process.pid}.${Math.random().toString(36).slice(2)}`
  await writeFile(own, String(process.pid))
  try {
    for (;;) {
      if (await take(own, path)) return () => rm(path, { force: true })
      const holder = await readFile(path, 'utf8').catch(() => undefined)
      if (holder !== undefined && !isAlive(Number(holder))) await removeDead(path, `${own}.dead`)
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
  } finally {
    await rm(own, { force: true })
  }
}

async function take(own: string, path: string): Promise<boolean> {
  try {
    await link(own, path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    return false
  }
}

/** Of several that see a dead holder one moves it away; who moved a live one, that came in between, puts it back. */
async function removeDead(path: string, aside: string): Promise<void> {
  try {
    await rename(path, aside)
  } catch {
    return
  }
  const holder = await readFile(aside, 'utf8')
  if (isAlive(Number(holder))) await take(aside, path)
  await rm(aside, { force: true })
}

function isAlive(pid: number): boolean {
  if (!(pid > 0)) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
