import { vaultPathsOf } from '../chain/kv-path.ts'
import { linksByField } from '../chain/links-by-field.ts'
import { mapAt } from '../eso/field-value.ts'
import { isLive } from '../model/cluster.ts'
import type { Manifest } from '../model/manifest.ts'
import { listed, nameManifest } from '../model/wording.ts'
import { fingerprint } from './fingerprint.ts'
import type { Rule, RuleFinding } from './rule.ts'
import { templatePath } from './template-place.ts'

/**
 * An ExternalSecret makes a Secret that nothing in the repository names (consumers.md §6). Charts have default names, and people use
 * Secrets too: it is a question, and off unless it is turned on.
 */
export const secretConsumedByNothing: Rule = {
  id: 'secret-consumed-by-nothing',
  title: 'An ExternalSecret makes a Secret that nothing in the repository names',
  group: 'manifest',
  severity: 'note',
  optIn: 'in-drift-too',
  *check(chain): Iterable<RuleFinding> {
    const { lastMile, isNamedOutside } = chain
    const told = new Set<Manifest>()
    for (const { by, name, creation } of lastMile.makers) {
      if ((creation !== 'Owner' && creation !== 'Orphan') || !isLive(by) || told.has(by)) continue
      told.add(by)
      // In its own file and where the object is patched it is named by itself.
      const own = new Set([by.origin.file, by.span.file])
      if (lastMile.named(name).length > 0 || isFoundOtherwise(by) || isNamedOutside(name, own)) continue
      const links = [...(linksByField(chain.links).get(by)?.values() ?? [])]
      const paths = [...new Set(links.flatMap(vaultPathsOf))].sort()
      const from =
        paths.length === 0
          ? ''
          : `, of ${listed(paths.slice(0, 5).map((path) => `\`${path}\``))}${paths.length > 5 ? ` and ${paths.length - 5} more` : ''}`
      yield {
        rule: this.id,
        severity: this.severity,
        headline: `Secret \`${name}\` is used by nothing in the repository`,
        why: (object) => `${object} makes it${from}, and no other file names it.`,
        span: by.spanOf(['metadata', 'name']),
        related: [],
        fix: 'Take the ExternalSecret away if nothing needs the Secret. Where a chart or a person uses it, ignore this with the reason.',
        objects: [by],
        ...(paths.length === 0 ? {} : { vaultPaths: paths }),
        fingerprint: fingerprint(this.id, nameManifest(by)),
      }
    }
  },
}

/** Copied to other namespaces, or found by a label: nobody needs its name. */
const FOUND = /reflector|replicator|kubed|secret-type|part-of|grafana/

function isFoundOtherwise(by: Manifest): boolean {
  return [['metadata'], [...templatePath(by), 'metadata']].some((path) =>
    ['labels', 'annotations'].some((field) =>
      Object.keys(mapAt(by.body, ...path, field) ?? {}).some((key) => FOUND.test(key)),
    ),
  )
}
