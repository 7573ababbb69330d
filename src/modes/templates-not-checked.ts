import type { Link } from '../chain/chain.ts'
import { objectsOf } from '../chain/fold-links.ts'
import { templateReads } from '../eso/template/read-templates.ts'
import type { NotChecked } from '../model/finding.ts'
import type { Standing } from '../model/standing.ts'
import { nameField, nameManifest } from '../model/wording.ts'

/** Templates of objects that read from Vault, and that nobody looked into: which keys they read, and whether they run, is not known. */
export function templatesNotChecked(standings: ReadonlyMap<Link, Standing>): NotChecked[] {
  const found = new Map<string, NotChecked>()
  for (const [link, { is }] of standings) {
    if (is === 'not-applied' || is === 'other-provider') continue
    for (const manifest of objectsOf(link))
      for (const { field, reason } of templateReads(manifest).opaque) {
        const { file, line } = manifest.spanOf(field)
        // A line of a base is many objects; the first stands for all.
        const key = `${file}:${line}:${nameField(field)}`
        if (!found.has(key))
          found.set(key, { file, line, what: `${nameField(field)} of ${nameManifest(manifest)}`, reason })
      }
  }
  return [...found.values()]
}
