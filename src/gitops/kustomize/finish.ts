import { at, entriesAt, type PlacedMap, type PlacedScalar, setAt, withEntry, withoutEntry } from '../placed/placed.ts'
import type { Build } from './build.ts'
import { configMapHash } from './content-hash.ts'
import { changedNames, withNewNames } from './name-references.ts'
import { withTextAnnotations } from './patches.ts'
import { changed, kindOf, type ReadObject, remembered, withHistory } from './read-object.ts'
import { anyText, textOf } from './scalar-text.ts'

/** Annotations that kustomize takes for its own and removes. */
const OWN_ANNOTATIONS = new Set(
  [
    ...['previousKinds', 'previousNames', 'prefixes', 'suffixes', 'previousNamespaces', 'allowNameChange'],
    ...['allowKindChange', 'refBy', 'generatorBehavior', 'needsHashSuffix', 'path', 'index', 'seqindent', 'id'],
    ...['annotations-migration-resource-id', 'helm-generated'],
  ].map((name) => `internal.config.kubernetes.io/${name}`),
)
for (const name of ['kubernetes.io/path', 'kubernetes.io/index', 'k8s.io/id', 'kubernetes.io/origin'])
  OWN_ANNOTATIONS.add(`config.${name}`)
OWN_ANNOTATIONS.add('alpha.config.kubernetes.io/transformations')

const LOCAL = 'config.kubernetes.io/local-config'

/**
 * What kustomize does once, for the whole build: hashes behind names, the new names in what names them, and the removal of what is
 * only there for the build.
 */
export function finish(build: Build): void {
  for (const { reason, touches } of build.configured) if (reason !== undefined) build.touch(reason, touches)
  build.change([], (object) => object.hashed, hashedName)
  const { objects } = build
  const changes = changedNames(objects)
  const references = [...build.configured].flatMap((configured) => configured.references)
  build.change(
    [],
    () => true,
    (object) => withNewNames(object, objects, changes, references),
  )
  for (const object of build.objects)
    if (anyText(object.node, 'kind') === '' || anyText(object.node, 'metadata', 'name') === '')
      if (object.undecided.length === 0) build.reason([], 'build-fails', { fails: true })
  build.objects = build.objects.filter((object) => !isLocal(object))
  build.demandUnique([])
  build.objects = build.objects.map((object) => withHistory(changed(object, withoutOwnAnnotations(object.node))))
}

/** Of a Secret the content is not known, and of what is undecided it is not certain: their names stay without the hash. */
function hashedName(object: ReadObject): ReadObject {
  const before = remembered(object)
  if (kindOf(object).kind !== 'ConfigMap' || object.undecided.length > 0) return before
  const name = at(object.node, 'metadata', 'name') as PlacedScalar
  const text = `${textOf(name)}-${configMapHash(object)}`
  const node = setAt(object.node, ['metadata', 'name'], { type: 'scalar', place: name.place, value: text })
  return { ...changed(before, node), hashed: false }
}

function isLocal(object: ReadObject): boolean {
  const local = at(object.node, 'metadata', 'annotations', LOCAL)
  return local !== undefined && anyText(object.node, 'metadata', 'annotations', LOCAL) !== 'false'
}

function withoutOwnAnnotations(node: PlacedMap): PlacedMap {
  const annotations = at(node, 'metadata', 'annotations')
  const metadata = at(node, 'metadata')
  if (annotations?.type !== 'map' || metadata?.type !== 'map') return withTextAnnotations(node)
  let own = annotations
  for (const [name] of entriesAt(annotations)) if (OWN_ANNOTATIONS.has(name)) own = withoutEntry(own, name)
  return withTextAnnotations(withEntry(node, 'metadata', withEntry(metadata, 'annotations', own)))
}
