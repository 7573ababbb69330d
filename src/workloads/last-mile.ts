import type { ProducedSecret } from '../eso/facts/produced-secrets.ts'
import { producedSecrets } from '../eso/facts/produced-secrets.ts'
import { textHoles } from '../eso/holes.ts'
import { reachOneCluster } from '../eso/nearest-store.ts'
import { patchOver } from '../eso/patched.ts'
import type { KeyLookups } from '../eso/template/secret-keys.ts'
import type { AppliedBy } from '../model/applied.ts'
import { byCluster, clusterRelation, isLive } from '../model/cluster.ts'
import type { Manifest } from '../model/manifest.ts'
import { once } from '../model/once.ts'
import type { PatchReason } from '../model/reason.ts'
import type { FieldPath } from '../model/value.ts'
import type { Consumption } from './consumption.ts'
import { consumptionsOf } from './consumptions.ts'
import { isEsoMaker, makersOf, makes, type SecretMaker } from './makers.ts'

export interface LastMileInput {
  readonly manifests: readonly Manifest[]
  /** Objects beside them that may use Secrets, or make them. */
  readonly workloads: readonly Manifest[]
  /** What is known of the keys of an ExternalSecret beside its manifest. */
  readonly lookupsOf: (manifest: Manifest) => KeyLookups
}

/** What Git tells of a key, or of the keys, that a place asks for. */
export type KeyVerdict =
  | { readonly is: 'present'; readonly makers: readonly SecretMaker[] }
  /** No maker gives it, and all of them are known in whole. */
  | {
      readonly is: 'absent'
      /** Of the alternative of which the fewest keys are missing. */
      readonly missing: readonly string[]
      readonly makers: readonly [SecretMaker, ...SecretMaker[]]
      readonly keys: ReadonlySet<string>
    }
  | { readonly is: 'unknown'; readonly why: 'no-key' | 'no-maker' | 'open' | 'unsure' | 'unresolved' | 'patched' }

/** Who uses the Secrets that ESO makes (consumers.md): every place that asks, every maker, and what the two say to each other. */
export interface LastMile {
  readonly consumptions: readonly Consumption[]
  readonly makers: readonly SecretMaker[]
  /** Makers of the Secret that a place asks for: those that certainly are, and those that may be. */
  makersFor(consumption: Consumption): Makers
  /** The places that ask for the Secret of a maker, as far as that is certain. */
  readersOf(maker: SecretMaker): readonly Consumption[]
  /** The places that ask for a Secret that an object of ESO's makes. */
  usersOf(by: Manifest): readonly Consumption[]
  /** What in Git makes a Secret of this name, wherever. */
  makersNamed(name: string): readonly SecretMaker[]
  /** Places that ask for a Secret of this name, wherever. */
  named(name: string): readonly Consumption[]
  keyVerdict(consumption: Consumption): KeyVerdict
}

export interface Makers {
  readonly certain: readonly SecretMaker[]
  readonly possible: readonly SecretMaker[]
}

