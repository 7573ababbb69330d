import type { TemplateReason } from '../../model/reason.ts'
import type { Span } from '../../model/span.ts'
import type { FieldPath } from '../../model/value.ts'

/** A key of the data that a template asks for. */
export interface TemplateRead {
  readonly key: string
  /** The line of the template that reads it. */
  readonly span: Span
  /** The field that holds the template: `['spec','target','template','data','url']`. */
  readonly field: FieldPath
  /**
   * A missing key need not fail: the read stands behind a condition. `default` guards nothing, because ESO renders with
   * `missingkey=error` (eso.md §6.4).
   */
  readonly guarded: boolean
  /**
   * What a missing key does: `fails` (`map has no entry for key`), or `empty` (`index . "key"` gives an empty string without
   * an error, and an empty value lands in the Secret).
   */
  readonly onMissing: 'fails' | 'empty'
}

/** A template that Go does not parse, or that fails whatever the data is. */
export interface InvalidTemplate {
  /** Go's own words first, then what to write. */
  readonly message: string
  readonly span: Span
  readonly field: FieldPath
  /** `warning`: a function that a newer ESO may have, what fails only on a way that the template need not take, or what was not looked into. */
  readonly severity: 'error' | 'warning'
  /** A function that no ESO known here has; a newer one may. */
  readonly unknownFunction?: string
}

export interface TemplateReads {
  readonly reads: readonly TemplateRead[]
  readonly invalid: readonly InvalidTemplate[]
  readonly opaque: readonly OpaqueTemplate[]
}

/** A template that was not looked into. */
export interface OpaqueTemplate {
  readonly field: FieldPath
  readonly reason: TemplateReason
}
