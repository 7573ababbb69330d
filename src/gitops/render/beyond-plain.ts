import { basename } from 'node:path'
import { isKustomizationName } from '../../files/relevance.ts'
import { isEsoGroup } from '../../model/kinds.ts'
import type { Manifest, PatchedField } from '../../model/manifest.ts'
import { isList, isMap, type Value } from '../../model/value.ts'
import type { Repository } from '../read-repository.ts'

/** What only kustomize can tell, of that which any rule looks at. */
export interface BeyondPlain {
  /** Whether a patch decides something in it. */
  isOpen(manifest: Manifest): boolean
  /** Whether a kustomization has what plain reading does not follow: plugins that make objects, labels where labels count. */
  isOpenFolder(kustomization: Value): boolean
  readonly anything: boolean
}

export function beyondPlain({ manifests, documents }: Repository): BeyondPlain {
  const eso = manifests.filter(({ apiVersion }) => isEsoGroup(apiVersion))
  /** Texts and keys in ESO's objects: names of ConfigMaps and Secrets, and labels that something selects. */
  const named = new Set<string>()
  for (const { body } of eso) collectTexts(body, named)
  const selects = named.has('matchLabels') || named.has('matchExpressions')
  const isOpen = (manifest: Manifest) => manifest.patched.some((patch) => decides(manifest, patch, named))
  const isOpenFolder = (kustomization: Value) =>
    isMap(kustomization) &&
    ((isList(kustomization.generators) && kustomization.generators.length > 0) ||
      (selects && (kustomization.labels !== undefined || kustomization.commonLabels !== undefined)))
  return {
    isOpen,
    isOpenFolder,
    get anything() {
      return (
        manifests.some(isOpen) ||
        documents.some(
          ({ source, document }) => isKustomizationName(basename(source.relative)) && isOpenFolder(document.value),
        )
      )
    },
  }
}

/** A Go duration in the form that everybody writes; what is written otherwise is left to the rules to judge. */
const DURATION = /^(?=\d)(?:\d+h)?(?:\d+m)?(?:\d+s)?$/
const REFRESH_POLICIES = new Set(['CreatedOnce', 'OnChange', 'Periodic'])

/**
 * Whether a patch can change what is found: of ESO's own objects everything that a rule looks at, of others what ESO's objects
 * depend on. An interval that is a good duration, an annotation or a replica count decides nothing.
 */
function decides(
  { apiVersion, kind, name }: Manifest,
  { path, value }: PatchedField,
  named: ReadonlySet<string>,
): boolean {
  const [first, second, third] = path
  if (first === undefined) return true
  if (first === 'metadata') {
    // `…/substitute: disabled` keeps Flux from putting variables in.
    if (second === 'annotations') return third === undefined || String(third).startsWith('kustomize.toolkit.fluxcd.io/')
    if (second !== 'labels') return true
    return third === undefined || kind.endsWith('SecretStore') || (kind === 'Namespace' && named.has(String(third)))
  }
  if (isEsoGroup(apiVersion)) {
    if (first === 'status') return false
    if (second === 'refreshInterval') return value === undefined || !DURATION.test(value)
    if (second === 'refreshPolicy') return value === undefined || !REFRESH_POLICIES.has(value)
    return true
  }
  // Templates and generated keys come from these, where an ESO object names them.
  if (kind === 'ConfigMap' || kind === 'Secret') return named.has(name)
  // RBAC of the reviewer, and the chart that installs ESO.
  return kind !== 'Namespace' && kind !== 'ServiceAccount'
}

function collectTexts(value: Value, into: Set<string>): void {
  if (typeof value === 'string') into.add(value)
  else if (Array.isArray(value)) for (const item of value as readonly Value[]) collectTexts(item, into)
  else if (isMap(value))
    for (const [key, below] of Object.entries(value)) {
      into.add(key)
      collectTexts(below, into)
    }
}