/** Follows Secrets to the workloads that ask for them. Nothing is computed before it is asked for. */
export function lastMile({ manifests, workloads, lookupsOf }: LastMileInput): LastMile {
  const consumptions = once(() => [...manifests, ...workloads].flatMap(consumptionsOf))
  const makers = once(() => makersOf(produced(manifests, lookupsOf), workloads))
  const makersByName = once(() => Map.groupBy(makers(), ({ name }) => name))
  const prefixes = once(() => makers().filter(({ isPrefix }) => isPrefix === true))
  const makersByObject = once(() => Map.groupBy(makers(), ({ by }) => by))
  const byName = once(() => Map.groupBy(consumptions(), ({ name }) => name))
  const makersByPlace = once(() => Map.groupBy(makers(), ({ namespace, name }) => placeKey(namespace, name)))
  const byPlace = once(() =>
    Map.groupBy(consumptions(), ({ secretNamespace, name }) => placeKey(secretNamespace, name)),
  )

  const candidates = (name: string): readonly SecretMaker[] => [
    ...(makersByName().get(name) ?? []),
    ...prefixes().filter((maker) => name.startsWith(maker.name)),
  ]
  // Of one namespace, and of none that is known: a name that a thousand namespaces share is no reason to compare all with all.
  const nearby = (namespace: string | undefined, name: string): readonly SecretMaker[] =>
    namespace === undefined
      ? candidates(name)
      : [
          ...(makersByPlace().get(placeKey(namespace, name)) ?? []),
          ...(makersByPlace().get(placeKey(undefined, name)) ?? []),
          ...prefixes().filter((maker) => name.startsWith(maker.name)),
        ]
  const makersFor = (consumption: Consumption): Makers => {
    const all = [consumption.name, ...(consumption.or ?? [])].flatMap((name) =>
      nearby(consumption.secretNamespace, name),
    )
    const rated = all.map((maker) => [maker, relation(consumption, maker, all)] as const)
    const of = (wanted: Relation) => rated.flatMap(([maker, is]) => (is === wanted ? [maker] : []))
    return { certain: of('certain'), possible: of('possible') }
  }
  const known = new Map<SecretMaker, readonly Consumption[]>()
  const readersOf = (maker: SecretMaker): readonly Consumption[] => {
    let readers = known.get(maker)
    if (readers === undefined) {
      // An unknown namespace meets an unknown one only.
      const asking = byPlace().get(placeKey(maker.namespace, maker.name)) ?? []
      const all = asking.length === 0 ? [] : nearby(maker.namespace, maker.name)
      readers = asking.filter((one) => relation(one, maker, all) === 'certain')
      known.set(maker, readers)
    }
    return readers
  }
  return {
    get consumptions() {
      return consumptions()
    },
    get makers() {
      return makers()
    },
    makersFor,
    readersOf,
    usersOf: (by) => (makersByObject().get(by) ?? []).flatMap(readersOf),
    makersNamed: candidates,
    named: (name) => byName().get(name) ?? [],
    keyVerdict: (consumption) => keyVerdict(consumption, makersFor(consumption)),
  }
}

/** The Secrets of each cluster: what a ClusterExternalSecret selects is told by the namespaces of its own. */
function produced(manifests: readonly Manifest[], lookupsOf: LastMileInput['lookupsOf']): readonly ProducedSecret[] {
  const clusters = byCluster(manifests)
  const [only, ...others] = clusters.groups
  if (only !== undefined && others.length === 0) return producedSecrets(only, textHoles, lookupsOf)
  const many = manifests.filter(({ kind }) => kind === 'ClusterExternalSecret')
  const rest = manifests.filter(({ kind }) => kind !== 'ClusterExternalSecret')
  return [
    ...producedSecrets(rest, textHoles, lookupsOf),
    ...many.flatMap((one) =>
      producedSecrets([one, ...clusters.of(one).filter(({ kind }) => kind === 'Namespace')], textHoles, lookupsOf),
    ),
  ]
}

function placeKey(namespace: string | undefined, name: string): string {
  return `${namespace ?? ''}/${name}`
}

type Relation = 'certain' | 'possible' | 'no'

/**
 * Whether the Secret of a maker is the one that a place asks for. Of copies in several trees that nothing tells apart each is a
 * possible one, so that no copy answers for another, and none is called absent because of another (consumers.md §4).
 */
function relation({ by, secretNamespace }: Consumption, maker: SecretMaker, all: readonly SecretMaker[]): Relation {
  if (!isLive(by) || !isLive(maker.by)) {
    if (isLive(by) && maker.by.origin.applied.verdict === 'unclear') return 'possible'
    if (isLive(by) || isLive(maker.by) || !reaches(by, maker.by)) return 'no'
  }
  const clusters = clusterRelation(by.origin.applied.cluster, maker.by.origin.applied.cluster)
  if (clusters === 'other') return 'no'
  const near = reaches(by, maker.by)
  if (secretNamespace === undefined || maker.namespace === undefined)
    return secretNamespace === maker.namespace && near && maker.by.kind !== 'ClusterExternalSecret'
      ? 'certain'
      : 'possible'
  if (secretNamespace !== maker.namespace) return 'no'
  if (clusters === 'perhaps') return 'possible'
  const told = by.origin.applied.cluster !== undefined && maker.by.origin.applied.cluster !== undefined
  const applied = by.origin.applied.verdict === 'applied' && maker.by.origin.applied.verdict === 'applied'
  if (near || told || applied) return 'certain'
  if (!standTogether(maker.by, by)) return 'possible'
  // Plain files of one top folder, or what entries of one folder apply, and no copy of the Secret anywhere else.
  const isAlone = all.every(
    (other) => other === maker || other.namespace !== secretNamespace || standTogether(other.by, by),
  )
  return isAlone ? 'certain' : 'possible'
}

