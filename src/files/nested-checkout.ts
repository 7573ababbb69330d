import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { gitRemotes } from './git-remotes.ts'
import { isSameRepository, repositoryPath } from './repository-address.ts'

/**
 * The folder below the workspace that holds the checkout which a run is about (`path:` of actions/checkout), with `/` between its
 * segments; `''` where the workspace is the checkout, or where it cannot be told which one is meant. Files are then named as the
 * repository names them, which annotations, links and the config file need.
 *
 * @param paths what is to be checked, as it was given; empty: everything.
 * @param repository `owner/name` of the run, to choose among several checkouts.
 */
export function nestedCheckout(workspace: string, paths: readonly string[], repository: string | undefined): string {
  if (isCheckout(workspace)) return ''
  if (paths.length > 0) {
    const holding = new Set(paths.map((path) => checkoutAbove(workspace, path)))
    const [only = ''] = holding
    return holding.size === 1 ? only : ''
  }
  const checkouts = foldersOf(workspace).filter((folder) => isCheckout(join(workspace, folder)))
  const own = checkouts.filter((folder) => isOf(gitRemotes(join(workspace, folder)), repository))
  const [only = ''] = own.length === 1 ? own : checkouts
  return own.length === 1 || checkouts.length === 1 ? only : ''
}

/** The same path as the checkout names it; one that does not lie in it stays as it is. */
export function withinCheckout(path: string, checkout: string): string {
  const plain = path.replace(/^(?:\.\/+)+/, '')
  if (plain === checkout || plain === `${checkout}/`) return '.'
  return plain.startsWith(`${checkout}/`) ? plain.slice(checkout.length + 1) : path
}

function checkoutAbove(workspace: string, path: string): string {
  const segments = path.split('/').filter((segment) => segment !== '' && segment !== '.')
  for (let length = 1; length <= segments.length; length++) {
    const folder = segments.slice(0, length)
    // A glob names no folder, and what leads out of the workspace is no checkout of it.
    if (folder.some((segment) => segment === '..' || /[*?[{]/.test(segment))) return ''
    if (isCheckout(join(workspace, ...folder))) return folder.join('/')
  }
  return ''
}

function isCheckout(folder: string): boolean {
  return existsSync(join(folder, '.git'))
}

function foldersOf(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name)
      .sort()
  } catch {
    return []
  }
}

function isOf(remotes: readonly string[], repository: string | undefined): boolean {
  const wanted = repository === undefined ? undefined : repositoryPath(repository)
  return wanted !== undefined && remotes.some((remote) => isSameRepository(repositoryPath(remote) ?? [], wanted))
}
