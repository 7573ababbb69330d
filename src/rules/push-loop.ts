import { kvPath } from '../chain/kv-path.ts'
import { type PushLoop, pushLoops } from '../eso/facts/push-loops.ts'
import type { Manifest } from '../model/manifest.ts'
import { nameManifest } from '../model/wording.ts'
import { fingerprint } from './fingerprint.ts'
import type { Rule, RuleFinding } from './rule.ts'

/** An ExternalSecret makes the Secret that a PushSecret writes back to where it was read: a smell, not an error (field.md §5). */
export const pushLoop: Rule = {
  id: 'push-loop',
  title: 'A push writes back to the path that its own source was read from',
  group: 'manifest',
  severity: 'note',
  check: (chain) => loops(pushLoops(chain.links.map((link) => link.reference))),
  // A repository that does it does it everywhere: it is a way of working, said once.
  together: ({ length }) => ({ headline: `${length} PushSecrets write back to the paths that they were read from` }),
}

function* loops(found: readonly PushLoop[]): Iterable<RuleFinding> {
  const byManifest = new Map<Manifest, PushLoop[]>()
  for (const loop of found) {
    if (!loop.closed) continue
    byManifest.set(loop.push.manifest, [...(byManifest.get(loop.push.manifest) ?? []), loop])
  }
  for (const [manifest, own] of byManifest) {
    const [first] = own
    const read = first?.reads[0]
    if (first === undefined || read === undefined) continue
    const { store } = first.push
    const path = kvPath(first.path, store.found === 'vault' ? store.store.path : undefined)
    const once = first.push.push?.updatePolicy === 'IfNotExists'
    yield {
      cause: 'all',
      rule: pushLoop.id,
      severity: pushLoop.severity,
      headline: (object) => `${object} writes back to \`${path}\``,
      why: `${nameManifest(read.manifest)} makes its source Secret from that very path${once ? '' : ', so a change in Vault may be undone by the next push'}.`,
      does: `writes \`${path}\``,
      span: first.push.span,
      related: own.flatMap((loop) =>
        loop.reads.map((one) => ({ span: one.span, message: `${nameManifest(one.manifest)} reads it here` })),
      ),
      fix: `decide which side owns the value: drop the push, or make the Secret from a generator${once ? '' : ', or push with `updatePolicy: IfNotExists`'}`,
      objects: [manifest],
      fingerprint: fingerprint(pushLoop.id, nameManifest(manifest), path),
      vaultPaths: own.map((loop) => kvPath(loop.path, store.found === 'vault' ? store.store.path : undefined)),
    }
  }
}
