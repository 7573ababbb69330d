import { at, entriesAt, itemsAt, type Placed, placed, textAt } from '../placed/placed.ts'
import type { Build } from './build.ts'
import { isA, type Kinds, type NameReference } from './name-references.ts'
import { originalId, type ReadObject } from './read-object.ts'
import { isEmpty } from './scalar-text.ts'
import { Stop } from './stop.ts'

/** Fields of a configuration: of which kinds a transformer changes more fields than by itself. */
const FIELDS = new Set([
  ...['namePrefix', 'nameSuffix', 'namespace', 'commonLabels', 'labels', 'templateLabels', 'commonAnnotations'],
  ...['nameReference', 'varReference', 'images', 'replicas'],
])

/**
 * What only changes how kustomize treats kinds: `configurations` by the kinds that they name, `crds`, `openapi` and `vars` for every
 * object. It counts for all that the kustomizations above include too.
 */
export function noteConfiguration(build: Build, kustomization: Placed): void {
  for (const code of ['openapi', 'crds', 'vars'] as const)
    if (!isEmpty(at(kustomization, code)))
      build.configured.add({ reason: build.reason([code], code), touches: () => true, references: [] })
  itemsAt(kustomization, 'configurations').forEach((item, index) => {
    const path = ['configurations', index]
    build.step(
      path,
      () => {
        const { parsed } = build.context.files.parsed(build.file(textAt(item) ?? ''))
        const [document] = parsed.documents
        const root = document && placed(document)
        if (parsed.notes.length > 0) throw new Stop('yaml')
        if (root === undefined || isEmpty(root)) return
        if (entriesAt(root).some(([field]) => !FIELDS.has(field))) throw new Stop('build-fails')
        const kinds = kindsOf(root)
        const references = referencesOf(root)
        if (kinds.length === 0 && references.length === 0) return
        const touches = (object: ReadObject) => kinds.some((one) => isA(originalId(object), one))
        const reason = kinds.length === 0 ? {} : { reason: build.reason(path, 'configurations') }
        build.configured.add({ ...reason, touches, references })
      },
      { touches: () => true },
    )
  })
}

/** The kinds whose fields a configuration names. Fields of `vars` count only where there are any. */
function kindsOf(configuration: Placed): Kinds[] {
  return entriesAt(configuration).flatMap(([field, { node }]) =>
    field === 'nameReference' || field === 'varReference' ? [] : itemsAt(node).map(kindsAt),
  )
}

function referencesOf(configuration: Placed): NameReference[] {
  return itemsAt(configuration, 'nameReference').flatMap((item) =>
    itemsAt(item, 'fieldSpecs').map((spec) => ({
      referred: kindsAt(item),
      referrer: kindsAt(spec),
      path: textAt(spec, 'path') ?? '',
    })),
  )
}

function kindsAt(node: Placed): Kinds {
  const fields = (['group', 'version', 'kind'] as const).map((field) => [field, textAt(node, field) ?? ''])
  return Object.fromEntries(fields)
}
