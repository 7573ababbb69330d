import type { RuleSays } from '../model/law-reason.ts'
import type { AclRule } from './acl-rule.ts'
import { type AclRequest, refuse } from './authorize.ts'
import { capabilityFor } from './capability.ts'
import { checksParameters, limitsParameters } from './parameters.ts'

/** What a rule says to a request if it decides: `either` when that hangs on something not known. */
export interface RuleOutcome {
  readonly outcome: 'allowed' | 'denied' | 'either'
  readonly says: RuleSays
}

/** `sudo`: whether the path needs it (vault.md §2.3). */
export function outcomeOf(rule: AclRule, request: AclRequest, sudo: 'no' | 'perhaps' | 'yes'): RuleOutcome {
  const needed = capabilityFor(request.operation)
  const unread = rule.unknownCapabilities.length > 0 && !rule.denies
  if (unread) return { outcome: 'either', says: { code: 'capabilities-unknown', unknown: rule.unknownCapabilities } }
  const granted = needed !== undefined && rule.grants.has(needed)
  // A write's body decides about parameter limits, and here nobody has told it.
  const open = request.data === undefined && request.operation !== 'read' && checksParameters(request.operation)
  if (granted && open && limitsParameters(rule)) {
    return { outcome: 'either', says: { code: 'body-unknown', capability: needed } }
  }
  const refusal = refuse(rule, request)
  if (refusal) return { outcome: 'denied', says: refusal }
  const capability = needed ?? request.operation
  if (sudo !== 'no' && !rule.grants.has('sudo')) {
    return { outcome: sudo === 'yes' ? 'denied' : 'either', says: { code: 'lacks-sudo', capability } }
  }
  return { outcome: 'allowed', says: { code: 'grants', capability } }
}

/**
 * The same for a rule of which a part is not known. It may turn out to be the same rule as another and merge with it; limits
 * and `sudo` then act together with what the other one grants, so what they lead to is open.
 */
export function outcomeOfUncertain(rule: AclRule, request: AclRequest, sudo: 'no' | 'perhaps' | 'yes'): RuleOutcome {
  const said = outcomeOf(rule, request, sudo)
  const limits = limitsParameters(rule) || rule.minWrapTtl > 0 || rule.maxWrapTtl > 0 || rule.paginationLimit > 0
  const adds = limits || (sudo !== 'no' && rule.grants.has('sudo'))
  return adds && !rule.denies ? { outcome: 'either', says: { ...said.says, ownLimits: true } } : said
}
