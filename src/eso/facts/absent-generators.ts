import type { Manifest } from '../../model/manifest.ts'
import type { Span } from '../../model/span.ts'
import type { FieldPath } from '../../model/value.ts'
import { mapAt, textAt } from '../field-value.ts'
import { textHoles } from '../holes.ts'
import { GENERATOR_GROUP, groupOf, isGeneratorKind } from '../kinds.ts'
import { orderItems } from '../order.ts'
import { patchOver } from '../patched.ts'
import { type Consumer, readConsumer } from '../predict/consumer.ts'
import { wholeNamespace } from '../read-store.ts'

/** A `generatorRef` that leads to nothing in Git: `unable to get generator: …` (eso.md §3.5). */
export interface AbsentGenerator {
  readonly manifest: Manifest
  readonly field: FieldPath
  readonly span: Span
  readonly kind: string
  readonly name: string
  /** Generators of that kind and name in other namespaces, which are out of reach. */
  readonly elsewhere: readonly Manifest[]
}

/** Generator references of any kind without a generator in Git. Where a namespace is unknown, any of that name will do. */
export function absentGenerators(manifests: readonly Manifest[]): readonly AbsentGenerator[] {
  const generators = new Map<string, Manifest[]>()
  for (const manifest of manifests) {
    if (!isGeneratorKind(manifest, manifest.kind)) continue
    const key = `${manifest.kind}/${manifest.name}`
    generators.set(key, [...(generators.get(key) ?? []), manifest])
  }
  const open = [...generators.values()].flat().filter(({ name }) => textHoles(name).length > 0)
  return manifests.flatMap((manifest) => {
    const consumer = readConsumer(manifest, { namespaces: new Map(), holesOf: textHoles })
    if (consumer === undefined) return []
    return refFields(consumer).flatMap((field): AbsentGenerator[] => {
      const ref = mapAt(manifest.body, ...field)
      const kind = textAt(ref, 'kind')
      const name = textAt(ref, 'name')
      if (
        !kind ||
        !name ||
        [kind, name].some((text) => textHoles(text).length > 0) ||
        patchOver(manifest, field) !== undefined
      )
        return []
      if (groupOf(textAt(ref, 'apiVersion') || `${GENERATOR_GROUP}/v1`) !== GENERATOR_GROUP) return []
      const named = generators.get(`${kind}/${name}`) ?? []
      // A generator whose name holds a variable may be the one.
      if (open.some((generator) => generator.kind === kind)) return []
      if (named.some((generator) => reaches(consumer, generator))) return []
      return [{ manifest, field, span: manifest.spanOf([...field, 'name'], 'value'), kind, name, elsewhere: named }]
    })
  })
}

function refFields(consumer: Consumer): readonly FieldPath[] {
  if (consumer.makes === 'PushSecret') return [[...consumer.at, 'selector', 'generatorRef']]
  return orderItems(consumer.spec)
    .filter(({ list }) => list === 'dataFrom')
    .map(({ field }) => [...consumer.at, ...field, 'sourceRef', 'generatorRef'])
}

function reaches({ namespaces }: Consumer, generator: Manifest): boolean {
  if (generator.kind === 'ClusterGenerator') return true
  const where = wholeNamespace(generator, textHoles)
  return where === undefined || namespaces === undefined || namespaces.includes(where)
}
