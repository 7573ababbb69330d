import { parseYaml } from '../../files/yaml/parse-yaml.ts'
import { type Note, type NoteBody, noteAt } from '../../model/note.ts'
import type { ValueMap } from '../../model/value.ts'
import { artifactSource, fluxTitle, readFluxKustomization } from '../flux/flux-kustomization.ts'
import type { Closure } from '../look-through/closure.ts'
import { KUSTOMIZATION_NAMES } from '../look-through/kustomization-file.ts'
import { isObstacle } from '../look-through/obstacle.ts'
import { joinRelative } from '../look-through/repository-tree.ts'
import type { SourceObject } from '../objects/source-object.ts'
import {
  at,
  itemsAt,
  type Placed,
  type PlacedMap,
  placed,
  placedAt,
  plainValue,
  spanIn,
  textAt,
  withEntry,
} from '../placed/placed.ts'
import { sourceFolder } from '../source-path.ts'
import type { Checkout } from './checkout.ts'
import { type GitOpsObject, obstacleNote, type RenderRoot } from './render-root.ts'

/**
 * What kustomize-controller builds for a Flux Kustomization: the kustomization at its path (one is generated when there is none)
 * with the spec's namespace, prefix, suffix, patches, images and components written into it.
 */
export function fluxRoot(object: GitOpsObject): RenderRoot | { readonly note: Note; readonly folder?: string } {
  const { checkout, node } = object
  const body = plainValue(node) as ValueMap
  const source = asSource(object, body)
  const flux = readFluxKustomization(source, source.name, source.namespace, body)
  const title = `Flux Kustomization ${fluxTitle(flux)}`
  const noted = (field: string, said: NoteBody) => noteAt(spanIn(node, ['spec', field]), said)
  const artifact = artifactSource(body)
  if (artifact !== undefined)
    return { note: noted('sourceRef', { code: 'root-not-rendered', titles: [title], why: artifact }) }
  const place = sourceFolder(checkout.root, object.file, flux.path)
  if (place === undefined) return { note: noted('path', { code: 'path-absent', title }) }
  const { folder } = place
  if (isForeign(object, folder)) return { note: noted('sourceRef', { code: 'foreign-source', title }) }
  const written = checkout.closures.closureOf(folder)
  let base: Placed
  let closure: Closure
  const generated = isObstacle(written) && written.kind === 'absent' && written.file === folder
  if (generated) base = generatedKustomization(checkout, folder, at(node, 'spec', 'path') ?? node)
  else if (isObstacle(written)) return { note: obstacleNote(checkout, title, written), folder }
  else base = placed(written.kustomization.document)
  const merged = withSpec(base, node)
  const changed = generated || merged !== base
  if (changed) {
    const file = generated ? joinRelative(folder, KUSTOMIZATION_NAMES[0]) : (written as Closure).kustomization.file
    const document = base.place.document
    const value = plainValue(merged) as ValueMap
    closure = checkout.closures.lookInto({ folder, file, document, value })
  } else closure = written as Closure
  if (closure.refusal !== undefined) {
    const own = { file: closure.kustomization.file, node: merged }
    return { note: obstacleNote(checkout, title, closure.refusal, own), folder }
  }
  const commonMetadata = at(node, 'spec', 'commonMetadata')
  return {
    checkout,
    appliedBy: { kind: 'Kustomization (Flux)', name: fluxTitle(flux), span: spanIn(node, ['metadata', 'name']) },
    folder,
    closure,
    node: merged,
    changed,
    flux,
    ...(commonMetadata === undefined ? {} : { commonMetadata }),
  }
}

/**
 * Whether the source is another repository, of which a path of the same name exists here by chance. It is, when most Flux
 * Kustomizations name another source, and Git declares this one or the path is the root, which always exists.
 */
function isForeign({ checkout, node }: GitOpsObject, folder: string): boolean {
  const name = textAt(node, 'spec', 'sourceRef', 'name')
  const { declared, usual } = checkout.sourceNames
  return name !== undefined && name !== usual && (declared.has(name) || folder === '')
}

/** The spec's own fields put into the kustomization; the same object when there are none. */
function withSpec(kustomization: Placed, object: Placed): Placed {
  let result = kustomization as PlacedMap
  for (const [from, to] of [
    ['targetNamespace', 'namespace'],
    ['namePrefix', 'namePrefix'],
    ['nameSuffix', 'nameSuffix'],
  ] as const) {
    const value = at(object, 'spec', from)
    if (textAt(value) !== undefined && textAt(value) !== '') result = withEntry(result, to, value as Placed)
  }
  for (const field of ['patches', 'components', 'images']) {
    const added = itemsAt(object, 'spec', field)
    if (added.length === 0) continue
    const place = (at(object, 'spec', field) as Placed).place
    const list: Placed = {
      type: 'list',
      place: at(result, field)?.place ?? place,
      items: [...itemsAt(result, field), ...added],
    }
    result = withEntry(result, field, list)
  }
  return result
}

/** Left out of what source-controller packs, by its default ignore rules. */
const IGNORED =
  /^(?:\.git|\.github|\.circleci)(?:\/|$)|^(?:\.travis\.yml|\.gitlab-ci\.yml|appveyor\.yml|\.drone\.yml|cloudbuild\.yaml|codeship-[^/]*\.yml|\.sops\.yaml|\.flux\.yaml|\.goreleaser\.ya?ml)$/

/** As kustomize-controller generates one: every YAML file below, and folders with a kustomization of their own. */
function generatedKustomization(checkout: Checkout, folder: string, origin: Placed): Placed {
  const { root } = checkout
  const prefix = folder === '' ? '' : `${folder}/`
  const own = new Set<string>()
  for (const file of root.files) {
    const slash = file.lastIndexOf('/')
    const parent = slash === -1 ? '' : file.slice(0, slash)
    if (KUSTOMIZATION_NAMES.some((name) => file === joinRelative(parent, name))) own.add(parent)
  }
  const resources = new Set<string>()
  for (const file of root.files) {
    if (!file.startsWith(prefix) || IGNORED.test(file)) continue
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
  const text = JSON.stringify({
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    resources: [...resources].sort(),
  })
  const span = origin.place.document.spanOf(origin.place.path)
  const [document] = parseYaml({ file: span.file, text }, { locate: () => span }).documents
  return document === undefined ? placedAt(origin.place, {}) : placed(document)
}

/** The object in the form that variables are resolved for. */
export function asSource(object: GitOpsObject, body: ValueMap): SourceObject {
  const { checkout, node, file } = object
  const source = checkout.sources.get(file) ?? {
    file: checkout.shown(file),
    root: checkout.root.path,
    relative: file,
    text: '',
  }
  return {
    source,
    document: 0,
    body,
    apiVersion: textAt(node, 'apiVersion') ?? '',
    kind: textAt(node, 'kind') ?? '',
    name: textAt(node, 'metadata', 'name') ?? '',
    namespace: textAt(node, 'metadata', 'namespace'),
    span: spanIn(node, []),
    spanOf: (path, part) => spanIn(node, path, part),
    embedded: () => undefined,
  }
}
