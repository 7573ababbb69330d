import { groupOf, isEsoGroup } from '../../model/kinds.ts'
import { at, type FieldPath, isMap, stringAt, type Value, type ValueMap } from '../../model/value.ts'
import { argoSources } from './embedded-objects.ts'
import type { SourceObject } from './source-object.ts'

/** Fields whose names tell of a Secret (consumers.md §1, §2), and of makers of Secrets (§7). */
const FIELD =
  /secret|credential|passw|token|auth|restic|kopia|rclone|rsyncTLS|privateKey|clientIDRef|certificateRefs|^ssl(?:Key|Cert|RootCert)$/i

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
export function mayUseSecrets({ apiVersion, kind, body }: Pick<SourceObject, 'apiVersion' | 'kind' | 'body'>): boolean {
  if (NO_USER.has(kind) || isEsoGroup(apiVersion)) return false
  return MAKERS.has(kind) || names(body, 0)
}

/** Of a text that may make such an object. */
export const MAKES_SECRETS = new RegExp(`^kind: *["']?(?:${[...MAKERS].join('|')})["']?\\s*$`, 'm')

/** Kinds out of which Pods come, whatever a chart puts into them. */
const WORKLOADS =
  /^kind: *["']?(?:Pod|Deployment|StatefulSet|DaemonSet|ReplicaSet|ReplicationController|Job|CronJob|Rollout|ScaledJob|Workflow|CronWorkflow|(?:Cluster)?WorkflowTemplate|Task)["']?\s*$/m

/** Whether a template may make an object that uses Secrets, or makes one. */
export function mayTellOfSecrets(template: string): boolean {
  return MENTIONS_SECRETS.test(template) || MAKES_SECRETS.test(template) || WORKLOADS.test(template)
}

/** The texts of an object that may be names of Secrets, or keys of them. */
export function textsOfUse(body: ValueMap): string[] {
  const { metadata, ...rest } = body
  const found = ['name', 'namespace'].flatMap((field) => stringAt(metadata ?? null, field) ?? [])
  const walk = (value: Value, isOf: boolean, level: number): void => {
    if (level > MAX_LEVELS) return
    if (Array.isArray(value)) for (const item of value as readonly Value[]) walk(item, isOf, level + 1)
    else if (isMap(value))
      for (const [key, below] of Object.entries(value)) walk(below, isOf || FIELD.test(key) || USE.test(key), level + 1)
    else if (isOf && typeof value === 'string') found.push(value)
  }
  walk(rest, false, 0)
  return found
}

/** Beside what speaks of a secret: of which object it is, and what of the Secret is taken. */
const USE = /^(?:envFrom|valuesFrom|volumes|subPath)$/

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
export const MENTIONS_SECRETS = /secret|restic|kopia|rclone|certificateRefs/i

/** The object with the values of charts that it holds as a text in place of the text, each with the line that it stands on. */
export function withParsedValues(object: SourceObject): SourceObject {
  let one = object
  for (const path of valuesTexts(object)) one = withParsedText(one, path)
  return one
}

/**
 * The object without the values that it gives to charts which were rendered with their workloads: what these values ask for stands in the
 * workloads. `sources`: of an Application those whose charts were.
 */
export function withoutRenderedValues(object: SourceObject, sources: ReadonlySet<number | undefined>): SourceObject {
  const { apiVersion, body } = object
  if (groupOf(apiVersion) === 'helm.toolkit.fluxcd.io') return { ...object, body: without(body, ['spec', 'values']) }
  const given = argoSources(body).filter((path) => {
    const index = path.at(-1)
    return sources.has(typeof index === 'number' ? index : undefined)
  })
  return { ...object, body: given.reduce<ValueMap>((rest, path) => without(rest, [...path, 'helm']), body) }
}

function without(body: ValueMap, path: FieldPath): ValueMap {
  return at(body, ...path) === undefined ? body : (withValueAt(body, path, null) as ValueMap)
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
  return argoSources(body).map((source) => [...source, 'helm', 'values'])
}

function withValueAt(value: Value, path: readonly (string | number)[], put: Value): Value {
  const [step, ...rest] = path
  if (step === undefined) return put
  if (Array.isArray(value))
    return (value as readonly Value[]).map((item, index) => (index === step ? withValueAt(item, rest, put) : item))
  if (!isMap(value)) return value
  return { ...value, [step]: withValueAt(value[step] ?? null, rest, put) }
}
