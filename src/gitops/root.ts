import type { AppliedBy } from '../model/applied.ts'
import type { Cluster } from '../model/cluster.ts'
import type { Span } from '../model/span.ts'
import type { Checkout } from './checkout.ts'
import type { FluxKustomization } from './flux/flux-kustomization.ts'
import { type ChartRelease, filesOfRelease } from './helm/chart-release.ts'
import type { Closure } from './look-through/closure.ts'
import type { Obstacle } from './look-through/obstacle.ts'
import { type Placed, textAt } from './placed/placed.ts'

/** One thing that GitOps builds and applies. */
export interface GitOpsRoot {
  readonly checkout: Checkout
  readonly appliedBy: AppliedBy
  /** Below the checkout. */
  readonly folder: string
  readonly build: KustomizeBuild | FilesBuild | HelmBuild | RefusedBuild
  readonly cluster: Cluster | undefined
  /** Whether Git names the entry that leads here (applied.md §4.2). */
  readonly certainty: 'certain' | 'presumed'
  readonly suspendedBy?: AppliedBy
  /** Its path exists only below a folder on the way to what declares it: a template or an example that is a repository of its own. */
  readonly nested?: true
  /** A chart that nothing in Git deploys, rendered by its own values, or by a file of values beside it. */
  readonly undeployed?: {
    readonly chart: string
    readonly values?: string
    /** It holds Applications or the like. */
    readonly leads?: true
  }
  /** One of several sources of an Application: of equal objects that of the last source is applied (helm.md §1.1). */
  readonly part?: { readonly of: string; readonly index: number }
  /** Whose variables are put in after the build. */
  readonly flux?: FluxKustomization
  /** Labels and annotations that Flux adds to all it applies. */
  readonly commonMetadata?: Placed
  /** Namespace of objects that name none (an Application's destination). */
  readonly namespace?: Placed
}

/** What kustomize builds. */
export interface KustomizeBuild {
  readonly by: 'kustomize'
  readonly closure: Closure
  /** The kustomization that is built, with places; it is in no file when `changed`. */
  readonly node: Placed
  readonly changed: boolean
  /** Flux makes one where the folder has none, and takes everything below it (applied.md §1.3). */
  readonly generated: boolean
}

/** A chart of the checkout, with the values that its deployer gives it. */
export interface HelmBuild {
  readonly by: 'helm'
  readonly release: ChartRelease
  /** It brings nothing that is judged, and is rendered for the workloads that use Secrets alone. */
  readonly forUsers?: true
}

/** What kustomize is not asked for: the look-through refuses it, so that nothing is known to be applied by it. */
export interface RefusedBuild {
  readonly by: 'nobody'
  readonly obstacle: Obstacle
  /** Where it stands; the obstacle's own place where that is not known. */
  readonly span: Span
  /** What was seen of it, where anything was. */
  readonly seen?: Pick<KustomizeBuild, 'closure' | 'node' | 'changed'>
}

/** Files that are applied as they are (a folder of an Application without kustomization, plain manifests). */
export interface FilesBuild {
  readonly by: 'files'
  readonly files: readonly string[]
  /** Everything below the folder is asked for, so that what is not among `files` was left out (applied.md §4.1 step 3). */
  readonly takesAll: boolean
}

/** As reports name a root: `Flux Kustomization flux-system/apps`, `The kustomization apps/prod`. */
export function rootTitle({ kind, name }: Pick<AppliedBy, 'kind' | 'name'>): string {
  switch (kind) {
    case 'Kustomization (Flux)':
      return `Flux Kustomization ${name}`
    case 'kustomization':
      return `The kustomization ${name}`
    case 'command':
      return `The command for ${name}`
    default:
      return `${kind} ${name}`
  }
}

/** Every file that a root's build takes, as far as it was looked through. */
export function filesOf({ build, folder }: Pick<GitOpsRoot, 'build' | 'folder'>): Iterable<string> {
  if (build.by === 'files') return build.files
  if (build.by === 'kustomize') return build.closure.files
  if (build.by === 'helm') return filesOfRelease(build.release)
  return build.seen?.closure.files ?? [build.obstacle.file, folder]
}

/** An object that declares roots or sources, where its parts were written and as it reaches the cluster. */
export interface GitOpsObject {
  readonly checkout: Checkout
  readonly node: Placed
  /** The file that declares it, below the checkout, and the document. */
  readonly file: string
  readonly document: number
  /** It is made of the values of a chart, which an object carries, or a file. */
  readonly within?: 'object' | 'values'
}

export function gitOpsTitle(object: Pick<GitOpsObject, 'node'>): string {
  const namespace = textAt(object.node, 'metadata', 'namespace')
  const name = textAt(object.node, 'metadata', 'name') ?? ''
  return namespace === undefined ? name : `${namespace}/${name}`
}

/** What a new root takes from what leads to it. */
export interface RootContext {
  readonly by: AppliedBy | undefined
  readonly cluster: Cluster | undefined
  readonly certainty: GitOpsRoot['certainty']
  readonly suspendedBy?: AppliedBy | undefined
}
