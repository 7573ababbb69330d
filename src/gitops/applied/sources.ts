import { isPlaceholder, isSameRepository, repositoryPath } from '../../files/repository-address.ts'
import { type ApplicationSets, fittingFolders, isOpen } from '../argo/application-set.ts'
import { UNFILLED } from '../argo/fill-text.ts'
import type { Checkout } from '../checkout.ts'
import { at, itemsAt, type Placed, textAt } from '../placed/placed.ts'
import { sourceFolder } from '../source-path.ts'

/** What the source of a Flux Kustomization, or the `repoURL` of an Application, is to this checkout (applied.md §1.2). */
export type SourceVerdict =
  /** This repository; `folder`: what of it is the source's root. `presumed`: the address is a placeholder. */
  | { readonly is: 'this'; readonly folder: string; readonly presumed?: true }
  | { readonly is: 'foreign'; readonly address: string }
  /** Git does not tell what it holds. */
  | { readonly is: 'unknown'; readonly source: string }

/** One object that says where Flux takes files from, or that names such a place. */
interface Use {
  readonly kind: string
  readonly name: string
  readonly path: string
  /** The file that says so: a path may be meant from a folder above it. */
  readonly file: string
}

export interface Sources {
  /** Of a Flux Kustomization as it is applied. */
  ofFlux(object: Placed): SourceVerdict
  /** Of a source by its kind and name. */
  ofSource(kind: string, name: string): SourceVerdict
  ofAddress(address: string | undefined): SourceVerdict
}

const THIS: SourceVerdict = { is: 'this', folder: '' }
/** Of the paths that are asked of a source, so many must exist here (applied.md §1.2 rules 2 and 6). */
const MOST = 0.75
/** Distinct paths without which one that exists by chance could decide. */
const ENOUGH = 3
/** Depth of the folder that an artifact may be packed from. */
const MAX_DEPTH = 3
/** A source that nothing declares is this repository where it is named so often, against the one named most (rule 3). */
const SHARE = 0.25

export interface SourcesInput {
  readonly checkout: Checkout
  /** Every object that was read, as its file has it. */
  readonly objects: readonly { readonly node: Placed; readonly file: string }[]
  /** `owner/name` or addresses that this checkout is known by: its remotes, `GITHUB_REPOSITORY`. */
  readonly identities: readonly string[]
  /** Addresses that `flux push artifact` names in this repository, with the folder that is packed. */
  readonly artifacts: ReadonlyMap<string, string>
  readonly sets: ApplicationSets
}

export function sourcesOf({ checkout, objects, identities, artifacts, sets }: SourcesInput): Sources {
  const known = identities.flatMap((identity) => {
    const path = repositoryPath(identity)
    return path === undefined ? [] : [path]
  })
  const declared = declaredSources(objects)
  const uses = fluxUses(objects)
  const synced = new Set(
    objects.flatMap(({ node }) => syncsIn(node)).flatMap((sync) => addressKey(textAt(sync, 'url')) ?? []),
  )
  const usual = usualAddress({ objects, checkout, sets }, declared, uses, known)
  const isThis = (path: readonly string[]) =>
    known.some((one) => isSameRepository(one, path)) || path.join('/') === usual

  const mostUses = Math.max(0, ...[...countBy(uses, ({ kind, name }) => `${kind}/${name}`).values()])
  const counts = countBy(uses, ({ kind, name }) => `${kind}/${name}`)

  const ofAddress = (address: string | undefined): SourceVerdict => {
    if (address === undefined) return THIS
    if (isPlaceholder(address)) return { is: 'this', folder: '', presumed: true }
    const path = repositoryPath(address)
    if (path === undefined) return { is: 'foreign', address }
    return isThis(path) ? THIS : { is: 'foreign', address }
  }

  const artifact = (kind: string, name: string, address: string | undefined): SourceVerdict => {
    const key = addressKey(address)
    const packed = key === undefined ? undefined : artifacts.get(key)
    if (packed !== undefined) return { is: 'this', folder: packed }
    const own = uses.filter((use) => use.kind === kind && use.name === name)
    const folder = artifactFolder(checkout, own)
    if (folder !== undefined) return { is: 'this', folder }
    const path = address === undefined ? undefined : repositoryPath(address)
    const ours =
      (key !== undefined && synced.has(key)) ||
      (path !== undefined && known.some((one) => isSameRepository(one, path) || holdsName(path, one)))
    // Its content is this repository's, and from which folder it was packed nothing says.
    if (ours) return { is: 'unknown', source: `${kind} ${name}` }
    return { is: 'foreign', address: address ?? `${kind} ${name}` }
  }

  const ofSource = (kind: string, name: string): SourceVerdict => {
    const address = declared.get(`${kind}/${name}`)
    if (kind !== 'GitRepository') return artifact(kind, name, address)
    if (address !== undefined) return ofAddress(address)
    if (name === 'flux-system') return THIS
    const isUsual = (counts.get(`${kind}/${name}`) ?? 0) >= mostUses * SHARE
    // `./` proves nothing: another repository has it too (applied.md §0 point 5).
    const asks = uses.some((use) => use.kind === kind && use.name === name && !isTop(use.path))
    return isUsual && asks ? THIS : { is: 'foreign', address: `GitRepository ${name}` }
  }

  return {
    ofAddress,
    ofSource,
    ofFlux(object) {
      const name = textAt(object, 'spec', 'sourceRef', 'name')
      return name === undefined ? THIS : ofSource(textAt(object, 'spec', 'sourceRef', 'kind') ?? 'GitRepository', name)
    },
  }
}

