import { pushLoops } from '../eso/facts/push-loops.ts'
import type { Finding } from './finding.ts'
import { fingerprint } from './fingerprint.ts'
import type { Rule } from './rule.ts'
import { nameManifest } from './wording.ts'

/** An ExternalSecret makes the Secret that a PushSecret writes back to where it was read: a smell, not an error (field.md §5). */
export const pushLoop: Rule = {
  id: 'push-loop',
  title: 'A push writes back to the path that its own source was read from',
  group: 'manifest',
  severity: 'note',
  *check(chain): Iterable<Finding> {
    for (const { path, push, reads, closed } of pushLoops(chain.links.map((link) => link.reference))) {
      if (!closed) continue
      const read = reads[0]
      yield {
        rule: this.id,
        severity: this.severity,
        message:
          `${nameManifest(push.manifest)} pushes to \`${path}\`, and its source Secret is made by ${read === undefined ? 'an ExternalSecret' : nameManifest(read.manifest)} ` +
          'from that very path. The value goes round: nobody can tell which side is right, and a change in Vault may be undone by the next push.',
        span: push.span,
        related: reads.map((one) => ({ span: one.span, message: `${nameManifest(one.manifest)} reads it here` })),
        fix: 'Decide which side owns the value: drop the push, or make the Secret from a generator.',
        fingerprint: fingerprint(this.id, nameManifest(push.manifest), path),
      }
    }
  },
}
