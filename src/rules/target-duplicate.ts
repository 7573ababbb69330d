import type { Chain } from '../chain/chain.ts'
import { targetDuplicates } from '../eso/facts/target-duplicates.ts'
import { byCluster } from '../model/cluster.ts'
import type { Manifest } from '../model/manifest.ts'
import { releaseVerdict } from '../model/version-range.ts'
import { nameManifest } from '../model/wording.ts'
import { fingerprint } from './fingerprint.ts'
import { nearestPins } from './nearest-pins.ts'
import type { Rule, RuleFinding } from './rule.ts'

/** Two ExternalSecrets write one Secret: one owns it, and ESO refuses the other, whatever its creationPolicy. */
export const targetDuplicate: Rule = {
  id: 'target-duplicate',
  title: 'Two ExternalSecrets make one Secret',
  group: 'manifest',
  severity: 'error',
  *check(chain): Iterable<RuleFinding> {
    for (const { namespace, name, writers } of byCluster(chain.manifests).groups.flatMap((group) =>
      targetDuplicates(group),
    )) {
      const owners = writers.filter(({ creationPolicy }) => creationPolicy === 'Owner')
      const [first, second] = [...owners, ...writers.filter((writer) => !owners.includes(writer))]
      if (first === undefined || second === undefined) continue
      const refuses = second.creationPolicy === 'Owner' || refusesOthers(chain, second.manifest)
      // Before 0.11 a Merge into a Secret of another was taken.
      if (!refuses && second.creationPolicy !== 'Orphan') continue
      yield {
        rule: this.id,
        severity: refuses ? 'error' : 'warning',
        headline: `${writers.length} ExternalSecrets write Secret \`${namespace === undefined ? '' : `${namespace}/`}${name}\``,
        why: refuses
          ? `${nameManifest(first.manifest)} owns it, and ESO answers \`target is owned by another ExternalSecret\` to ${nameManifest(second.manifest)}${second.creationPolicy === 'Owner' ? '' : ', whatever its `creationPolicy`'}.`
          : `${nameManifest(first.manifest)} and ${nameManifest(second.manifest)} overwrite each other at every refresh.`,
        span: second.span,
        related: writers
          .filter((writer) => writer !== second)
          .map((writer) => ({ span: writer.span, message: `${nameManifest(writer.manifest)} writes it too` })),
        fix: 'read everything in one ExternalSecret, give one of them another `target.name`, or write `creationPolicy: Orphan` where it is made and `Merge` in the others',
        fingerprint: fingerprint(this.id, namespace, name),
      }
    }
  },
}

/** ESO refuses every writer but the owner since 0.11 (eso.md §4.5). */
function refusesOthers(chain: Chain, manifest: Manifest): boolean {
  const pins = nearestPins(chain, manifest.span.file)
  return pins.length === 0 || pins.some(({ version }) => releaseVerdict(version, [0, 11, 0]) !== 'no')
}