/** `spec.sync` of a FluxInstance, and the same in the values of its chart (applied.md §1.1). */
export function syncsIn(node: Placed): Placed[] {
  const kind = textAt(node, 'kind')
  const found =
    kind === 'FluxInstance'
      ? at(node, 'spec', 'sync')
      : kind === 'HelmRelease'
        ? at(node, 'spec', 'values', 'instance', 'sync')
        : kind === undefined
          ? at(node, 'instance', 'sync')
          : undefined
  return found !== undefined && textAt(found, 'path') !== undefined ? [found] : []
}

function declaredSources(objects: SourcesInput['objects']): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  for (const { node } of objects) {
    const kind = textAt(node, 'kind') ?? ''
    if (!/^(?:GitRepository|OCIRepository|Bucket)$/.test(kind)) continue
    const name = textAt(node, 'metadata', 'name')
    const address = textAt(node, 'spec', 'url') ?? textAt(node, 'spec', 'endpoint')
    if (name !== undefined && address !== undefined) found.set(`${kind}/${name}`, address)
  }
  for (const { node } of objects)
    for (const sync of syncsIn(node)) {
      const kind = textAt(sync, 'kind') ?? 'GitRepository'
      const name = `${kind}/${textAt(sync, 'name') ?? 'flux-system'}`
      const address = textAt(sync, 'url')
      if (address !== undefined && !found.has(name)) found.set(name, address)
    }
  return found
}

function fluxUses(objects: SourcesInput['objects']): Use[] {
  return objects.flatMap(({ node, file }): Use[] => {
    if (textAt(node, 'kind') !== 'Kustomization') return []
    const name = textAt(node, 'spec', 'sourceRef', 'name')
    if (name === undefined) return []
    const kind = textAt(node, 'spec', 'sourceRef', 'kind') ?? 'GitRepository'
    return [{ kind, name, path: textAt(node, 'spec', 'path') ?? './', file }]
  })
}

/**
 * The address that most of the repository takes from, where no identity says that another one is this repository: a fork, a rename,
 * a template, or a checkout without remotes (applied.md §1.2 rule 2).
 */
