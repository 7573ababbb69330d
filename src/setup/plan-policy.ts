import type { Variant } from '../model/variant.ts'
import type { PolicyFact } from '../model/vault-state.ts'
import { type GeneratedRule, generatePolicy, type WantedAccess } from '../policy/generate.ts'
import type { DesiredState } from '../state/desired/desired.ts'
import { kvMounts } from '../state/desired/desired-policies.ts'
import { mergePolicy } from './merge-policy.ts'
import { isNotChecked, notCheckedStep, type PartContext, spansOf } from './part-context.ts'
import { capabilitiesOf, type RuleSet, readRules, ruleChanges, sameRules } from './policy-rules.ts'
import { type Step, stepId } from './step.ts'

/** What a token without the policy `default` needs to be used by ESO at all (eso.md §3.1). */
const SESSION: readonly WantedAccess[] = [
  { path: 'auth/token/lookup-self', capability: 'read', group: 'ESO itself' },
  { path: 'auth/token/revoke-self', capability: 'update', group: 'ESO itself' },
]

export interface PolicyContext extends PartContext {
  readonly desired: DesiredState
  readonly variants: readonly Variant[]
  /** A role that has the policy says `token_no_default_policy`. */
  readonly withoutDefault: boolean
}

/**
 * One policy. A generated one is added to what the server has: its own rules stay. A file of the repository is the whole text,
 * and rules that only the server has are shown as going.
 */
export function planPolicy(wanted: PolicyFact, context: PolicyContext): Step {
  const { namespace, live, desired } = context
  const { name } = wanted
  const { form } = desired
  const byFile = form.by === 'file'
  const generated = byFile ? undefined : generate(name, context)
  const text = generated?.text ?? wanted.text
  const after = readRules(name, text)
  const base = {
    id: stepId(namespace, `policy ${name}`),
    kind: 'policy',
    namespace,
    path: `sys/policies/acl/${name}`,
    fields: [],
    rules: [],
    notes: [],
    write: undefined,
    desired: byFile ? { text } : { form: form.by, rules: generated?.rules.map(plainRule) },
    spans: spansOf(wanted.provenance),
  } as const
  if ('error' in after) {
    const because = `The text of ${byFile ? form.file : 'the policy'} is refused by the server: ${after.error.trim()}.`
    return { ...base, action: 'blocked', because, live: null }
  }
  const write = (body: string) => ({ path: base.path, body: { policy: body } })
  const created = { rules: ruleChanges(new Map(), after.rules), write: write(text) }
  const seen = live?.policy(name)
  if (live === undefined || seen === undefined) return notCheckedStep({ ...base, ...created }, context)
  if (isNotChecked(seen)) {
    return notCheckedStep({ ...base, ...created }, context, seen)
  }
  if (seen.presence === 'absent') return { ...base, ...created, action: 'create', because: undefined, live: null }
  const there = { ...base, live: { text: seen.fact.text } }
  const before = readRules(name, seen.fact.text)
  if (generated === undefined) {
    if (seen.fact.text === text) return { ...there, action: 'no-change', because: undefined }
    if ('error' in before) return { ...there, ...created, action: 'update', because: undefined }
    if (sameRules(before.rules, after.rules)) {
      return { ...there, notes: ['Equal apart from formatting.'], action: 'no-change', because: undefined }
    }
    const changes = { rules: ruleChanges(before.rules, after.rules), write: write(text) }
    return { ...there, ...changes, action: 'update', because: undefined }
  }
  const merged = mergePolicy(name, seen.fact.text, generated.rules, context.variants)
  if ('blocked' in merged) return { ...there, action: 'blocked', because: merged.blocked }
  const now = readRules(name, merged.text)
  if ('error' in before || 'error' in now)
    return { ...there, action: 'blocked', because: `Policy ${name} cannot be read.` }
  const notes = beyond(before.rules, after.rules)
  if (merged.added.length === 0) return { ...there, notes, action: 'no-change', because: undefined }
  const changes = { rules: ruleChanges(before.rules, now.rules), write: write(merged.text) }
  return { ...there, ...changes, notes, action: 'update', because: undefined }
}

/** Git writes the policy otherwise than it will be: what was set up would be called drift the next night. */
export function otherInGit(name: string, step: Step, declared: readonly PolicyFact[]): string[] {
  if (step.action === 'blocked') return []
  const written = step.write?.body.policy ?? (step.live as { readonly text?: unknown } | null)?.text
  const facts = declared.filter((fact) => fact.name === name && (fact.vaultNamespace ?? '') === step.namespace)
  const [fact] = facts
  if (fact?.provenance.from !== 'git' || facts.length > 1 || fact.unknown.length > 0) return []
  const [inGit, after] = [readRules(name, fact.text), readRules(name, String(written))]
  if ('error' in inGit || 'error' in after || sameRules(inGit.rules, after.rules)) return []
  const { file, line } = fact.provenance.span
  const way =
    fact.provenance.form === 'hcl' ? `, or set \`setup.policy.generate: { file: ${file} }\` to write that file` : ''
  return [
    `Git has other rules for this policy (${file}:${line}), so that mode \`drift\` will report the difference. Write these rules into Git${way}.`,
  ]
}

function generate(name: string, { desired, withoutDefault }: PolicyContext) {
  const accesses = [...(desired.accesses.get(name) ?? []), ...(withoutDefault ? SESSION : [])]
  const form = desired.form.by === 'folder' ? 'folder' : 'exact'
  return generatePolicy(accesses, { form, mounts: kvMounts(desired.state.mounts) })
}

function plainRule({ path, capabilities }: GeneratedRule) {
  return { path, capabilities }
}

/** Rules that the server has and no reference asks for under that path: they stay, and people should know. */
function beyond(before: RuleSet, wanted: RuleSet): string[] {
  const extra = [...before]
    .filter(([key]) => !wanted.has(key))
    .map(([, rule]) => `${rule.written} (${capabilitiesOf(rule).join(', ')})`)
  if (extra.length === 0) return []
  const shown = extra.slice(0, 5).join('; ')
  const more = extra.length > 5 ? ` and ${extra.length - 5} more` : ''
  return [`Stays as it is, though no manifest asks for just this path: ${shown}${more}.`]
}
