import type { Capability } from './capability.ts'

/** A value in `allowed_parameters` or `denied_parameters`. Numbers never equal a request's JSON numbers (vault.md §2.6, D111). */
export type ParameterValue =
  | string
  | boolean
  | { readonly number: string }
  | readonly ParameterValue[]
  | { readonly fields: Readonly<Record<string, ParameterValue>> }

/** Lower-case parameter name → accepted values; an empty list means any value. */
export type ParameterLimits = ReadonlyMap<string, readonly ParameterValue[]>

/** One `path` block of a policy, as parsed, before templating and namespaces. */
export interface PolicyRule {
  /** The label as written: with its wildcards, a leading slash, and templates. */
  readonly label: string
  /** The label as a byte string (vault.md §9.1). */
  readonly labelBytes: string
  /** Line of the label in the policy's text, from 1. */
  readonly line: number
  /** Line of the `capabilities` list or of `policy`; the block's line when it has neither. */
  readonly capabilitiesLine: number
  /**
   * In the order of the text, the shorthand `policy` expanded at the end; `['deny']` alone when the block denies
   * (vault.md §1.3). May be empty: such a rule matches and so denies.
   */
  readonly capabilities: readonly Capability[]
  /** Capabilities that stand in the text as a variable; what they grant is not known. */
  readonly unknownCapabilities: readonly string[]
  readonly allowed: ParameterLimits | undefined
  readonly denied: ParameterLimits | undefined
  readonly required: readonly string[]
  /** Seconds; 0: no limit. */
  readonly minWrapTtl: number
  readonly maxWrapTtl: number
  readonly mfaMethods: readonly string[]
  /** OpenBao; 0: no limit. */
  readonly paginationLimit: number
  /** OpenBao. */
  readonly responseFilter: string | undefined
}

/** Something about a policy's text that is valid, and yet worth saying. */
export interface PolicyRemark {
  readonly about:
    | 'product-key'
    | 'product-capability'
    | 'duplicate-attribute'
    | 'json-boolean'
    | 'expired'
    | 'unlabelled'
  /** Line in the policy's text, from 1. */
  readonly line: number
  /** The key, capability or parameter that it is about. */
  readonly name?: string
  /** When an `expired` block ended, RFC 3339. */
  readonly at?: string
  /** One sentence. */
  readonly message: string
}

export interface ParsedPolicy {
  readonly rules: readonly PolicyRule[]
  /** A label holds `{{…}}`. */
  readonly templated: boolean
  readonly remarks: readonly PolicyRemark[]
}
