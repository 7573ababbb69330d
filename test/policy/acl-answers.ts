import type { Variant } from '../../src/model/variant.ts'
import type { Acl } from '../../src/policy/acl.ts'
import type { AclRule } from '../../src/policy/acl-rule.ts'
import { type AclRequest, refuse } from '../../src/policy/authorize.ts'
import { toBytes } from '../../src/policy/byte-string.ts'
import { findRule, requestPath } from '../../src/policy/match.ts'

// What a server answers by its ACL alone, for vectors that were taken from servers and for the differential tests: made of the two
// steps that every decision is made of, the rule that wins and what it says.

export interface Authorization {
  readonly allowed: boolean
  readonly rule: AclRule | undefined
  /** The rule carries `sudo`, whatever it says to the operation (vault.md §2.1). */
  readonly sudo: boolean
}

/** What the ACL alone says, for one kind of server; the paths that need `sudo` are not looked at (vault.md §2.1). */
export function allowOperation(acl: Acl, request: AclRequest, variant: Variant): Authorization {
  if (acl.root) return { allowed: true, rule: undefined, sudo: true }
  if (request.operation === 'help') return { allowed: true, rule: undefined, sudo: false }
  const path = toBytes(requestPath(request.path, request.namespace))
  const rule = findRule(acl, request.operation, path, variant)?.rule
  if (!rule) return { allowed: false, rule, sudo: false }
  const sudo = rule.grants.has('sudo')
  return { allowed: refuse(rule, request) === undefined, rule, sudo }
}

/**
 * What `sys/capabilities` answers for a path, sorted as the endpoint sorts: the rule is looked up as for a LIST, and
 * nothing but capabilities counts (vault.md §2.5). `['root']`, `['deny']`, or names.
 */
export function capabilities(acl: Acl, path: string, variant: Variant, namespace = ''): string[] {
  if (acl.root) return ['root']
  const rule = findRule(acl, 'list', toBytes(requestPath(path, namespace)), variant)?.rule
  if (!rule || rule.denies || rule.grants.size === 0) return ['deny']
  return [...rule.grants].sort()
}