function reaches(one: Manifest, other: Manifest): boolean {
  return one === other || reachOneCluster(one, other)
}

function standTogether(one: Manifest, other: Manifest): boolean {
  if (topOf(one) === topOf(other)) return true
  const entries = new Set(one.origin.appliedBy.map(entryFolder))
  return other.origin.appliedBy.some((by) => entries.has(entryFolder(by)))
}

function topOf({ origin }: Manifest): string {
  const slash = origin.file.indexOf('/')
  return slash === -1 ? origin.file : origin.file.slice(0, slash)
}

/** The folder of what somebody applies by hand, so that all the rest follows. */
function entryFolder(by: AppliedBy): string {
  if (by.by !== undefined) return entryFolder(by.by)
  const { file } = by.span
  return file.slice(0, file.lastIndexOf('/') + 1)
}

/** Why a place may ask for something else: what sets its key, the name of the Secret beside it, or the namespace, is not known. */
export function patchOverUse({ by, field, place }: Consumption): PatchReason | undefined {
  const items = field.lastIndexOf('items')
  const last = field.at(-1)
  // A key stands beside the name, or in `items` below it.
  const whole = items > 0 ? field.slice(0, items) : last === 'key' || last === 'valuesKey' ? field.slice(0, -1) : field
  const isVolume = (path: FieldPath) => path.some((step) => /volumes$/i.test(String(step)))
  const volumes = place === 'sub-path' ? by.patched.flatMap(({ path }) => (isVolume(path) ? [path] : [])) : []
  return patchOver(by, whole, ['metadata', 'namespace'], ...volumes)
}

function keyVerdict(consumption: Consumption, { certain, possible }: Makers): KeyVerdict {
  const { name, keys } = consumption
  if (keys.length === 0) return { is: 'unknown', why: 'no-key' }
  if ([name, ...(consumption.or ?? []), ...keys.flat()].some((text) => textHoles(text).length > 0))
    return { is: 'unknown', why: 'unresolved' }
  if (patchOverUse(consumption) !== undefined) return { is: 'unknown', why: 'patched' }
  const [first, ...more] = certain.filter(makes)
  const writing = [...certain, ...possible].filter(({ creation }) => creation !== 'None')
  const known = new Set(writing.flatMap((maker) => [...maker.keys.known]))
  const missing = keys
    .map((all) => all.filter((key) => !known.has(key)))
    .reduce((least, one) => (one.length < least.length ? one : least))
  if (missing.length === 0 && first !== undefined) return { is: 'present', makers: [first, ...more] }
  if (writing.some((maker) => maker.keys.open)) return { is: 'unknown', why: 'open' }
  if (first === undefined) return { is: 'unknown', why: possible.length > 0 ? 'unsure' : 'no-maker' }
  // Another Secret of the volume that Git does not make may bring it.
  const made = new Set(writing.map((maker) => maker.name))
  if ((consumption.or ?? []).some((other) => !made.has(other))) return { is: 'unknown', why: 'no-maker' }
  if (missing.length === 0) return { is: 'unknown', why: 'unsure' }
  // Who only writes into it cannot be the reason; what is told must be an ExternalSecret's.
  return certain.some(isEsoMaker)
    ? { is: 'absent', missing, makers: [first, ...more], keys: known }
    : { is: 'unknown', why: 'no-maker' }
}
