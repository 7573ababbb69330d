import type { Manifest } from '../../model/manifest.ts'
import type { Span } from '../../model/span.ts'
import type { FieldPath } from '../../model/value.ts'
import { listAt, textAt } from '../field-value.ts'
import { textHoles } from '../holes.ts'
import { namespaceLabels } from '../labels.ts'
import { patchOver } from '../patched.ts'
import { type Consumer, readConsumer } from '../predict/consumer.ts'
import { matchedKeys, reverseUnicode } from '../predict/push-entries.ts'
import { producedKeys } from '../template/produced-keys.ts'
import { type ProducedSecret, producedSecrets } from './produced-secrets.ts'

/** A PushSecret entry whose source key the source Secret does not have: `secret key K does not exist` (eso.md §3.6). */
export interface AbsentPushKey {
  readonly manifest: Manifest
  readonly field: FieldPath
  readonly span: Span
  readonly secretKey: string
  readonly source: ProducedSecret
  /** All keys that there are, as the PushSecret sees them. */
  readonly keys: readonly string[]
}

/** A `dataTo[]` item that takes no key of the source Secret: ESO reports success and writes nothing (eso.md §6.6). */
export interface IdleDataTo {
  readonly manifest: Manifest
  readonly field: FieldPath
  readonly span: Span
  readonly source: ProducedSecret
  readonly keys: readonly string[]
}

/**
 * Entries that push a key which the Secret does not have, where one maker in Git tells all of its keys. Keys of the PushSecret's
 * own template are added to the Secret's (eso.md §6.6).
 */
export function absentPushKeys(manifests: readonly Manifest[]): readonly AbsentPushKey[] {
  return pushes(manifests).flatMap(({ manifest, consumer, source, keys }) =>
    listAt(consumer.spec, 'data').flatMap((item, i): AbsentPushKey[] => {
      const field = [...consumer.at, 'data', i, 'match', 'secretKey']
      const secretKey = textAt(item, 'match', 'secretKey')
      if (!secretKey || textHoles(secretKey).length > 0 || patchOver(manifest, field) !== undefined) return []
      const reverse = textAt(item, 'conversionStrategy') === 'ReverseUnicode'
      const seen = reverse ? keys.map(reverseUnicode) : keys
      if (seen.includes(secretKey)) return []
      return [{ manifest, field, span: manifest.spanOf(field, 'value'), secretKey, source, keys: seen }]
    }),
  )
}

/** The same for `dataTo[]`: items whose pattern matches none of the keys. */
export function idleDataTo(manifests: readonly Manifest[]): readonly IdleDataTo[] {
  return pushes(manifests).flatMap(({ manifest, consumer, source, keys }) =>
    listAt(consumer.spec, 'dataTo').flatMap((item, i): IdleDataTo[] => {
      const field = [...consumer.at, 'dataTo', i]
      const matched = matchedKeys(item, keys, { holesOf: textHoles })
      if ('code' in matched || matched.length > 0 || patchOver(manifest, field) !== undefined) return []
      const at = textAt(item, 'match', 'regexp') === undefined ? field : [...field, 'match', 'regexp']
      return [{ manifest, field, span: manifest.spanOf(at, 'value'), source, keys }]
    }),
  )
}

/** PushSecrets whose source Secret has one maker in Git that tells all of its keys, with those keys and the template's. */
function pushes(manifests: readonly Manifest[]) {
  const namespaces = namespaceLabels(manifests, textHoles)
  const consumers = manifests.flatMap((manifest) => {
    const consumer = readConsumer(manifest, { namespaces, holesOf: textHoles })
    return consumer?.makes === 'PushSecret' ? [consumer] : []
  })
  if (consumers.length === 0) return []
  const produced = Map.groupBy(producedSecrets(manifests, textHoles), ({ name }) => name)
  return consumers.flatMap((consumer) => {
    const { manifest } = consumer
    const source = sourceOf(consumer, produced)
    if (source === undefined || source.keys.open) return []
    const pushed = producedKeys(manifest, source.keys)
    return pushed.open ? [] : [{ manifest, consumer, source, keys: [...pushed.known] }]
  })
}

function sourceOf(
  consumer: Consumer,
  produced: ReadonlyMap<string, readonly ProducedSecret[]>,
): ProducedSecret | undefined {
  const name = textAt(consumer.spec, 'selector', 'secret', 'name')
  const [namespace, ...more] = consumer.namespaces ?? [undefined]
  // Without a namespace nothing says that it is the same Secret.
  if (name === undefined || namespace === undefined || more.length > 0) return undefined
  if (textHoles(name).length > 0 || patchOver(consumer.manifest, [...consumer.at, 'selector'])) return undefined
  const makers = (produced.get(name) ?? []).filter(
    (secret) => (secret.namespace ?? namespace) === namespace && secret.creation !== 'None',
  )
  return makers.length === 1 && makers[0]?.namespace === namespace ? makers[0] : undefined
}
