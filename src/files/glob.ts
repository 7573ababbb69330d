import { InvalidInput } from '../model/invalid-input.ts'

/** Whether a path given by the user is a pattern rather than a name. */
export function isGlob(path: string): boolean {
  return /[*?[{]/.test(path)
}

/** The folder part of a glob before its first wildcard; `""` when it starts with one. */
export function globBase(glob: string): string {
  const fixed: string[] = []
  for (const segment of glob.split('/')) {
    if (isGlob(segment)) break
    fixed.push(segment)
  }
  return fixed.join('/')
}

/**
 * A test for `**`, `*`, `?`, `[…]` and `{a,b}` against a path with forward slashes. A pattern without a slash at its end also
 * matches everything below it, as in `.gitignore`. Throws InvalidInput for brackets that do not close.
 */
export function globTest(glob: string, what: string): (path: string) => boolean {
  const pattern = glob.replace(/^\.\//, '').replace(/\/+$/, '')
  let source = ''
  let braces = 0
  for (let at = 0; at < pattern.length; at++) {
    const ch = pattern[at] as string
    if (ch === '*') {
      if (pattern[at + 1] === '*') {
        at++
        if (pattern[at + 1] === '/') {
          at++
          source += '(?:[^/]+/)*'
        } else source += '.*'
      } else source += '[^/]*'
    } else if (ch === '?') source += '[^/]'
    else if (ch === '[') {
      const end = pattern.indexOf(']', at + 2)
      if (end === -1) throw new InvalidInput(`${what}: the pattern "${glob}" has a "[" that no "]" closes.`)
      source += characterClass(pattern.slice(at + 1, end))
      at = end
    } else if (ch === '{') {
      braces++
      source += '(?:'
    } else if (ch === '}' && braces > 0) {
      braces--
      source += ')'
    } else if (ch === ',' && braces > 0) source += '|'
    else source += ch.replace(/[\\^$.|+()[\]{}]/, '\\$&')
  }
  if (braces > 0) throw new InvalidInput(`${what}: the pattern "${glob}" has a "{" that no "}" closes.`)
  let expression: RegExp
  try {
    expression = new RegExp(`^${source}(?:/.*)?$`)
  } catch {
    throw new InvalidInput(
      `${what}: "${glob}" is not a pattern that can be read (write "*", "**", "?", "[a-z]" or "{a,b}").`,
    )
  }
  return (path) => expression.test(path)
}

/** What stands between `[` and `]` of a glob, as a class of a regular expression. */
export function characterClass(content: string): string {
  return `[${content.replace(/^!/, '^').replaceAll('\\', '\\\\').replaceAll('[', '\\[')}]`
}
