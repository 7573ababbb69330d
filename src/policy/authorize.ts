import type { Operation } from '../model/decision.ts'
import type { RuleSays } from '../model/law-reason.ts'
import type { ListMatching } from '../model/server-law.ts'
import type { AclRule } from './acl-rule.ts'
import { type Capability, capabilityFor } from './capability.ts'
import { checksParameters, type RequestData, refusePagination, refuseParameters } from './parameters.ts'

export interface AclRequest {
  readonly operation: Operation
  /** Behind `/v1/`, decoded; LIST with its trailing slash (vault.md §2.2). */
  readonly path: string
  /** Body or query; `undefined`: none. */
  readonly data?: RequestData
  /** Seconds of response wrapping; `undefined` or 0: none asked for. */
  readonly wrapTtl?: number
  /** The request's namespace, `team1/`; `''` is the root namespace. */
  readonly namespace?: string
  readonly lists?: ListMatching
}

/** Why the winning rule refuses the request; `undefined` when it grants. */
export function refuse(rule: AclRule, request: AclRequest): RuleSays | undefined {
  const needed = capabilityFor(request.operation)
  if (needed === undefined) return { code: 'not-grantable', operation: request.operation }
  if (rule.denies) return { code: 'denies' }
  if (!rule.grants.has(needed)) return { code: 'lacks', wanted: [needed], grants: sortCapabilities(rule.grants) }
  const wrap = request.wrapTtl ?? 0
  const { minWrapTtl: min, maxWrapTtl: max } = rule
  if (max > 0 && (wrap === 0 || wrap > max)) return { code: 'wants-wrapping', limit: 'most', seconds: max }
  if (min > 0 && (wrap === 0 || wrap < min)) return { code: 'wants-wrapping', limit: 'least', seconds: min }
  if (min > 0 && max > 0 && max < min) return { code: 'wrapping-impossible' }
  const data = request.data ?? {}
  if (checksParameters(request.operation)) {
    const refusal = refuseParameters(rule, data, request.lists ?? 'whole')
    if (refusal) return { code: 'limits-parameters', says: refusal }
  }
  if (request.operation === 'list' || request.operation === 'scan') {
    const refusal = refusePagination(rule, data)
    if (refusal) return { code: 'limits-pages', says: refusal }
  }
  return undefined
}

const HOUSE_ORDER: readonly Capability[] = [
  'create',
  'read',
  'update',
  'patch',
  'delete',
  'list',
  'scan',
  'subscribe',
  'recover',
  'sudo',
  'deny',
]

/** The order in which this program writes capabilities, everywhere. */
export function sortCapabilities(capabilities: Iterable<Capability>): Capability[] {
  const given = new Set(capabilities)
  return HOUSE_ORDER.filter((capability) => given.has(capability))
}
