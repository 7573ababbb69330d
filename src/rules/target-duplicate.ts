import { targetDuplicates } from '../eso/facts/target-duplicates.ts'
import { byCluster } from '../model/cluster.ts'
import type { Finding } from '../model/finding.ts'
import { nameManifest } from '../model/wording.ts'
import { fingerprint } from './fingerprint.ts'
import type { Rule } from './rule.ts'

/** Two ExternalSecrets mean to make one Secret: one owns it, the other fails or overwrites it at every refresh. */
export const targetDuplicate: Rule = {
  id: 'target-duplicate',
  title: 'Two ExternalSecrets make one Secret',
  group: 'manifest',
  severity: 'error',
  *check(chain): Iterable<Finding> {
    for (const { namespace, name, writers } of byCluster(chain.manifests).groups.flatMap((group) =>
      targetDuplicates(group),
    )) {
      const [first, ...others] = writers
      const second = others[0]
      if (first === undefined || second === undefined) continue
      const owners = writers.filter((writer) => writer.creationPolicy === 'Owner').length
      yield {
        rule: this.id,
        severity: owners > 1 ? 'error' : 'warning',
        message:
          `${nameManifest(second.manifest)} and ${nameManifest(first.manifest)} both make Secret \`${namespace === undefined ? '' : `${namespace}/`}${name}\`` +
          `${others.length > 1 ? `, and ${others.length - 1} more do` : ''}. ` +
          (owners > 1
            ? 'A Secret has one owner: the second answers `target is owned by another ExternalSecret`.'
            : 'They overwrite each other at every refresh.'),
        span: second.span,
        related: [first, ...others.slice(1)].map((writer) => ({
          span: writer.span,
          message: `${nameManifest(writer.manifest)} makes it too`,
        })),
        fix: 'Give one of them another `target.name`, or let one add to it with `creationPolicy: Merge`.',
        fingerprint: fingerprint(this.id, namespace, name),
      }
    }
  },
}
