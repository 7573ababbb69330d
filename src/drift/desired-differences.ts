import type { Difference, FieldDifference, Shown } from '../chain/drift-facts.ts'
import { trimSlashes } from '../model/trim-slashes.ts'
import type { VaultState } from '../model/vault-state.ts'
import { CONFIG_FIELDS, ROLE_FIELDS } from '../setup/normalise.ts'
import type { Plan } from '../setup/plan.ts'
import type { FieldChange, Step } from '../setup/step.ts'
import { shownField } from './shown.ts'

/** Said at the manifest's own line by `role-unbound`, `role-audience` and `policy-denies`. */
const SAID_ELSEWHERE = new Set([
  'bound_service_account_names',
  'bound_service_account_namespaces',
  'audience',
  'token_policies',
])

const KINDS = { 'auth-config': 'auth config', role: 'role', policy: 'policy' } as const

/**
 * What a plan would change of parts that are there, where Git does not declare them: the config of auth mounts, fields of roles
 * that the config file names, and a policy whose file it names. What is absent, and what a policy lacks for the references, has
 * rules of its own.
 */
export function desiredDifferences(plan: Plan, declared: VaultState): Difference[] {
  return plan.steps.flatMap((step): Difference[] => {
    const span = step.spans[0]
    if (span === undefined || !(step.kind in KINDS) || isDeclared(step, declared)) return []
    const kind = KINDS[step.kind as keyof typeof KINDS]
    const there = step.action === 'update' || (step.action === 'blocked' && step.live !== null)
    if (!there) return []
    const fields = [
      ...step.fields
        .filter((change) => kind !== 'role' || !SAID_ELSEWHERE.has(change.field))
        .map((change) => fieldOf(change, kind === 'role' ? ROLE_FIELDS : CONFIG_FIELDS)),
      ...(kind === 'policy' && isFile(step) ? step.rules.map(ruleOf) : []),
    ]
    if (fields.length === 0) return []
    return [{ kind, name: `\`${step.id}\``, path: step.path, namespace: step.namespace, by: 'manifests', span, fields }]
  })
}

/** A generated policy is a lower bound: its rules are added to what is there, and `policy-denies` says what is lacking. */
function isFile(step: Step): boolean {
  return typeof step.desired === 'object' && step.desired !== null && 'text' in step.desired
}

function isDeclared({ kind, path }: Step, declared: VaultState): boolean {
  switch (kind) {
    case 'auth-config':
      return declared.authMounts.some((mount) => mount.config !== undefined && path === `auth/${mount.path}/config`)
    case 'role':
      return declared.roles.some((role) => path === `auth/${trimSlashes(role.authMount)}/role/${role.name}`)
    default:
      return declared.policies.some((policy) => path === `sys/policies/acl/${policy.name}`)
  }
}

function fieldOf(
  { field, before, after }: FieldChange,
  table: Readonly<Record<string, (value: unknown) => unknown>>,
): FieldDifference {
  return { field, expected: shownField(field, after, table[field]), actual: shownField(field, before, table[field]) }
}

function ruleOf({ path, before, after }: Step['rules'][number]): FieldDifference {
  const list = (one: readonly string[] | undefined): Shown =>
    one === undefined ? { code: 'no-rule' } : { code: 'value', text: one.join(', ') }
  return { field: `rule ${path}`, expected: list(after), actual: list(before) }
}
