import { createHash } from 'node:crypto'
import { sortKeys } from './normalise.ts'
import type { Step } from './step.ts'

/** What a plan was made of: all that must still be so when it is applied. */
export interface PlanBasis {
  /** The server's address and Vault namespace: an approval for one server is none for another. */
  readonly address: string | null
  readonly namespace: string
  /** A snapshot told what is there, or a part of it: nobody can apply that. */
  readonly preview?: true
  readonly parts: readonly { readonly id: string; readonly desired: unknown; readonly live: unknown }[]
}

/** Whom a plan is for. */
export interface PlanServer {
  readonly address: string | undefined
  readonly namespace: string | undefined
  /** As in `PlanBasis`. */
  readonly preview?: boolean
}

export function basisOf(steps: readonly Step[], server: PlanServer): PlanBasis {
  return {
    address: server.address ?? null,
    namespace: server.namespace ?? '',
    ...(server.preview === true ? { preview: true } : {}),
    parts: steps.map(({ id, desired, live }) => ({ id, desired: sortKeys(desired), live: sortKeys(live) })),
  }
}

/** JSON with sorted keys and without white space, so that one meaning has one text. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(sortKeys(value))
}

/** What stands before the digest of a preview, so that nobody takes it for one to approve. */
const PREVIEW = 'preview:'

export function isPreviewDigest(digest: string): boolean {
  return digest.startsWith(PREVIEW)
}

/** `sha256:…` over what is asked for and the live parts that it concerns. */
export function digestOf(basis: PlanBasis): string {
  return `${basis.preview === true ? PREVIEW : ''}sha256:${createHash('sha256').update(canonicalJson(basis)).digest('hex')}`
}
