import { compileGlob, type GlobDialect } from './glob.ts'

/** In the config: `*` and `?` stay inside a segment, `**` spans any number of segments. */
const VAULT_PATHS: GlobDialect = { segments: true, question: true, doubleStar: 'as a segment' }

/** A test whether a Vault path fits a glob, all of it. Slashes at the ends and doubled ones do not count. */
export function vaultPathTest(glob: string): (path: string) => boolean {
  const compiled = compileGlob(plain(glob), VAULT_PATHS)
  // Nothing of this dialect opens, so nothing can be left open.
  return compiled.ok ? (path) => compiled.fits(plain(path)) : () => false
}

function plain(path: string): string {
  return path
    .split('/')
    .filter((segment) => segment !== '')
    .join('/')
}
