import { compileGlob, type Glob, type GlobDialect } from '../model/glob.ts'
import { InvalidInput } from '../model/invalid-input.ts'

/** Paths of a checkout, as people give them: `paths`, `exclude`, `ignore.file`. */
const PATHS: GlobDialect = {
  segments: true,
  doubleStar: 'anywhere',
  question: true,
  sets: true,
  braces: true,
  below: true,
}

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

const PROBLEM: Readonly<Record<Extract<Glob, { ok: false }>['problem'], string>> = {
  'open bracket': 'has a "[" that no "]" closes',
  'open brace': 'has a "{" that no "}" closes',
  'range backwards': 'has a range in "[…]" that runs backwards',
}

/**
 * A test for `**`, `*`, `?`, `[…]` and `{a,b}` against a path with forward slashes. A pattern also matches everything below what
 * it matches, as in `.gitignore`. Throws InvalidInput for a pattern that cannot be read.
 */
export function globTest(glob: string, what: string): (path: string) => boolean {
  const compiled = compileGlob(glob.replace(/^\.\//, '').replace(/\/+$/, ''), PATHS)
  if (!compiled.ok) throw new InvalidInput(`${what}: the pattern "${glob}" ${PROBLEM[compiled.problem]}.`)
  return compiled.fits
}
