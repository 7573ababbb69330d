import { posix } from 'node:path'
import type { VariableSources } from '../../model/manifest.ts'
import { listAt, mapAt, stringAt } from '../../model/value.ts'
import type { SourceObject } from '../objects/source-object.ts'
import { mentionsVariable } from './envsubst.ts'
import { type FluxKustomization, fluxTitle } from './flux-kustomization.ts'

/** The variables that a Flux Kustomization gives to what it applies. */
export interface PostBuild {
  lookup(name: string): string | undefined
  readonly lookedIn: VariableSources
}

/**
 * Resolves `postBuild`: `substitute` wins over `substituteFrom`, of which the later wins; `variables` stand for whatever Git does
 * not hold (Secrets, ConfigMaps made elsewhere). Values lose their line breaks, as in Flux.
 */
export function postBuild(
  flux: FluxKustomization,
  configMaps: ReadonlyMap<string, readonly SourceObject[]>,
  variables: Readonly<Record<string, string>>,
): PostBuild {
  const known = new Map<string, string | undefined>(Object.entries(variables))
  const absent: string[] = []
  for (const reference of listAt(flux.postBuild, 'substituteFrom')) {
    const kind = stringAt(reference, 'kind') ?? 'ConfigMap'
    const name = stringAt(reference, 'name')
    if (name === undefined) continue
    const found = kind === 'ConfigMap' ? nearest(configMaps.get(name) ?? [], flux) : []
    if (found.length === 0) absent.push(`${kind} ${name}`)
    else for (const [key, value] of dataOf(found)) if (value !== undefined || !known.has(key)) known.set(key, value)
  }
  for (const [key, value] of Object.entries(mapAt(flux.postBuild, 'substitute') ?? {})) {
    // A value that the parent left unresolved is as unknown as no value, but it must not fall back to another source's.
    const text = value === null ? '' : typeof value === 'object' ? undefined : String(value)
    known.set(key, text === undefined || mentionsVariable(text) ? variables[key] : text.replaceAll('\n', ''))
  }
  const lookedIn = { flux: fluxTitle(flux), postBuild: flux.postBuild !== undefined, notInGit: absent }
  return { lookup: (name) => known.get(name), lookedIn }
}

/** Of ConfigMaps with one name, those that are meant: in the Kustomization's namespace, then nearest to it in the tree. */
function nearest(candidates: readonly SourceObject[], flux: FluxKustomization): readonly SourceObject[] {
  const same = candidates.filter(({ namespace }) => namespace === flux.namespace)
  const possible =
    same.length > 0
      ? same
      : candidates.filter(({ namespace }) => namespace === undefined || flux.namespace === undefined)
  const distance = (object: SourceObject) => -commonFolders(object.source.relative, flux.object.source.relative)
  const best = Math.min(...possible.map(distance))
  return possible.filter((object) => distance(object) === best)
}

function commonFolders(a: string, b: string): number {
  const left = posix.dirname(a).split('/')
  const right = posix.dirname(b).split('/')
  let count = 0
  while (count < left.length && left[count] === right[count]) count++
  return count
}

/** The data of ConfigMaps that are equally likely meant: a key on which they disagree has no value that Git could tell. */
function dataOf(objects: readonly SourceObject[]): Map<string, string | undefined> {
  const data = new Map<string, string | undefined>()
  for (const object of objects)
    for (const [key, value] of Object.entries(mapAt(object.body, 'data') ?? {})) {
      const text = typeof value === 'string' && !mentionsVariable(value) ? value.replaceAll('\n', '') : undefined
      data.set(key, data.has(key) && data.get(key) !== text ? undefined : text)
    }
  return data
}
