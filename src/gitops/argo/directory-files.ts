import type { Root } from '../../files/root.ts'
import { compileGlob, type GlobDialect } from '../../model/glob.ts'
import { at, stringAt, type Value } from '../../model/value.ts'

/** The files that Argo CD applies of a folder without kustomization and chart, by the source's `directory` options. */
export function directoryFiles(root: Root, folder: string, directory: Value | undefined): string[] {
  const deep = at(directory, 'recurse') === true
  const prefix = folder === '' ? '' : `${folder}/`
  const included = pattern(stringAt(directory, 'include'))
  const excluded = pattern(stringAt(directory, 'exclude'))
  return [...root.files].filter((file) => {
    if (!file.startsWith(prefix) || !/\.(?:ya?ml|json)$/.test(file)) return false
    const within = file.slice(prefix.length)
    if (!deep && within.includes('/')) return false
    return excluded?.(within) !== true && included?.(within) !== false
  })
}

/** Argo CD's `include` and `exclude`: `*` goes over folders too, because the library is given no separator. */
const INCLUDES: GlobDialect = { question: true, sets: true, braces: true, escapes: true }

/** A pattern that cannot be read fits nothing. */
function pattern(glob: string | undefined): ((path: string) => boolean) | undefined {
  if (glob === undefined || glob === '') return undefined
  const compiled = compileGlob(glob, INCLUDES)
  return compiled.ok ? compiled.fits : () => false
}
