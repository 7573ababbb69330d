import type { RenderReason } from '../../model/reason.ts'
import type { Output } from '../build/output.ts'
import type { FindConfigMaps } from '../flux/variables.ts'
import type { NotFollowed } from '../not-followed.ts'
import type { GitOpsObject, GitOpsRoot } from '../root.ts'
import type { Carrier } from './carriers.ts'
import type { Chart } from './charts.ts'
import type { OpenCommandPath } from './commands.ts'
import type { Declarations } from './declarations.ts'
import type { ClusterOfFolder } from './entry-cluster.ts'
import type { Ground } from './ground.ts'
import type { TopKustomization } from './top-kustomizations.ts'
import type { ValuesUser } from './values-users.ts'

/** Everything that the roots of a checkout give, and what was not followed. */
export interface Followed {
  readonly outputs: readonly Output[]
  readonly notFollowed: readonly NotFollowed[]
  readonly ground: Ground
  readonly declarations: Declarations
  readonly tops: readonly TopKustomization[]
  /** Kustomizations that another one includes, and Components. */
  readonly clusterOf: ClusterOfFolder
  /** Whether the roots of GitOps lead to anything that is judged; else all that is there is presumed (applied.md §4.1 step 5). */
  readonly reaches: boolean
  readonly configMaps: FindConfigMaps
  /** Commands whose paths a variable leaves open. */
  readonly openCommands: readonly OpenCommandPath[]
  readonly charts: ReadonlyMap<string, Chart>
  /** Templates that helm rendered: they are no manifests of their own. */
  readonly templates: ReadonlySet<string>
  /** Why a chart gave nothing, by its folder. */
  readonly unrendered: ReadonlyMap<string, RenderReason>
  /** What gives a file of values to a chart, by file. */
  readonly carriers: ReadonlyMap<string, readonly Carrier[]>
  /** Deployers with values that stand elsewhere. */
  readonly users: readonly ValuesUser[]
  /** Whether something applies an object that leads to roots, or is presumed to. */
  isFollowed(object: GitOpsObject): boolean
  /**
   * Roots that were not built, because they lead to no other one and nobody asked for what they give; among `outputs` they stand without
   * objects. Only where the reading was asked to wait.
   */
  readonly waiting: Pick<ReadonlyMap<GitOpsRoot, unknown>, 'has' | 'keys' | 'size'>
  /** Builds roots that wait; `outputs`, `notFollowed` and `ground` then tell of them. */
  build(roots: Iterable<GitOpsRoot>): Promise<void>
  /** The files that an object would apply, as it is written. */
  reach(object: GitOpsObject): ReadonlySet<string>
}
