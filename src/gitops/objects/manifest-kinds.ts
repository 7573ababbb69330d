import { groupOf, isEsoGroup, isMeantForEso } from '../../model/kinds.ts'
import { isMap, stringAt, type Value, type ValueMap } from '../../model/value.ts'
import { installsEso } from './installed-eso.ts'
import type { SourceObject } from './source-object.ts'

const RBAC = new Set(['ClusterRole', 'ClusterRoleBinding', 'Role', 'RoleBinding'])

/** The objects that become Manifests: ESO's own, and those that say something about ESO's surroundings. */
export function isManifestKind(object: SourceObject): boolean {
  const { apiVersion, kind, body } = object
  if (isMeantForEso(apiVersion, kind, body)) return true
  const group = groupOf(apiVersion)
  if (kind === 'CustomResourceDefinition') return isEsoGroup(`${stringAt(body, 'spec', 'group') ?? ''}/`)
  if (group === '')
    return kind === 'Namespace' || kind === 'ServiceAccount' || kind === 'Secret' || kind === 'ConfigMap'
  if (group === 'rbac.authorization.k8s.io')
    return RBAC.has(kind) && /auth-delegator|tokenreviews|serviceaccounts\/token/.test(JSON.stringify(body))
  return installsEso(body, apiVersion, kind)
}

/** Keys of a Secret whose value ends in a line break, a common slip of `echo | base64`; the value itself is not passed on. */
export function endsInNewline(kind: string, body: ValueMap): { readonly endsInNewline?: readonly string[] } {
  if (kind !== 'Secret') return {}
  const { data, stringData } = body
  const keys = [
    ...textsIn(data).filter(([, text]) => /[\r\n]$/.test(Buffer.from(text, 'base64').toString('latin1'))),
    ...textsIn(stringData).filter(([, text]) => /[\r\n]$/.test(text)),
  ].map(([key]) => key)
  return keys.length === 0 ? {} : { endsInNewline: keys }
}

function textsIn(data: Value | undefined): [key: string, text: string][] {
  if (!isMap(data)) return []
  return Object.entries(data).flatMap(([key, value]) => (typeof value === 'string' ? [[key, value]] : []))
}

/** The body without what must never be passed on: of a Secret, only the names of its keys remain. */
export function withoutSecretData(kind: string, body: ValueMap): ValueMap {
  if (kind !== 'Secret') return body
  const result: Record<string, Value> = { ...body }
  for (const field of ['data', 'stringData'])
    if (field in result) {
      const data = result[field]
      result[field] = isMap(data) ? Object.fromEntries(Object.keys(data).map((key) => [key, null])) : null
    }
  const metadata = result.metadata
  // `kubectl apply` keeps the whole object, values and all, in an annotation.
  if (isMap(metadata) && isMap(metadata.annotations)) {
    const { 'kubectl.kubernetes.io/last-applied-configuration': _copy, ...annotations } = metadata.annotations
    result.metadata = { ...metadata, annotations }
  }
  return result
}
