import type { Link } from '../chain/chain.ts'
import { objectsOf } from '../chain/fold-links.ts'
import { searchPath } from '../eso/find-paths.ts'
import { compileGoRegexp, isRegexp } from '../eso/go-regexp.ts'
import { trimSlashes } from '../model/trim-slashes.ts'
import { counted, nameReference } from '../model/wording.ts'
import { brokenStores } from './broken-store.ts'
import { fingerprint } from './fingerprint.ts'
import type { Rule, RuleFinding } from './rule.ts'

/** A `find` that matches nothing. ESO reports success and makes no Secret (eso.md §0.10). */
export const findEmpty: Rule = {
  id: 'find-empty',
  title: 'A `find` matches nothing, and ESO reports success without making a Secret',
  group: 'facts',
  severity: 'warning',
  *check(chain): Iterable<RuleFinding> {
    const broken = brokenStores(chain)
    for (const link of chain.links) {
      const { reference, found, store } = link
      if (
        reference.operation !== 'find' ||
        (store !== undefined && broken.has(store)) ||
        found === undefined ||
        !('names' in found) ||
        found.incomplete !== undefined
      )
        continue
      const matches = matching(link, found.names)
      if (matches === undefined || matches.length > 0) continue
      const where = reference.find?.path === undefined ? 'the mount' : `\`${reference.find.path}\``
      const what =
        reference.find?.regexp === undefined || reference.find.regexp === ''
          ? ''
          : ` and \`${reference.find.regexp}\` matches none of their names`
      yield {
        rule: this.id,
        // An empty folder answers 404, which the default deletionPolicy makes an error (eso.md §3.4).
        severity: found.names.length === 0 && reference.deletionPolicy === 'Retain' ? 'error' : 'warning',
        message: (object) =>
          `${nameReference(reference, object)} looks below ${where}, which holds ${found.names.length === 0 ? 'no secret' : counted(found.names.length, 'secret')}${what}. ` +
          (found.names.length === 0
            ? 'ESO answers `Secret does not exist`.'
            : 'ESO reports `SecretSynced` and makes no Secret.'),
        span: reference.span,
        related: [],
        fix: 'Mend `find.path` or the regular expression. The path is relative to the mount; the expression sees the whole name, with the path before it.',
        objects: objectsOf(link),
        fingerprint: fingerprint(this.id, reference.manifest.name, reference.find?.path, reference.find?.regexp),
        vaultPaths: [
          [store?.path, reference.find?.path]
            .filter(Boolean)
            .map((part) => trimSlashes(part ?? ''))
            .join('/'),
        ],
      }
    }
  },
}

/** Names are matched with `find.path` before them, unanchored (eso.md §2.6); tags need values of metadata and are not judged. */
function matching({ reference }: Link, names: readonly string[]): readonly string[] | undefined {
  if (reference.find?.regexp === undefined)
    return reference.find?.tags === undefined ? names : names.length === 0 ? [] : undefined
  const regexp = compileGoRegexp(reference.find.regexp)
  if (!isRegexp(regexp)) return undefined
  const prefix = searchPath(reference.find.path)
  const folder = (reference.find.path ?? '').replace(/^\/+|\/+$/g, '')
  return names.filter((name) => {
    const below = folder === '' ? name : name.startsWith(`${folder}/`) ? name.slice(folder.length + 1) : name
    return regexp.matches(`${prefix}${below}`)
  })
}
