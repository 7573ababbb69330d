import type { Manifest } from '../../model/manifest.ts'
import type { Span } from '../../model/span.ts'
import { textAt } from '../field-value.ts'
import { textHoles } from '../holes.ts'
import { namespaceLabels } from '../labels.ts'
import { reachOneCluster } from '../nearest-store.ts'
import { patchOver } from '../patched.ts'
import { type Consumer, readConsumer } from '../predict/consumer.ts'
import { targetName } from './produced-secrets.ts'

export interface TargetWriter {
  readonly manifest: Manifest
  /** Where the target's name is written, or the ExternalSecret's own name where it is taken from there. */
  readonly span: Span
  readonly creationPolicy: 'Owner' | 'Orphan' | 'Merge' | 'CreateOrMerge'
}

/** Two or more ExternalSecrets that each write one Secret, of which one at least owns it. */
export interface TargetDuplicate {
  /** `undefined`: Git does not tell it, but one root applies them all. */
  readonly namespace: string | undefined
  readonly name: string
  readonly writers: readonly TargetWriter[]
}

/**
 * Secrets that several ExternalSecrets write and one of them owns: ESO then refuses the others, whatever their creationPolicy
 * (eso.md §4.5); `None` alone writes nothing. Copies in template trees, which no one cluster gets together, are none (field.md §6).
 */
export function targetDuplicates(manifests: readonly Manifest[]): readonly TargetDuplicate[] {
  const namespaces = namespaceLabels(manifests, textHoles)
  const targets = new Map<string, { namespace: string | undefined; name: string; writers: TargetWriter[] }>()
  for (const manifest of manifests) {
    const consumer = readConsumer(manifest, { namespaces, holesOf: textHoles })
    const writer = consumer && writerOf(consumer)
    if (consumer === undefined || writer === undefined) continue
    const name = targetName(consumer)
    for (const namespace of consumer.namespaces ?? [undefined]) {
      const key = JSON.stringify([namespace ?? null, name])
      const target = targets.get(key) ?? { namespace, name, writers: [] }
      targets.set(key, target)
      target.writers.push(writer)
    }
  }
  return [...targets.values()].flatMap(({ namespace, name, writers }) =>
    inOneCluster(writers, namespace)
      .filter((group) => group.length > 1 && group.some(({ creationPolicy }) => creationPolicy === 'Owner'))
      .map((group) => ({ namespace, name, writers: group })),
  )
}

function writerOf(consumer: Consumer): TargetWriter | undefined {
  const { manifest, spec, at, makes } = consumer
  if (makes !== 'ExternalSecret') return undefined
  const policy = textAt(spec, 'target', 'creationPolicy') || 'Owner'
  // A generic target is no Secret (eso.md §1, `target.manifest`).
  if (!isWriting(policy) || textAt(spec, 'target', 'manifest', 'kind') !== undefined) return undefined
  const name = targetName(consumer)
  const target = [...at, 'target']
  if (textHoles(name).length > 0 || patchOver(manifest, target, ['metadata', 'name'], ['metadata', 'namespace']))
    return undefined
  const written = textAt(spec, 'target', 'name') ? [...target, 'name'] : ['metadata', 'name']
  return { manifest, span: manifest.spanOf(written, 'value'), creationPolicy: policy }
}

const WRITING: readonly string[] = ['Owner', 'Orphan', 'Merge', 'CreateOrMerge']

function isWriting(policy: string): policy is TargetWriter['creationPolicy'] {
  return WRITING.includes(policy)
}

/** Groups writers that one cluster gets. An ExternalSecret written twice under one name is one object, not two writers. */
function inOneCluster(
  writers: readonly TargetWriter[],
  namespace: string | undefined,
): readonly (readonly TargetWriter[])[] {
  const groups: TargetWriter[][] = []
  for (const writer of writers) {
    const group = groups.find((members) => members.some((member) => meet(member.manifest, writer.manifest, namespace)))
    if (group === undefined) groups.push([writer])
    else if (!group.some((member) => sameObject(member.manifest, writer.manifest))) group.push(writer)
  }
  return groups
}

function meet(one: Manifest, other: Manifest, namespace: string | undefined): boolean {
  // Without a namespace, one folder alone does not say that both land in the same one: a common root must.
  if (namespace === undefined && one.origin.appliedBy.length === 0) return false
  return reachOneCluster(one, other)
}

function sameObject(one: Manifest, other: Manifest): boolean {
  return one.kind === other.kind && one.name === other.name && one.namespace === other.namespace
}
