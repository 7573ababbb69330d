import type { Cluster } from './cluster.ts'
import type { Span } from './span.ts'

/** What brings an object into a cluster. */
export interface AppliedBy {
  readonly kind:
    | 'Kustomization (Flux)'
    | 'FluxInstance'
    | 'kustomization'
    | 'Application'
    | 'ApplicationSet'
    | 'HelmRelease'
    /** `flux_bootstrap_git`, or the resources of a folder. */
    | 'Terraform'
    /** A chart that nothing in Git deploys. */
    | 'Helm chart'
    /** A folder with a `fleet.yaml`, or one that a GitRepo of Rancher Fleet names. */
    | 'Fleet bundle'
    /** A command in a script, workflow or page: `kubectl apply -k …`. */
    | 'command'
  /** `namespace/name` for an object, the folder for a kustomization or a command. */
  readonly name: string
  readonly span: Span
  /** What Git no longer holds stays in the cluster: Flux with `prune: false`, Argo CD without `automated.prune`. */
  readonly keeps?: true
  /** What applies it in turn; absent for an entry. */
  readonly by?: AppliedBy
}

/**
 * How sure it is that an object reaches a cluster (applied.md §4.2). `applied`: an entry that Git names leads to it. `presumed`: what
 * leads to it was applied by hand, or Git holds no GitOps object at all. `suspended`: applied, and a `suspend` on the way holds it.
 * `unclear`: nothing leads to it, and something that is not followed may. `not-applied`: there is a positive reason.
 */
export type Verdict = 'applied' | 'presumed' | 'suspended' | 'unclear' | 'not-applied'

export interface Applied {
  readonly verdict: Verdict
  /** Where it goes; `undefined`: to every cluster, or nowhere. */
  readonly cluster?: Cluster
  /** Why the verdict is none of the first two. */
  readonly reason?: AppliedReason
}

/** Why an object is not applied, may not be, or waits; the codes of applied.md §4.2 are in `code`. */
export type AppliedReason =
  /** T: a root builds a folder above it, and does not take it. */
  | {
      readonly code: 'left-out'
      readonly by: AppliedBy
      /** The folder that is built, as shown. */
      readonly folder: string
      /** The line that would list it and is commented out. */
      readonly commented?: Span
      /** The same object in another file, which is applied: what something rendered of this one. */
      readonly copy?: Span
    }
  /** N: only an object that is not applied leads to it. */
  | { readonly code: 'declared-by-unapplied'; readonly object: AppliedBy; readonly commented?: Span }
  /** C: it belongs to a Component or base that no build uses. */
  | { readonly code: 'component-unused'; readonly folder: string }
  /** O: it lies outside of everything that is applied. */
  | { readonly code: 'outside' }
  /** Nothing leads to it, and this root was not followed to its end. */
  | { readonly code: 'not-followed'; readonly root: string; readonly span: Span }
  /** Nothing leads to it, and too much of the repository is like it to be sure. */
  | { readonly code: 'unreached' }
  /** Nothing in Git deploys its chart; it is rendered with a file of values beside it, or with its own. */
  | { readonly code: 'chart-undeployed'; readonly chart: string; readonly values?: string }
  /** Its root could not be built. */
  | { readonly code: 'root-failed'; readonly by: AppliedBy }
  | { readonly code: 'suspended'; readonly by: AppliedBy }
  /** An annotation of its own keeps Flux from applying it again. */
  | { readonly code: 'not-updated'; readonly annotation: string; readonly at: Span }
