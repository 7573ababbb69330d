import type { Chain } from '../chain/chain.ts'
import { crdSchemas } from '../eso/schema/crd-schema.ts'
import type { KindSchema } from '../eso/schema/schema-node.ts'
import { byCluster } from '../model/cluster.ts'
import type { Manifest } from '../model/manifest.ts'

/** A kind that a CRD in Git defines. */
export interface VendoredKind extends KindSchema {
  readonly manifest: Manifest
}

/** What the CRDs of ESO in Git define, for each manifest those of its cluster; made once for a run of a rule. */
export function vendoredCrds(chain: Chain): (manifest: Manifest) => readonly VendoredKind[] {
  const crds = chain.manifests.filter(({ kind }) => kind === 'CustomResourceDefinition')
  if (crds.length === 0) return () => []
  const kinds = new Map(
    crds.map((manifest) => [manifest, crdSchemas(manifest.body).map((schema) => ({ ...schema, manifest }))]),
  )
  const clusters = byCluster(chain.manifests)
  return (manifest) => clusters.of(manifest).flatMap((other) => kinds.get(other) ?? [])
}
