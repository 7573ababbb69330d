import { type Placed, plainValue, textAt } from '../placed/placed.ts'
import { matchesTarget, type PatchTarget, readTarget } from './patch-target.ts'
import { head, kindOf, type ReadObject } from './read-object.ts'

/** Whether a `target` or `select` of a kustomization means the object. */
export function selects(target: Placed, object: ReadObject): boolean {
  return matches(readTarget(plainValue(target)), object)
}

/** Whether a strategic merge patch without `target` means the object: by its own kind and name. */
export function selectsByHead(patch: Placed, object: ReadObject): boolean {
  const apiVersion = textAt(patch, 'apiVersion') ?? ''
  const slash = apiVersion.indexOf('/')
  const namespace = textAt(patch, 'metadata', 'namespace')
  const target: PatchTarget = {
    literal: true,
    kind: textAt(patch, 'kind') ?? '',
    name: textAt(patch, 'metadata', 'name') ?? '',
    ...(slash === -1 ? {} : { group: apiVersion.slice(0, slash) }),
    version: apiVersion.slice(slash + 1),
    ...(namespace === undefined ? {} : { namespace }),
  }
  return matches(target, object)
}

function matches(target: PatchTarget, object: ReadObject): boolean {
  const { apiVersion, kind } = kindOf(object)
  return matchesTarget(target, {
    body: target.labelSelector === undefined && target.annotationSelector === undefined ? {} : head(object),
    apiVersion,
    kind,
    names: object.names,
    namespaces: object.namespaces,
  })
}
