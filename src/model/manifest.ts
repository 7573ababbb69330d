import type { Applied, AppliedBy } from './applied.ts'
import type { ValuesReason } from './reason.ts'
import type { RelatedPlace, Span } from './span.ts'
import type { FieldPath, ValueMap } from './value.ts'

export interface Origin {
  readonly file: string
  /** Index of the YAML document in the file, from 0. */
  readonly document: number
  /** The roots that apply it, all of them into one cluster. */
  readonly appliedBy: readonly AppliedBy[]
  readonly applied: Applied
  /**
   * `plain`: read as written. `rendered`: out of kustomize, or of whatever filled a `rendered` folder. `config`: a store that the config
   * says and Git does not declare.
   */
  readonly form: 'plain' | 'rendered' | 'config'
  /** The object that carries this one inside it (a Helm `extraObjects` list, a Kyverno `generate` rule). */
  readonly embeddedIn?: string
}

/** One Kubernetes object. */
export interface Manifest {
  readonly apiVersion: string
  readonly kind: string
  readonly name: string
  /** `undefined`: the kind has none, or nothing in Git says it; never assume `default` (spec/field.md §3). */
  readonly namespace: string | undefined
  /** The whole object. Unresolvable variables are left as they were written (`${NAME}`). */
  readonly body: ValueMap
  /** The whole document. */
  readonly span: Span
  /**
   * Where the field at `path` was written: its key or its value (default), the nearest known ancestor when the field does not
   * exist. After rendering this can be another file than `span.file`: a patch, or a Flux Kustomization that holds the variable.
   */
  spanOf(path: FieldPath, part?: 'key' | 'value'): Span
  /**
   * Where line `line` (from 1) of the text at `path` was written: the line inside a block scalar. Optional: without it, or when
   * it gives `undefined` (a folded scalar, a rendered text), the field's own span stands in.
   */
  spanOfTextLine?(path: FieldPath, line: number): Span | undefined
  /** What else made what stands at one of its places: the line of a template beside the value that it takes, and the other way round. */
  relatedTo?(span: Span): readonly RelatedPlace[]
  /** Variables that nothing in Git or in the settings resolves, with the field that uses each. */
  readonly unresolved: readonly UnresolvedVariable[]
  /** Keys of a Secret whose value ends in a line break: all that is known of a value (no value is kept). */
  readonly endsInNewline?: readonly string[]
  /** Fields that a patch sets which could not be applied here; what stands at or under them is not checked. */
  readonly patched: readonly PatchedField[]
  /**
   * Of a chart that nothing deploys, where the object is the same with each file of values: fields that the chart's own text says, by their
   * paths as JSON. They are judged in full (helm.md §7.3).
   */
  readonly fixed?: ReadonlySet<string>
  readonly origin: Origin
}

export interface UnresolvedVariable {
  readonly name: string
  readonly path: FieldPath
  readonly span: Span
  readonly lookedIn: VariableSources
}

/** Where a variable was looked for, beside the `variables` input, which is always asked (platform.md §3.2). */
export interface VariableSources {
  /** `namespace/name` of the Flux Kustomization that applies the object; `undefined`: none does, and nothing puts a text in its place. */
  readonly flux: string | undefined
  /** It has a `postBuild`. */
  readonly postBuild: boolean
  /** What its `substituteFrom` names and Git does not show: `ConfigMap cluster`. */
  readonly notInGit: readonly string[]
  /** The expression is one that Flux does not accept. */
  readonly refused?: true
}

/** Of an object that no Flux Kustomization applies. */
export const NO_FLUX: VariableSources = { flux: undefined, postBuild: false, notInGit: [] }

export interface PatchedField {
  /** `[]`: the patch may change anything in the object. */
  readonly path: FieldPath
  /** The patch. */
  readonly span: Span
  /** The text that it sets a field of `spec` to, where the patch says so by itself. */
  readonly value?: string
  /** It is no patch, but a chart's values that Git does not hold; the span is where the deployer names them. */
  readonly because?: ValuesReason
}