function usualAddress(
  { objects, checkout, sets }: Pick<SourcesInput, 'objects' | 'checkout' | 'sets'>,
  declared: ReadonlyMap<string, string>,
  uses: readonly Use[],
  known: readonly (readonly string[])[],
): string | undefined {
  const paths = new Map<string, { count: number; boots: boolean; readonly paths: Map<string, string> }>()
  const add = (address: string | undefined, path: string, file: string, boots = false) => {
    const key = addressKey(address)
    if (key === undefined) return
    const entry = paths.get(key) ?? { count: 0, boots: false, paths: new Map<string, string>() }
    entry.count++
    entry.boots ||= boots
    if (!isTop(path)) entry.paths.set(path, file)
    paths.set(key, entry)
  }
  for (const use of uses)
    if (use.kind === 'GitRepository')
      add(declared.get(`${use.kind}/${use.name}`), use.path, use.file, use.name === 'flux-system')
  for (const { node, file } of objects) {
    for (const sync of syncsIn(node))
      if ((textAt(sync, 'kind') ?? 'GitRepository') === 'GitRepository')
        add(textAt(sync, 'url'), textAt(sync, 'path') ?? './', file, true)
    for (const { address, path } of argoPaths(node, checkout, sets)) add(address, path, file)
  }
  const matches = [...paths.keys()].some((key) => known.some((one) => isSameRepository(one, key.split('/'))))
  if (matches) return undefined
  const [first] = [...paths].sort((a, b) => b[1].count - a[1].count)
  if (first === undefined) return undefined
  const [address, { paths: asked, boots }] = first
  const here = [...asked].filter(([path, file]) => sourceFolder(checkout, file, path) !== undefined)
  // Without any identity one path is enough, or that Flux was set up with it; `./` alone proves nothing (applied.md §0 point 5).
  if (known.length === 0) return here.length > 0 || (boots && asked.size === 0) ? address : undefined
  return here.length >= ENOUGH && here.length >= asked.size * MOST ? address : undefined
}

/** The sources of an Application, or of an ApplicationSet's template. With several, a single one does not count (helm.md §1.1). */
export function argoSources(node: Placed): Placed[] {
  const kind = textAt(node, 'kind')
  if (kind !== 'Application' && kind !== 'ApplicationSet') return []
  return sourcesOfSpec(kind === 'Application' ? at(node, 'spec') : at(node, 'spec', 'template', 'spec'))
}

export function sourcesOfSpec(spec: Placed | undefined): Placed[] {
  const several = itemsAt(spec, 'sources')
  const single = at(spec, 'source')
  return several.length > 0 ? [...several] : single === undefined ? [] : [single]
}

/** The paths that sources ask for, with what an ApplicationSet's generators tell; one that stays open may be any. */
function argoPaths(
  node: Placed,
  { root }: Checkout,
  sets: ApplicationSets,
): { readonly address: string | undefined; readonly path: string }[] {
  const kind = textAt(node, 'kind')
  if (kind !== 'Application' && kind !== 'ApplicationSet') return []
  const specs = kind === 'Application' ? [at(node, 'spec')] : sets(node).applications.map((one) => at(one.node, 'spec'))
  return specs.flatMap(sourcesOfSpec).flatMap((source) => {
    const path = textAt(source, 'path')
    const address = textAt(source, 'repoURL')
    if (path === undefined || address?.includes(UNFILLED) === true) return []
    const isWide = kind === 'Application' ? isOpen(path) : path.includes(UNFILLED)
    return (isWide ? fittingFolders(root, path) : [path]).map((one) => ({ address, path: one }))
  })
}

/** The one folder below which the paths that are asked of an artifact exist (applied.md §1.2 rule 6). */
function artifactFolder({ root }: Checkout, uses: readonly Use[]): string | undefined {
  const wanted = [...new Set(uses.map(({ path }) => trimmed(path)).filter((path) => path !== ''))]
  if (wanted.length === 0) return undefined
  const fits = (folder: string) => {
    const prefix = folder === '' ? '' : `${folder}/`
    return wanted.filter((path) => root.folders.has(prefix + path)).length >= wanted.length * MOST
  }
  const candidates = [...root.folders].filter(
    (folder) => (folder === '' ? 0 : folder.split('/').length) <= MAX_DEPTH && fits(folder),
  )
  return candidates.length === 1 ? candidates[0] : undefined
}

export function isTop(path: string): boolean {
  return trimmed(path) === ''
}

function trimmed(path: string): string {
  return path.replace(/^(?:\.?\/)+|^\.$/, '').replace(/\/+$/, '')
}

function addressKey(address: string | undefined): string | undefined {
  return address === undefined ? undefined : repositoryPath(address)?.join('/')
}

/** An artifact's address that carries `owner/name` somewhere: `oci://ghcr.io/owner/name/manifests`. */
function holdsName(path: readonly string[], identity: readonly string[]): boolean {
  return path.join('/').includes(identity.slice(-2).join('/'))
}

function countBy<T>(items: readonly T[], key: (item: T) => string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const item of items) counts.set(key(item), (counts.get(key(item)) ?? 0) + 1)
  return counts
}
