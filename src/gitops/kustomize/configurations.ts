import { at, entriesAt, itemsAt, type Placed, placed, textAt } from '../placed/placed.ts'
import type { Build } from './build.ts'
import { originalId, type ReadObject } from './read-object.ts'
import { isEmpty } from './scalar-text.ts'

/**
 * What only changes how kustomize treats kinds: `configurations` by the kinds that they name, `crds`, `openapi` and `vars` for every
 * object. It counts for all that the kustomizations above include too.
 */
export function noteConfiguration(build: Build, kustomization: Placed): void {
  for (const code of ['openapi', 'crds', 'vars'] as const)
    if (!isEmpty(at(kustomization, code)))
      build.configured.push({ reason: build.reason([code], code), touches: () => true })
  itemsAt(kustomization, 'configurations').forEach((item, index) => {
    const path = ['configurations', index]
    build.step(path, () => {
      const { parsed } = build.context.files.parsed(build.file(textAt(item) ?? ''))
      const [document] = parsed.documents
      const kinds = document === undefined ? [] : kindsOf(placed(document))
      const reason = build.reason(path, 'configurations')
      build.configured.push({ reason, touches: (object) => kinds.some((fits) => fits(object)) })
    })
  })
}

/** The kinds whose fields a configuration names. */
function kindsOf(configuration: Placed): ((object: ReadObject) => boolean)[] {
  return entriesAt(configuration).flatMap(([field, { node }]) =>
    itemsAt(node)
      .flatMap((item) => (field === 'nameReference' ? itemsAt(item, 'fieldSpecs') : [item]))
      .map((spec) => {
        const wanted = (['group', 'version', 'kind'] as const).map((name) => [name, textAt(spec, name) ?? ''] as const)
        return (object: ReadObject) => {
          const id = originalId(object)
          return wanted.every(([name, text]) => text === '' || text === id[name])
        }
      }),
  )
}
