import type { Operation } from '../model/decision.ts'
import type { Variant } from '../model/variant.ts'
import { type Acl, buildAcl } from '../policy/acl.ts'
import { sortCapabilities } from '../policy/authorize.ts'
import { toBytes } from '../policy/byte-string.ts'
import type { Capability } from '../policy/capability.ts'
import { decide } from '../policy/decide.ts'
import { decidePattern } from '../policy/decide-pattern.ts'
import { type GeneratedRule, quoteHcl } from '../policy/generate.ts'
import { parsePolicy } from '../policy/parse-policy.ts'
import { rulePath } from '../policy/rule-path.ts'
import { reasonText } from '../report/reasons/not-checked.ts'
import { inheritedBy } from './inherited-rights.ts'
import { ruleSet } from './policy-rules.ts'

export type Merged =
  | { readonly text: string; readonly added: readonly GeneratedRule[] }
  /** Adding does not help; a sentence that says which rule stands in the way. */
  | { readonly blocked: string }

/**
 * The policy that is there, plus what the wanted rules lack in it. Nothing is taken away: its own rules stay as they are written,
 * and a rule that is added repeats what a wider one granted at its path, because only the most specific rule counts (vault.md §2.1).
 */
export function mergePolicy(
  name: string,
  live: string,
  wanted: readonly GeneratedRule[],
  variants: readonly Variant[],
): Merged {
  const acl = aclOf(name, live)
  if ('blocked' in acl) return acl
  const missing = wanted.filter((rule) => !satisfied(name, live, acl.acl, rule, variants))
  if (missing.length === 0) return { text: live, added: [] }
  if (live.trimStart().startsWith('{')) {
    return {
      blocked: `Policy ${name} is written in JSON, to which no rule can be added. Keep it as a .hcl file in Git and name that in \`setup.policy.generate.file\`.`,
    }
  }
  const added: GeneratedRule[] = []
  for (const rule of missing) {
    const inherited = inheritedBy(rule, acl.acl, variants)
    if ('blocked' in inherited) return { blocked: inherited.blocked }
    added.push({ ...rule, capabilities: sortCapabilities([...rule.capabilities, ...inherited.capabilities]) })
  }
  const text = `${live.replace(/\s*$/, '')}${live.trim() === '' ? '' : '\n\n'}${added.map(block).join('\n')}`
  const after = aclOf(name, text)
  if ('blocked' in after) return after
  const refused = wanted.find((rule) => !satisfied(name, text, after.acl, rule, variants))
  if (refused === undefined) return { text, added }
  return { blocked: `${whyRefused(after.acl, refused, variants)} Take that rule out by hand, then plan again.` }
}

function aclOf(name: string, text: string): { readonly acl: Acl } | { readonly blocked: string } {
  const parsed = parsePolicy(text)
  if (!parsed.ok)
    return { blocked: `The text of policy ${name} on the server cannot be read (${parsed.error.trim()}).` }
  const built = buildAcl([{ name, parsed: parsed.policy }])
  return 'acl' in built ? built : { blocked: built.error }
}

/**
 * A rule for one path counts as there when its requests are allowed, by whatever rule. A rule for a folder also does when the
 * very same rule stands there: a narrower one that somebody wrote below it is theirs.
 */
function satisfied(name: string, text: string, acl: Acl, rule: GeneratedRule, variants: readonly Variant[]): boolean {
  if (rule.capabilities.every((capability) => verdict(acl, rule, capability, variants) === 'allowed')) return true
  if (!rule.path.endsWith('*')) return false
  const parsed = parsePolicy(text)
  const same = parsed.ok ? ruleSet(name, parsed.policy).get(rulePath(toBytes(rule.path)).key) : undefined
  return same !== undefined && !same.denies && rule.capabilities.every((capability) => same.grants.has(capability))
}

function verdict(acl: Acl, rule: GeneratedRule, capability: Capability, variants: readonly Variant[]) {
  return decisionOf(acl, rule.path, capability as Operation, variants).verdict
}

function decisionOf(acl: Acl, path: string, operation: Operation, variants: readonly Variant[]) {
  if (!path.endsWith('*')) return decide(acl, { operation, path }, variants)
  const folder = path.slice(0, -1)
  return decidePattern(acl, { operation, path: [folder, { hole: 'anything below' }] }, variants)
}

function whyRefused(acl: Acl, rule: GeneratedRule, variants: readonly Variant[]): string {
  const refused = rule.capabilities.find((capability) => verdict(acl, rule, capability, variants) !== 'allowed')
  const { because } = decisionOf(acl, rule.path, refused as Operation, variants)
  return `${refused} on ${rule.path} stays refused, whatever is added: ${reasonText(because)}.`
}

function block(rule: GeneratedRule): string {
  const names = rule.capabilities.map((name) => `"${name}"`).join(', ')
  return `path ${quoteHcl(rule.path)} {\n  capabilities = [${names}]\n}\n`
}
