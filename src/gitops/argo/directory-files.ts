import { RE2JS } from 're2js'
import { characterClass } from '../../files/glob.ts'
import type { Root } from '../../files/root.ts'
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

/**
 * Argo CD's `include` and `exclude`: `*` goes over folders too (the library is given no separator), `{a,b}` means either. A pattern that
 * cannot be read fits nothing.
 */
function pattern(glob: string | undefined): ((path: string) => boolean) | undefined {
  if (glob === undefined || glob === '') return undefined
  let source = ''
  let braces = 0
  for (let index = 0; index < glob.length; index++) {
    const ch = glob[index] as string
    const close = ch === '[' ? glob.indexOf(']', index + 2) : -1
    if (ch === '*') source += '.*'
    else if (ch === '?') source += '.'
    else if (ch === '\\' && index + 1 < glob.length) source += escaped(glob[++index] as string)
    else if (close !== -1) {
      source += characterClass(glob.slice(index + 1, close))
      index = close
    } else if (ch === '{') {
      braces++
      source += '(?:'
    } else if (ch === '}' && braces > 0) {
      braces--
      source += ')'
    } else source += ch === ',' && braces > 0 ? '|' : escaped(ch)
  }
  try {
    const expression = RE2JS.compile(`^(?:${source})$`, RE2JS.DOTALL)
    return (path) => expression.matcher(path).find()
  } catch {
    return () => false
  }
}

function escaped(ch: string): string {
  return ch.replace(/[\\^$.|?*+()[\]{}]/, '\\$&')
}
