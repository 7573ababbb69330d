import { searchPath } from '../eso/find-paths.ts'
import type { KeyLookups } from '../eso/template/secret-keys.ts'
import { compileGoRegexp, isRegexp } from '../model/go-regexp.ts'
import type { Manifest } from '../model/manifest.ts'
import type { FieldPath } from '../model/value.ts'
import { nameField } from '../model/wording.ts'
import type { Chain, Link } from './chain.ts'
import { linksByField } from './links-by-field.ts'

/** What is known of the keys of a Secret beside its manifest: what the server showed, and generators in Git. */
export function keyLookups({ links, manifests }: Pick<Chain, 'links' | 'manifests'>, manifest: Manifest): KeyLookups {
  const linkAt = (field: FieldPath): Link | undefined => linksByField(links).get(manifest)?.get(nameField(field))
  return {
    extract: (field) => {
      const link = linkAt(field)
      return link?.secret?.presence === 'present' && link.secret.keysHashed !== true ? link.secret.keys : undefined
    },
    find: (field) => {
      const link = linkAt(field)
      const names = link === undefined ? undefined : foundNames(link)
      return names?.length === 0 ? undefined : names
    },
    generator: ({ kind, name }) =>
      manifests.find(
        (other) =>
          other.kind === kind &&
          other.name === name &&
          (other.namespace === manifest.namespace || other.namespace === undefined),
      ),
  }
}

/**
 * Names that a `find` matches of those that the server listed, as ESO sees them: with `find.path` before them, unanchored (eso.md
 * §2.6). `undefined`: not listed in whole, or tags decide, which need values of metadata.
 */
export function foundNames({ reference, found }: Link): readonly string[] | undefined {
  if (found === undefined || !('names' in found) || found.incomplete !== undefined) return undefined
  const prefix = searchPath(reference.find?.path)
  const folder = (reference.find?.path ?? '').replace(/^\/+|\/+$/g, '')
  const full = found.names.map((name) => {
    const below = folder === '' ? name : name.startsWith(`${folder}/`) ? name.slice(folder.length + 1) : name
    return `${prefix}${below}`
  })
  if (reference.find?.regexp === undefined)
    return reference.find?.tags === undefined || full.length === 0 ? full : undefined
  const regexp = compileGoRegexp(reference.find.regexp)
  return isRegexp(regexp) ? full.filter((name) => regexp.matches(name)) : undefined
}
