import type { SourceFile } from '../../files/source-file.ts'
import { type Manifest, NO_FLUX } from '../../model/manifest.ts'
import type { Span } from '../../model/span.ts'
import { type FieldPath, isMap, type ValueMap, at as valueAt } from '../../model/value.ts'
import { itemOf } from '../kustomize/item.ts'
import { embeddedObjects } from '../objects/embedded-objects.ts'
import { isManifestKind } from '../objects/manifest-kinds.ts'
import type { SourceObject } from '../objects/source-object.ts'
import { type Placed, plainValue } from '../placed/placed.ts'
import { placedDocument, placedObject, placesOf } from '../placed/placed-document.ts'
import { type Application, embeddedItem, plainManifests } from '../plain-manifests.ts'
import type { RenderRoot } from './render-root.ts'
import type { LocatedObject } from './rendered-objects.ts'
import type { RootVariables } from './variables.ts'

/** A Manifest out of kustomize. */
export interface RenderedManifest extends Manifest {
  /**
   * Every line that the value of a field is made of: the field's own first, then those that give its variables their values
   * (`report-scope: changed` asks whether any of them changed).
   */
  spansOf(path: FieldPath): readonly Span[]
}

export interface AppliedObjects {
  readonly root: RenderRoot
  readonly objects: readonly LocatedObject[]
  readonly variables: RootVariables | undefined
}

interface Known {
  readonly object: SourceObject
  readonly node: Placed
  readonly applications: Application[]
  readonly variables: RootVariables[]
}

/**
 * Makes Manifests of located objects: puts variables in, and gives an object that several roots apply alike, written at the same
 * lines, once with all of them. Where a root differs (a namespace, a key, a line) the object is a Manifest of its own.
 */
export function renderedManifests(
  outputs: readonly AppliedObjects[],
  settings: Readonly<Record<string, string>>,
): RenderedManifest[] {
  const byFlux = new Set(
    outputs.flatMap(({ root, objects }) => (root.flux === undefined ? [] : objects.map(sourceKey))),
  )
  const known = new Map<string, Known>()
  for (const { root, objects, variables } of outputs) {
    for (const located of objects) {
      // Where Flux applies an object, an overlay that no Flux Kustomization names is not applied (a backup, an alternative).
      if (root.appliedBy.kind === 'kustomization' && byFlux.has(sourceKey(located))) continue
      const key = `${sourceKey(located)}\0${JSON.stringify(plainValue(located.node))}\0${placesOf(located.node)}`
      let entry = known.get(key)
      if (entry === undefined) {
        const object = placedObject(located.node, fileOf(root, located.file), located.document)
        if (object === undefined) continue
        entry = { object, node: located.node, applications: [], variables: [] }
        known.set(key, entry)
      }
      entry.applications.push(application(root, entry.object, variables, settings))
      if (variables !== undefined) entry.variables.push(variables)
    }
  }
  return [...known.values()].flatMap(manifestsOf)
}

function sourceKey(located: LocatedObject): string {
  return `${located.file}#${located.document}`
}

function fileOf(root: RenderRoot, relative: string): SourceFile {
  const { checkout } = root
  return (
    checkout.sources.get(relative) ?? { file: checkout.shown(relative), root: checkout.root.path, relative, text: '' }
  )
}

function application(
  root: RenderRoot,
  object: SourceObject,
  variables: RootVariables | undefined,
  settings: Readonly<Record<string, string>>,
): Application {
  const given = (name: string) => (Object.hasOwn(settings, name) ? settings[name] : undefined)
  return {
    item: itemOf(object),
    appliedBy: root.appliedBy,
    namespace: undefined,
    lookup: variables?.active === true ? (name) => variables.lookup(name) : given,
    substitutes: variables?.active === true,
    lookedIn: variables?.lookedIn ?? NO_FLUX,
  }
}

function manifestsOf({ object, node, applications, variables }: Known): RenderedManifest[] {
  const finish = (manifest: Manifest, body: ValueMap): RenderedManifest => ({
    ...manifest,
    origin: { ...manifest.origin, form: 'rendered' },
    spansOf: (path) => [
      manifest.spanOf(path),
      ...variableNames(valueAt(body, ...path)).flatMap((name) => variables.flatMap((one) => one.spanOf(name) ?? [])),
    ],
  })
  const document = placedDocument(node, object.document)
  const own = isManifestKind(object)
    ? plainManifests(applications).map((manifest) => ({
        ...finish(manifest, object.body),
        spanOfTextLine: document.spanOfTextLine,
      }))
    : []
  const inner = embeddedObjects(object.body, document, []).flatMap((found) => {
    const embedded: SourceObject = {
      source: object.source,
      document: object.document,
      embedded: () => undefined,
      ...found,
      holder: object,
    }
    const items = applications.map((one) => ({ ...one, item: embeddedItem(embedded, one.item) }))
    return plainManifests(items).map((manifest) => finish(manifest, embedded.body))
  })
  return [...own, ...inner]
}

function variableNames(value: unknown): string[] {
  if (typeof value === 'string')
    return [...value.matchAll(/\$\{#?([A-Za-z_][A-Za-z0-9_]*)/g)].map((match) => match[1] as string)
  if (Array.isArray(value)) return value.flatMap(variableNames)
  return isMap(value as never) ? Object.values(value as object).flatMap(variableNames) : []
}
