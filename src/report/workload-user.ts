import type { SecretPlace } from '../model/secret-place.ts'
import type { FileLine } from '../model/span.ts'

/** A workload, a release or a controller that asks for a Secret which ESO makes, at the line where it does. */
export interface WorkloadUser extends FileLine {
  readonly manifest: string
  /** Where it asks; docs/spec/consumers.md says what each means. */
  readonly use: SecretPlace
  readonly secret: string
  /** Keys that it asks for; empty: the whole Secret. */
  readonly keys: readonly string[]
  /** The variable, or where it is mounted. */
  readonly as: string | null
  readonly container: string | null
  /** It stands in values of a chart, of which the chart makes the workload. */
  readonly inValues: boolean
  readonly optional: boolean
}

/** What asks for the value that a reference brings into a Secret. */
export interface ReferencedWorkloads {
  readonly count: number
  /** The first of them. */
  readonly places: readonly WorkloadUser[]
}
