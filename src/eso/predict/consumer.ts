import { lookUp } from '../../model/look-up.ts'
import type { Manifest } from '../../model/manifest.ts'
import type { FieldPath, ValueMap } from '../../model/value.ts'
import { mapAt } from '../field-value.ts'
import { isEsoKind } from '../kinds.ts'
import { wholeNamespace } from '../read-store.ts'
import type { Context } from './context.ts'
import { selectedNamespaces } from './selected-namespaces.ts'

/** An object whose spec makes ESO touch Vault, wherever the spec stands in it. */
export interface Consumer {
  readonly manifest: Manifest
  readonly makes: 'ExternalSecret' | 'PushSecret'
  /** Where the spec of the ExternalSecret or PushSecret stands. */
  readonly at: FieldPath
  readonly spec: ValueMap
  /** Where it lives, or will be created; `undefined` when Git does not tell. */
  readonly namespaces: readonly string[] | undefined
}

const SPEC: Readonly<Record<string, { makes: Consumer['makes']; at: FieldPath }>> = {
  ExternalSecret: { makes: 'ExternalSecret', at: ['spec'] },
  PushSecret: { makes: 'PushSecret', at: ['spec'] },
  ClusterExternalSecret: { makes: 'ExternalSecret', at: ['spec', 'externalSecretSpec'] },
  ClusterPushSecret: { makes: 'PushSecret', at: ['spec', 'pushSecretSpec'] },
}

/** Reads a manifest as a consumer; `undefined` for other kinds. A spec that is no map is read as an empty one. */
export function readConsumer(
  manifest: Manifest,
  { namespaces, holesOf }: Pick<Context, 'namespaces' | 'holesOf'>,
): Consumer | undefined {
  const kind = lookUp(SPEC, manifest.kind)
  if (kind === undefined || !isEsoKind(manifest, manifest.kind)) return undefined
  const own = wholeNamespace(manifest, holesOf)
  return {
    manifest,
    ...kind,
    spec: mapAt(manifest.body, ...kind.at) ?? {},
    namespaces: manifest.kind.startsWith('Cluster')
      ? selectedNamespaces(manifest, namespaces, holesOf)
      : own === undefined
        ? undefined
        : [own],
  }
}
