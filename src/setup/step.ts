import type { Span } from '../model/span.ts'

/** The five parts that plan and apply know, in the order in which they are written (vault.md §7.2, "safe writing order"). */
export const STEP_KINDS = ['kv-mount', 'policy', 'auth-mount', 'auth-config', 'role'] as const
export type StepKind = (typeof STEP_KINDS)[number]

export type StepAction =
  | 'create'
  | 'update'
  | 'no-change'
  /** It cannot be done without losing something, or not at all; `because` says what to do. */
  | 'blocked'
  /** The server did not show what is there, or none was asked; `because` says why. */
  | 'not-checked'

/** One field, before and after. */
export interface FieldChange {
  readonly field: string
  /** `undefined`: not set. */
  readonly before: unknown
  readonly after: unknown
}

/** One `path` of a policy, with what it grants before and after; `undefined`: there is no such rule. */
export interface RuleChange {
  readonly path: string
  readonly before: readonly string[] | undefined
  readonly after: readonly string[] | undefined
}

/** One part of the server, as it is and as it should be. */
export interface Step {
  /** `policy external-secrets`; with its Vault namespace where there is one: `team1: policy external-secrets`. */
  readonly id: string
  readonly kind: StepKind
  readonly namespace: string
  /** Where the API has the part, without `/v1/`: `auth/kubernetes/role/eso`. */
  readonly path: string
  readonly action: StepAction
  readonly because: string | undefined
  /** Only what changes; everything that is set when the part is created. */
  readonly fields: readonly FieldChange[]
  /** Policies only: rules that change. */
  readonly rules: readonly RuleChange[]
  /** What stays although nobody asks for it, and other things worth knowing; sentences. */
  readonly notes: readonly string[]
  /** The one request that brings it about; `undefined` when there is nothing to write. Holds no credential. */
  readonly write: Write | undefined
  /** What is asked for, normalised: half of the digest. */
  readonly desired: unknown
  /** What the server has of it, normalised: the other half. */
  readonly live: unknown
  /** The manifests and config lines that ask for it. */
  readonly spans: readonly Span[]
}

export interface Write {
  /** Without `/v1/`. */
  readonly path: string
  readonly body: Readonly<Record<string, unknown>>
  /** The reviewer's token belongs into the body when it is sent; it is in no plan, digest or log. */
  readonly withReviewerToken?: true
}

export function stepId(namespace: string, name: string): string {
  return namespace === '' ? name : `${namespace}: ${name}`
}

export function writes(step: Step): boolean {
  return step.action === 'create' || step.action === 'update'
}
