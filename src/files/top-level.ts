import { stat } from 'node:fs/promises'
import { dirname, isAbsolute, join, relative, sep } from 'node:path'

/** The Git top level at or above `folder`; without one, `otherwise` if it contains the folder, else the folder. */
export async function topLevel(folder: string, otherwise: string): Promise<string> {
  for (let at = folder; ; at = dirname(at)) {
    const found = await stat(join(at, '.git')).then(
      () => true,
      () => false,
    )
    if (found) return at
    if (dirname(at) === at) break
  }
  const inside = relative(otherwise, folder)
  return inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside) ? folder : otherwise
}
