import type { Manifest } from '../../model/manifest.ts'
import type { Span } from '../../model/span.ts'
import type { FieldPath } from '../../model/value.ts'
import { textAt } from '../field-value.ts'
import { isGeneratorKind } from '../kinds.ts'
import { dynamicSpecPath } from '../predict/generator-ref.ts'

/** A VaultDynamicSecret whose method differs from GET, LIST or DELETE by case alone: ESO sends a PUT (eso.md §3.5). */
export interface MethodTypo {
  readonly manifest: Manifest
  readonly field: FieldPath
  readonly span: Span
  readonly method: string
  readonly meant: 'GET' | 'LIST' | 'DELETE'
}

/** Methods with the wrong case; there is no enum that would refuse them. */
export function methodTypos(manifests: readonly Manifest[]): readonly MethodTypo[] {
  return manifests.flatMap((manifest): MethodTypo[] => {
    if (!isGeneratorKind(manifest, 'VaultDynamicSecret', 'ClusterGenerator')) return []
    const field = [...dynamicSpecPath(manifest.kind as 'VaultDynamicSecret' | 'ClusterGenerator'), 'method']
    const method = textAt(manifest.body, ...field)
    const meant = (['GET', 'LIST', 'DELETE'] as const).find((known) => known === method?.toUpperCase())
    if (method === undefined || meant === undefined || method === meant) return []
    return [{ manifest, field, span: manifest.spanOf(field, 'value'), method, meant }]
  })
}
