import type { Chain } from '../chain/chain.ts'
import type { TargetRemoval } from '../chain/change-effects.ts'
import { targetName } from '../eso/facts/produced-secrets.ts'
import { textAt } from '../eso/field-value.ts'
import { textHoles } from '../eso/holes.ts'
import { namespaceLabels } from '../eso/labels.ts'
import { patchOver } from '../eso/patched.ts'
import { type Consumer, readConsumer } from '../eso/predict/consumer.ts'
import { clusterRelation, isLive } from '../model/cluster.ts'
import type { Manifest } from '../model/manifest.ts'
import type { SecretUsers } from '../model/secret-user.ts'
import type { Span } from '../model/span.ts'
import type { ChangedLines } from './changed-lines.ts'
import type { Counterpart } from './counterparts.ts'
import { keptBy } from './kept-by.ts'
import { spanNow } from './span-now.ts'

export interface RemovedTargetsInput {
  readonly head: Chain
  readonly base: Chain
  readonly lines: ChangedLines
  readonly counterpart: (manifest: Manifest) => Counterpart
  /** Who uses a Secret in the head. */
  readonly users: SecretUsers
}

/** The Secret of an ExternalSecret that ESO deletes with it, or leaves as it is (eso.md §3.9). */
interface Target {
  readonly name: string
  readonly namespaces: readonly string[]
  readonly policy: 'Owner' | 'Orphan' | 'CreateOrMerge'
  readonly span: Span
}

/** Secrets that something of the head uses, and that the change takes away or leaves without anyone who refreshes them. */
export function removedTargets({ head, base, lines, counterpart, users }: RemovedTargetsInput): TargetRemoval[] {
  const labels = namespaceLabels(base.manifests, textHoles)
  const labelsNow = namespaceLabels(head.manifests, textHoles)
  const found: TargetRemoval[] = []
  for (const by of base.manifests) {
    const target = isLive(by) ? targetOf(readConsumer(by, { namespaces: labels, holesOf: textHoles })) : undefined
    if (target === undefined) continue
    const object = counterpart(by)
    if (object === 'unknown') continue
    const consumer = object === 'gone' ? undefined : readConsumer(object, { namespaces: labelsNow, holesOf: textHoles })
    const now = targetOf(consumer)
    // There, and its target cannot be told, or is no longer ESO's to delete.
    if (object !== 'gone' && now === undefined) continue
    const renamed = now !== undefined && now.name !== target.name
    if (renamed && (target.policy !== 'Owner' || now.policy !== 'Owner')) continue
    for (const namespace of target.namespaces) {
      if (now !== undefined && !renamed && now.namespaces.includes(namespace)) continue
      const [first, ...others] = users(namespace, target.name, by)
      if (first === undefined) continue
      if (head.lastMile.makersNamed(target.name).some((maker) => isThere(maker, namespace, by))) continue
      const kept = object === 'gone' ? keptBy(by) : undefined
      found.push({
        namespace,
        name: target.name,
        by,
        how: renamed ? 'renamed' : target.policy === 'Owner' ? 'removed' : 'kept',
        ...(kept === undefined ? {} : { keptBy: kept }),
        span: renamed ? now.span : spanNow(by.spanOf(['metadata', 'name']), lines),
        users: [first, ...others],
      })
    }
  }
  return found
}

function targetOf(consumer: Consumer | undefined): Target | undefined {
  if (consumer?.makes !== 'ExternalSecret' || consumer.namespaces === undefined) return undefined
  const { manifest, at, spec, namespaces } = consumer
  const policy = textAt(spec, 'target', 'creationPolicy') || 'Owner'
  if (policy !== 'Owner' && policy !== 'Orphan' && policy !== 'CreateOrMerge') return undefined
  const name = targetName(consumer)
  const target = [...at, 'target']
  if (textAt(spec, 'target', 'manifest', 'kind') !== undefined || textHoles(name).length > 0) return undefined
  if (patchOver(manifest, target, ['metadata', 'name'], ['metadata', 'namespace']) !== undefined) return undefined
  const span = manifest.spanOf(textAt(spec, 'target', 'name') ? [...target, 'name'] : ['metadata', 'name'])
  return { name, namespaces, policy, span }
}

/** Whether something else of the head makes it there. */
function isThere(
  { namespace, by }: ReturnType<Chain['lastMile']['makersNamed']>[number],
  wanted: string,
  near: Manifest,
): boolean {
  if (namespace !== undefined && namespace !== wanted) return false
  return isLive(by) && clusterRelation(near.origin.applied.cluster, by.origin.applied.cluster) !== 'other'
}
