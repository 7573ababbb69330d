import type { Span } from '../../model/span.ts'
import type { FieldPath, ValueMap } from '../../model/value.ts'

/**
 * What is wrong with a field.
 * `unknown`: the schema has no such field · `misplaced`: it belongs elsewhere in the same object, and we can say where ·
 * `missing`: a field without which the API server, the webhook or ESO refuses · `type`: a list for a map, a number for a string ·
 * `value`: not among the allowed ones, or not what ESO can parse · `exclusive`: too many or too few of a set of fields.
 */
export type SchemaProblemKind = 'unknown' | 'misplaced' | 'missing' | 'type' | 'value' | 'exclusive'

/**
 * What happens in the cluster.
 * `dropped`: the API server prunes the field and keeps the rest (a server-side apply refuses the object) ·
 * `rejected`: the API server refuses the object (CRD schema) · `denied`: ESO's admission webhook refuses it ·
 * `fails`: it is stored, and ESO reports an error · `ignored`: ESO silently does not do what is written.
 */
export type SchemaEffect = 'dropped' | 'rejected' | 'denied' | 'fails' | 'ignored'

/** One thing that the CRD schema, ESO's webhook or ESO itself will not take. */
export interface SchemaProblem {
  readonly kind: SchemaProblemKind
  readonly effect: SchemaEffect
  /** `error` when the object as written cannot do its work; `warning` when something is silently not done. */
  readonly severity: 'error' | 'warning'
  readonly path: FieldPath
  /** Where it is written; for a missing field, the object that lacks it. */
  readonly span: Span
  /** Sentences in plain text: what is wrong and what happens. */
  readonly message: string
  /** What the API server's schema, ESO's webhook or ESO itself answers, word for word; where it has an answer of its own. */
  readonly text?: string
  /** Of a misplaced field: the field right above it that it belongs into. */
  readonly under?: FieldPath
  /** The pinned release is too old for what is written. */
  readonly newer?: true
  /** What to write instead: a sentence, or the corrected lines. */
  readonly suggestion?: string
  /**
   * The object's body with every `misplaced` field of it put where it belongs, so that the references it was meant to have can
   * be shown (as `proposed`). The same body on every `misplaced` problem of one manifest.
   */
  readonly proposedBody?: ValueMap
  /** Of the last that is told one by one: how many are not, and the places of the errors among them. */
  readonly unlisted?: { readonly count: number; readonly errors: readonly Span[] }
}
