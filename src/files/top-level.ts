import { stat } from 'node:fs/promises'
import { dirname, isAbsolute, join, relative, sep } from 'node:path'
import { isRepositoryOfItsOwn } from './dead-names.ts'
import { slashes } from './walk-folder.ts'

export interface TopLevel {
  readonly top: string
  /** `top` is that of a Git checkout. */
  readonly inCheckout: boolean
}

/**
 * The Git top level at or above `folder`, unless the folder is an example or a test there, which is a repository of its own; without
 * one, `otherwise` if it contains the folder, else the folder.
 */
export async function topLevel(folder: string, otherwise: string): Promise<TopLevel> {
  for (let at = folder; ; at = dirname(at)) {
    if (await isThere(join(at, '.git'))) {
      const isOwn = at !== folder && isRepositoryOfItsOwn(slashes(relative(at, folder)))
      return isOwn ? { top: folder, inCheckout: false } : { top: at, inCheckout: true }
    }
    if (dirname(at) === at) break
  }
  const inside = relative(otherwise, folder)
  const top = inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside) ? folder : otherwise
  return { top, inCheckout: false }
}

function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}
