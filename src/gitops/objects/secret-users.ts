import { groupOf, isEsoGroup } from '../../model/kinds.ts'
import { type FieldPath, isMap, listAt, type Value, type ValueMap } from '../../model/value.ts'
import type { SourceObject } from './source-object.ts'

/** Fields whose names tell of a Secret (consumers.md §1, §2), and of makers of Secrets (§7). */
const FIELD = /secret|credential|passw|token|auth|restic|kopia|rclone|rsyncTLS|privateKey|clientIDRef/i

/** Kinds that speak of Secrets and use none, or that are read as Manifests anyway. */
const NO_USER = new Set(['CustomResourceDefinition', 'ClusterRole', 'Role', 'ConfigMap', 'Secret', 'Namespace'])

/** Kinds of operators that make Secrets whose names no field holds (consumers.md §7). */
const MAKERS = new Set([
  'Cluster',
  'PostgresCluster',
  'KafkaUser',
  'ObjectBucketClaim',
  'RabbitmqCluster',
  'postgresql',
])

/**
 * Whether an object may ask for a Secret, or make one beside ESO: a workload, a release with values, a custom resource. By the names of
 * its fields; what it asks for is told by the room `workloads`.
 */
export function mayUseSecrets({ apiVersion, kind, body }: SourceObject): boolean {
  if (NO_USER.has(kind) || isEsoGroup(apiVersion)) return false
  return MAKERS.has(kind) || names(body, 0)
}

const MAX_LEVELS = 40

function names(value: Value, level: number): boolean {
  if (level > MAX_LEVELS) return false
  if (Array.isArray(value)) return (value as readonly Value[]).some((item) => names(item, level + 1))
  if (!isMap(value)) return false
  for (const [key, below] of Object.entries(value)) {
    if (FIELD.test(key)) return true
    // `kind: Secret` of a reference, `type: secret` in values.
    if (below === 'Secret' || below === 'secret') return true
    // The values of a chart as one text.
    if (
      typeof below === 'string'
        ? (key === 'values' || key === 'valuesContent') && FIELD.test(below)
        : names(below, level + 1)
    )
      return true
  }
  return false
}

/** Of text in which kustomize prints an object, whether it is worth parsing for who uses Secrets. */
export const MENTIONS_SECRETS = /secret|restic|kopia|rclone/i

/** The object with the values of charts that it holds as a text in place of the text, each with the line that it stands on. */
export function withParsedValues(object: SourceObject): SourceObject {
  let one = object
  for (const path of valuesTexts(object)) one = withParsedText(one, path)
  return one
}

function withParsedText(object: SourceObject, path: FieldPath): SourceObject {
  const inner = object.embedded(path)?.documents[0]
  if (inner === undefined || !isMap(inner.value)) return object
  const isBelow = (field: FieldPath) => path.every((step, index) => field[index] === step)
  return {
    ...object,
    body: withValueAt(object.body, path, inner.value) as ValueMap,
    spanOf: (field, part) =>
      field.length > path.length && isBelow(field)
        ? inner.spanOf(field.slice(path.length), part)
        : object.spanOf(field, part),
  }
}

function valuesTexts({ apiVersion, kind, body }: SourceObject): (string | number)[][] {
  if (groupOf(apiVersion) === 'helm.cattle.io') return [['spec', 'valuesContent']]
  if (groupOf(apiVersion) !== 'argoproj.io' || (kind !== 'Application' && kind !== 'ApplicationSet')) return []
  const spec: (string | number)[] = kind === 'ApplicationSet' ? ['spec', 'template', 'spec'] : ['spec']
  return [[...spec, 'source'], ...listAt(body, ...spec, 'sources').map((_, index) => [...spec, 'sources', index])].map(
    (source) => [...source, 'helm', 'values'],
  )
}

function withValueAt(value: Value, path: readonly (string | number)[], put: Value): Value {
  const [step, ...rest] = path
  if (step === undefined) return put
  if (Array.isArray(value))
    return (value as readonly Value[]).map((item, index) => (index === step ? withValueAt(item, rest, put) : item))
  if (!isMap(value)) return value
  return { ...value, [step]: withValueAt(value[step] ?? null, rest, put) }
}
