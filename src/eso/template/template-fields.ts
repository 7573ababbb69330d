import { lookUp } from '../../model/look-up.ts'
import type { Manifest } from '../../model/manifest.ts'
import type { FieldPath, Value, ValueMap } from '../../model/value.ts'
import { isMap, listAt, mapAt, textAt } from '../field-value.ts'
import type { OpaqueTemplate } from './template-reads.ts'

/** A template in a manifest. */
export interface TemplateField {
  readonly path: FieldPath
  readonly text: string
  /** `secret`: over the keys of the Secret; `rewrite`: over one key, as `.value` (eso.md §6.4). */
  readonly over: 'secret' | 'rewrite'
}

export interface TemplateFields {
  readonly fields: readonly TemplateField[]
  readonly opaque: readonly OpaqueTemplate[]
}

/** Where a kind keeps its spec and, in it, the template of the Secret. */
const PLACES: Readonly<
  Record<string, { readonly spec: FieldPath; readonly template: FieldPath; readonly lists: string }>
> = {
  ExternalSecret: { spec: ['spec'], template: ['target', 'template'], lists: 'dataFrom' },
  ClusterExternalSecret: { spec: ['spec', 'externalSecretSpec'], template: ['target', 'template'], lists: 'dataFrom' },
  PushSecret: { spec: ['spec'], template: ['template'], lists: 'dataTo' },
  ClusterPushSecret: { spec: ['spec', 'pushSecretSpec'], template: ['template'], lists: 'dataTo' },
}

/** The spec of an ExternalSecret or PushSecret, also inside its Cluster kind. */
export function secretSpec(manifest: Manifest): { readonly spec: ValueMap; readonly path: FieldPath } | undefined {
  const place = lookUp(PLACES, manifest.kind)
  const spec = place && mapAt(manifest.body, ...place.spec)
  return place === undefined || spec === undefined ? undefined : { spec, path: place.spec }
}

/** The template block of a manifest: `spec.target.template`, or `spec.template` of a PushSecret. */
export function secretTemplate(
  manifest: Manifest,
): { readonly template: ValueMap; readonly path: FieldPath } | undefined {
  const found = secretSpec(manifest)
  const place = lookUp(PLACES, manifest.kind)
  if (found === undefined || place === undefined) return undefined
  const template = mapAt(found.spec, ...place.template)
  return template === undefined ? undefined : { template, path: [...found.path, ...place.template] }
}

/** Labels and annotations that the target Secret gets: the template's, without one the object's own (consumers.md §3.7). */
export function templateMetadata(manifest: Manifest): ValueMap | undefined {
  const block = secretTemplate(manifest)
  return mapAt(block === undefined ? manifest.body : block.template, 'metadata')
}

function texts(map: Value | undefined, path: FieldPath): TemplateField[] {
  if (!isMap(map)) return []
  return Object.entries(map).flatMap(([key, text]) =>
    typeof text === 'string' ? [{ path: [...path, key], text, over: 'secret' as const }] : [],
  )
}

/** Every template of a manifest that stands in the manifest itself. */
export function templateFields(manifest: Manifest): TemplateFields {
  const found = secretSpec(manifest)
  if (found === undefined) return { fields: [], opaque: [] }
  const fields: TemplateField[] = []
  const opaque: OpaqueTemplate[] = []
  const block = secretTemplate(manifest)
  if (block !== undefined) {
    const { template, path } = block
    if (textAt(template, 'engineVersion') === 'v1') {
      opaque.push({ field: path, reason: { code: 'template-engine-v1' } })
    } else {
      fields.push(...texts(template.data, [...path, 'data']))
      fields.push(...texts(mapAt(template, 'metadata', 'labels'), [...path, 'metadata', 'labels']))
      fields.push(...texts(mapAt(template, 'metadata', 'annotations'), [...path, 'metadata', 'annotations']))
      for (const [i, from] of listAt(template, 'templateFrom').entries()) {
        const literal = isMap(from) ? from.literal : undefined
        if (typeof literal === 'string') {
          fields.push({ path: [...path, 'templateFrom', i, 'literal'], text: literal, over: 'secret' })
        }
        for (const kind of ['configMap', 'secret'] as const) {
          const name = textAt(from, kind, 'name')
          if (name === undefined) continue
          const of = kind === 'secret' ? 'Secret' : 'ConfigMap'
          const field = [...path, 'templateFrom', i, kind]
          opaque.push({ field, reason: { code: 'template-elsewhere', kind: of, name } })
        }
      }
    }
  }
  const lists = lookUp(PLACES, manifest.kind)?.lists ?? ''
  for (const [i, item] of listAt(found.spec, lists).entries()) {
    for (const [j, rewrite] of listAt(item, 'rewrite').entries()) {
      const path = ['transform', 'template']
      const text = textAt(rewrite, ...path)
      if (text !== undefined)
        fields.push({ path: [...found.path, lists, i, 'rewrite', j, ...path], text, over: 'rewrite' })
    }
  }
  return { fields, opaque }
}
