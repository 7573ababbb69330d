import type { Applied, AppliedBy } from './applied.ts'
import type { Span } from './span.ts'
import type { FieldPath, ValueMap } from './value.ts'

export interface Origin {
  readonly file: string
  /** Index of the YAML document in the file, from 0. */
  readonly document: number
  /** The roots that apply it, all of them into one cluster. */
  readonly appliedBy: readonly AppliedBy[]
  readonly applied: Applied
  /** `plain`: read as written. `rendered`: out of kustomize, or of whatever filled a `rendered` folder. */
  readonly form: 'plain' | 'rendered'
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
  /** Variables that nothing in Git or in the settings resolves, with the field that uses each. */
  readonly unresolved: readonly UnresolvedVariable[]
  /** Fields that a patch sets which could not be applied here; what stands at or under them is not checked. */
  readonly patched: readonly PatchedField[]
  readonly origin: Origin
}

export interface UnresolvedVariable {
  readonly name: string
  readonly path: FieldPath
  readonly span: Span
  /** Who was asked, as a sentence part: "postBuild.substitute of Flux Kustomization apps/backstage". */
  readonly asked: string
}

export interface PatchedField {
  /** `[]`: the patch may change anything in the object. */
  readonly path: FieldPath
  /** The patch. */
  readonly span: Span
  /** The text that it sets a field of `spec` to, where the patch says so by itself. */
  readonly value?: string
}

/** Something that was seen and left out, with the reason; counted in every report. */
export interface Note {
  readonly reason: NoteReason
  readonly file: string
  readonly line?: number
  /** One sentence: what, and why it was left out. */
  readonly message: string
}

export type NoteReason =
  | 'yaml-unparseable'
  | 'yaml-too-deep'
  | 'yaml-duplicate-key'
  | 'too-large'
  | 'sops'
  | 'symlink'
  | 'template-not-rendered'
  | 'not-a-manifest'
  | 'unreadable'
  | 'needs-kustomize'
  | 'render-failed'
  | 'flux-path-absent'
  | 'policy-unparseable'
  | 'other'
