import { parseYaml } from '../../files/yaml/parse-yaml.ts'
import { isMap, type Value } from '../../model/value.ts'
import type { Checkout } from '../checkout.ts'
import { KUSTOMIZATION_NAMES } from '../look-through/kustomization-file.ts'
import { joinRelative } from '../look-through/repository-tree.ts'
import { itemsAt, type Placed, placed, placedAt, textAt } from '../placed/placed.ts'
import type { SourceIgnore } from './source-ignore.ts'

/**
 * As kustomize-controller generates one for a folder without a kustomization: every YAML file below, and each folder with a
 * kustomization of its own as one resource, which is not descended into (applied.md §1.3). `origin` is what stands for its lines.
 */
export function generatedKustomization(
  { root }: Checkout,
  folder: string,
  isIgnored: SourceIgnore,
  origin: Placed,
): Placed {
  const prefix = folder === '' ? '' : `${folder}/`
  const own = new Set<string>()
  const below = [...root.files].filter((file) => file.startsWith(prefix) && !isIgnored(file))
  for (const file of below) {
    const slash = file.lastIndexOf('/')
    const parent = slash === -1 ? '' : file.slice(0, slash)
    if (KUSTOMIZATION_NAMES.some((name) => file === joinRelative(parent, name))) own.add(parent)
  }
  const resources = new Set<string>()
  for (const file of below) {
    const within = file.slice(prefix.length)
    const steps = within.split('/')
    let above: string | undefined
    for (let count = 1; count < steps.length && above === undefined; count++) {
      const parent = steps.slice(0, count).join('/')
      if (own.has(prefix + parent)) above = parent
    }
    if (above !== undefined) resources.add(above)
    else if (/\.ya?ml$/.test(file)) resources.add(within)
  }
  return made([...resources].sort(), origin)
}

/**
 * A file that a generated kustomization takes and that is no Kubernetes object (values, a Taskfile): kustomize-controller then builds
 * nothing of the folder (applied.md §1.3, trap 20).
 */
export function strangerIn({ objects, root }: Checkout, folder: string, generated: Placed): string | undefined {
  return itemsAt(generated, 'resources')
    .map((item) => joinRelative(folder, textAt(item) ?? ''))
    .find((file) => root.files.has(file) && objects.documents(file).some(({ value }) => isStranger(value)))
}

function isStranger(value: Value): boolean {
  if (value === null) return false
  return !isMap(value) || (Object.keys(value).length > 0 && typeof value.kind !== 'string')
}

function made(resources: readonly string[], origin: Placed): Placed {
  const text = JSON.stringify({
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    resources,
  })
  const span = origin.place.document.spanOf(origin.place.path)
  const [document] = parseYaml({ file: span.file, text }, { locate: () => span }).documents
  return document === undefined ? placedAt(origin.place, {}) : placed(document)
}
