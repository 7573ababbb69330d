import type { Cluster } from '../../model/cluster.ts'
import type { PatchedField } from '../../model/manifest.ts'
import { UNFILLED } from '../argo/fill-text.ts'
import type { ValueLayer } from '../helm/chart-release.ts'
import { mergedValues } from '../helm/merged-values.ts'
import type { SourceObject } from '../objects/source-object.ts'
import { at, type Placed, type PlacedMap, placedAt, plainValue, setAt, textAt, withoutEntry } from '../placed/placed.ts'
import { placedObject, placesOf } from '../placed/placed-document.ts'
import { type GitOpsObject, type GitOpsRoot, gitOpsTitle } from '../root.ts'
import type { Carrier } from './carriers.ts'

/** What a release, or one source of an Application, gives to its chart, wherever the chart is. */
export interface GivenValues {
  /** The HelmRelease, or the Application as its ApplicationSet made it. */
  readonly deployer: Placed
  /** Which of the sources of an Application that has several. */
  readonly index?: number
  readonly layers: readonly ValueLayer[]
  readonly cluster: Cluster | undefined
  readonly certainty: GitOpsRoot['certainty']
}

/** A deployer with all the values that it gives in place of its own, so that what stands in files is looked into as what stands in it. */
export interface ValuesUser {
  readonly object: SourceObject
  readonly carrier: Carrier
  /** Fields that values which Git does not hold may make otherwise. */
  readonly patched: readonly PatchedField[]
  /** What it is in Git, as `releaseTitle` says it, and which of its sources. */
  readonly of: string
  readonly index: number | undefined
  /** Two that are the same have the same. */
  readonly key: string
}

/** By which a deployer and what its charts gave are brought together: the same name may stand for several clusters. */
export function releaseTitle(kind: string, title: string, file: string): string {
  return `${kind} ${title} ${file}`
}

/** `undefined`: its values speak of no Secret. */
export function valuesUser(object: GitOpsObject, carrier: Carrier, given: GivenValues): ValuesUser | undefined {
  const { checkout, node, file, document } = object
  const found = mergedValues(given.layers, checkout)
  if (found === undefined) return undefined
  const kind = textAt(node, 'kind') ?? ''
  const base = kind === 'HelmRelease' ? ['spec', 'values'] : ['spec', 'source', 'helm', 'valuesObject']
  const without = kind === 'HelmRelease' ? releaseAlone(given.deployer) : applicationAlone(given)
  const whole = setAt(without, base, found.values)
  const made = placedObject(whole, checkout.source(file), document)
  if (made === undefined) return undefined
  const of = releaseTitle(kind, gitOpsTitle({ node }), file)
  const { cluster, certainty } = given
  return {
    object: made,
    carrier: { ...carrier, cluster, certainty },
    patched: found.uncertain.map((one) => ({ ...one, path: [...base, ...one.path] })),
    of,
    index: given.index,
    key: JSON.stringify([of, given.index, cluster?.id, plainValue(whole), placesOf(found.values)]),
  }
}

/** Who else gives it values is told by the release as it stands. */
function releaseAlone(release: Placed): Placed {
  const spec = at(release, 'spec')
  return spec?.type === 'map' ? setAt(release, ['spec'], withoutEntry(spec, 'valuesFrom')) : release
}

/** Its name, where it goes, and one of its sources without the values that stand in it. */
function applicationAlone({ deployer, index }: GivenValues): Placed {
  const source = index === undefined ? at(deployer, 'spec', 'source') : at(deployer, 'spec', 'sources', index)
  const name = at(deployer, 'metadata', 'name')
  const entries = new Map<string, Placed | undefined>([
    ['apiVersion', at(deployer, 'apiVersion') ?? placedAt(deployer.place, 'argoproj.io/v1alpha1')],
    ['kind', placedAt(deployer.place, 'Application')],
    ['metadata', at(deployer, 'metadata')],
  ])
  let alone: Placed = { type: 'map', place: deployer.place, entries: new Map() } satisfies PlacedMap
  for (const [field, value] of entries) if (value !== undefined) alone = setAt(alone, [field], value)
  // What a generator does not tell of its name.
  if (name !== undefined)
    alone = setAt(alone, ['metadata', 'name'], placedAt(name.place, String(plainValue(name)).replaceAll(UNFILLED, '*')))
  const destination = at(deployer, 'spec', 'destination')
  if (destination !== undefined) alone = setAt(alone, ['spec', 'destination'], destination)
  if (source?.type === 'map') alone = setAt(alone, ['spec', 'source'], withoutEntry(source, 'helm'))
  return alone
}
