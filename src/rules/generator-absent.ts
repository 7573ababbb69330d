import { absentGenerators } from '../eso/facts/absent-generators.ts'
import { methodTypos } from '../eso/facts/method-typos.ts'
import { byCluster } from '../model/cluster.ts'
import { listed, nameManifest } from '../model/wording.ts'
import { fingerprint } from './fingerprint.ts'
import type { Rule, RuleFinding } from './rule.ts'

/** A `generatorRef` that leads to nothing, or to a generator that will not ask what is meant (eso.md §3.5). */
export const generatorAbsent: Rule = {
  id: 'generator-absent',
  title: 'A `generatorRef` names a generator that is not there',
  group: 'manifest',
  severity: 'error',
  *check(chain): Iterable<RuleFinding> {
    for (const { manifest, span, kind, name, elsewhere } of byCluster(chain.manifests).groups.flatMap((group) =>
      absentGenerators(group),
    )) {
      yield {
        rule: this.id,
        // Generators may come from elsewhere; one of the same name in the wrong namespace does not.
        severity: elsewhere.length > 0 ? 'error' : 'warning',
        headline: `${kind} \`${name}\` does not exist${elsewhere.length > 0 ? ` in namespace \`${manifest.namespace ?? '…'}\`` : ' in Git'}`,
        why:
          elsewhere.length > 0
            ? `There is ${listed(elsewhere.map(nameManifest))}; a generator serves its own namespace only.`
            : 'ESO answers `unable to get generator`, and the whole object fails.',
        cause: JSON.stringify([kind, name, manifest.namespace]),
        span,
        related: elsewhere.map((other) => ({ span: other.span, message: nameManifest(other) })),
        fix:
          elsewhere.length > 0
            ? `declare the generator in namespace \`${manifest.namespace ?? '…'}\` too, or use a ClusterGenerator`
            : `declare ${kind} \`${name}\` beside it, or correct the name`,
        objects: [manifest],
        fingerprint: fingerprint(this.id, nameManifest(manifest), kind, name),
      }
    }
    for (const { manifest, span, method, meant } of methodTypos(chain.manifests)) {
      yield {
        rule: this.id,
        severity: 'error',
        headline: (object) => `ESO does not know method \`${method}\` of ${object}`,
        why: 'It sends a PUT for everything that is not GET, LIST or DELETE, so Vault is written to.',
        span,
        related: [],
        fix: { lead: 'write the method in capitals', kind: 'edit', language: 'yaml', text: `method: ${meant}` },
        objects: [manifest],
        fingerprint: fingerprint(this.id, nameManifest(manifest), 'method', method),
      }
    }
  },
}
