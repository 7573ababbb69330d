import { kvPath } from '../chain/kv-path.ts'
import { type PushLoop, pushLoops } from '../eso/facts/push-loops.ts'
import type { Finding } from '../model/finding.ts'
import type { Manifest } from '../model/manifest.ts'
import { counted, nameManifest } from '../model/wording.ts'
import { type CausedFinding, placesOf, reportCauses } from './common-cause.ts'
import { fingerprint } from './fingerprint.ts'
import type { Rule } from './rule.ts'

/** An ExternalSecret makes the Secret that a PushSecret writes back to where it was read: a smell, not an error (field.md §5). */
export const pushLoop: Rule = {
  id: 'push-loop',
  title: 'A push writes back to the path that its own source was read from',
  group: 'manifest',
  severity: 'note',
  // A repository that does it does it everywhere: it is a way of working, said once.
  check: (chain) => reportCauses(loops(pushLoops(chain.links.map((link) => link.reference))), summarise),
}

function* loops(found: readonly PushLoop[]): Iterable<CausedFinding<string>> {
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
    yield {
      cause: pushLoop.id,
      finding: {
        rule: pushLoop.id,
        severity: pushLoop.severity,
        message: (object) =>
          `${object} pushes to \`${path}\`, and its source Secret is made by ${nameManifest(read.manifest)} from that very ` +
          `path. The value goes round: nobody can tell which side owns it${first.push.push?.updatePolicy === 'IfNotExists' ? '.' : ', and a change in Vault may be undone by the next push.'}`,
        span: first.push.span,
        related: own.flatMap((loop) =>
          loop.reads.map((one) => ({ span: one.span, message: `${nameManifest(one.manifest)} reads it here` })),
        ),
        fix:
          first.push.push?.updatePolicy === 'IfNotExists'
            ? 'Decide which side owns the value: drop the push, or make the Secret from a generator.'
            : 'Decide which side owns the value: drop the push, make the Secret from a generator, or push with `updatePolicy: IfNotExists`.',
        objects: [manifest],
        fingerprint: fingerprint(pushLoop.id, nameManifest(manifest), path),
        vaultPaths: own.map((loop) => kvPath(loop.path, store.found === 'vault' ? store.store.path : undefined)),
      },
    }
  }
}

function summarise(findings: readonly [Finding, ...Finding[]]): Finding {
  const [first] = findings
  return {
    ...first,
    message: `${counted(findings.length, 'PushSecret')} write back to the paths that their sources were read from. The first: ${first.message}`,
    related: placesOf(findings.slice(1), 'pushes back too'),
    fingerprint: fingerprint(pushLoop.id, 'many'),
  }
}
