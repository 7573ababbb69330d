import { groupOf, isEsoGroup } from '../../model/kinds.ts'
import type { Manifest } from '../../model/manifest.ts'
import { nearestName } from '../../model/nearest-name.ts'
import { isMap, type ValueMap } from '../../model/value.ts'
import { KINDS_BY_GROUP, newestApiVersion } from './api-versions.ts'
import { SCHEMA_ESO_VERSION } from './schema-lookup.ts'

/** An object that was meant for ESO and names no kind that ESO has. */
export interface UnknownKind {
  /** Which field is wrong. */
  readonly field: 'apiVersion' | 'kind'
  /** `missing`: the field is not there · `misspelt`: what was meant is known · `unknown`: no release that is known has the kind. */
  readonly is: 'missing' | 'misspelt' | 'unknown'
  /** What is wrong and what happens, without the object's name. */
  readonly message: string
  /** What to write there. */
  readonly use?: string
}

const ALL = Object.values(KINDS_BY_GROUP).flat()
const LEGACY = 'kubernetes-client.io'

/**
 * Judges apiVersion and kind of an object that `isMeantForEso`. `undefined`: the kind is one of ESO's and stands in its group;
 * whether its version is served is told by `apiVersionVerdict`. Foreign kinds in groups below ESO's domain are not judged.
 */
export function unknownKind(manifest: Pick<Manifest, 'apiVersion' | 'kind' | 'body'>): UnknownKind | undefined {
  const { apiVersion, kind } = manifest
  const fails = `Applying it fails with: no matches for kind "${kind}" in version "${apiVersion}".`
  if (kind === '' || apiVersion === '') {
    const field = kind === '' ? 'kind' : 'apiVersion'
    const use = field === 'kind' ? kindOfSpec(manifest.body, apiVersion) : newestApiVersion(nearKind(kind) ?? '')
    return {
      field,
      is: 'missing',
      message: `\`${field}\` is missing, so the API server refuses the object.`,
      ...(use === undefined ? {} : { use }),
    }
  }
  const group = groupOf(apiVersion)
  const known = Object.hasOwn(KINDS_BY_GROUP, group) ? KINDS_BY_GROUP[group] : undefined
  if (known?.includes(kind)) return undefined
  const meant = nearKind(kind)
  if (known !== undefined && meant !== kind) {
    if (meant !== undefined)
      return { field: 'kind', is: 'misspelt', message: `ESO has no kind \`${kind}\`. ${fails}`, use: meant }
    return {
      field: 'kind',
      is: 'unknown',
      message: `ESO up to ${SCHEMA_ESO_VERSION} has no kind \`${kind}\` in \`${group}\`. ${fails}`,
    }
  }
  if (known === undefined && isEsoGroup(apiVersion) && meant !== kind) return undefined
  const use = newestApiVersion(meant ?? '')
  const what =
    known !== undefined
      ? `${kind} is no kind of the group \`${group}\``
      : group === LEGACY
        ? `\`${group}\` is the group of kubernetes-external-secrets, which ESO replaced and does not read`
        : group === ''
          ? `\`${apiVersion}\` names no group of ESO`
          : `\`${group}\` is no group of ESO`
  return {
    field: 'apiVersion',
    is: 'misspelt',
    message: `${what}. ${fails}`,
    ...(use === undefined ? {} : { use }),
  }
}

/** The kind that was meant: `externalsecret`, `ExternalSecrets`, `ExtrenalSecret`. */
function nearKind(kind: string): string | undefined {
  if (ALL.includes(kind)) return kind
  return nearestName(kind, ALL) ?? ALL.filter((name) => kind.endsWith(name)).sort((a, b) => b.length - a.length)[0]
}

/** The kind that a spec was written for. */
function kindOfSpec({ spec }: ValueMap, apiVersion: string): string | undefined {
  if (!isMap(spec) || groupOf(apiVersion) !== 'external-secrets.io') return undefined
  const has = (...names: readonly string[]): boolean => names.some((name) => Object.hasOwn(spec, name))
  if (has('externalSecretSpec')) return 'ClusterExternalSecret'
  if (has('pushSecretSpec')) return 'ClusterPushSecret'
  if (has('secretStoreRefs', 'selector')) return 'PushSecret'
  if (has('provider')) return has('conditions') ? 'ClusterSecretStore' : 'SecretStore'
  return has('secretStoreRef', 'data', 'dataFrom', 'target') ? 'ExternalSecret' : undefined
}
