import type { Variant } from '../model/variant.ts'
import type { Acl } from './acl.ts'
import type { AclRule } from './acl-rule.ts'
import { capabilities } from './authorize.ts'
import { toBytes } from './byte-string.ts'
import { ANY, literalTokens, meet } from './path-tokens.ts'
import { ruleTokens } from './rule-tokens.ts'

/**
 * Whether `sys/internal/ui/mounts` shows a mount to a token: any right to it, or to anything in it (vault.md §2.9).
 * `mount`: its path, with or without slash at the end.
 */
export function hasMountAccess(acl: Acl, mount: string, variant: Variant): boolean {
  const path = `${mount.replace(/^\/+|\/+$/g, '')}/`
  if (acl.root || capabilities(acl, path, variant)[0] !== 'deny') return true
  const bytes = toBytes(path)
  const below = [...literalTokens(bytes), ANY]
  const bare = literalTokens(bytes.slice(0, -1))
  return acl.rules.some((rule) => {
    if (!grantsSomething(rule)) return false
    if (rule.path.kind !== 'segment') return rule.path.text.startsWith(bytes)
    return meet(ruleTokens(rule.path), below) || meet(ruleTokens(rule.path), bare)
  })
}

function grantsSomething(rule: AclRule): boolean {
  return !rule.denies && rule.grants.size > 0
}
