import { lookUp } from '../model/look-up.ts'
import type { RoleFact } from '../model/vault-state.ts'
import { boundTo } from '../policy/bound-names.ts'
import type { Seen } from '../state/live/live-state.ts'
import { policySet, ROLE_FIELDS, sameField, seconds, text, textSet } from './normalise.ts'
import { isNotChecked, notCheckedStep, type PartContext, spansOf } from './part-context.ts'
import { type FieldChange, type Step, stepId } from './step.ts'

/** Seconds; for a role that is created and of which nobody says anything. ESO logs in anew for each refresh. */
const DEFAULT_ROLE_TTL = 3600

const SELECTOR = 'bound_service_account_namespace_selector'

type Fields = Readonly<Record<string, unknown>>

/**
 * One role. A write is partial: fields that are not sent stay, except the namespace selector, which is therefore sent along every
 * time (vault.md §4.6). Names, namespaces and policies that the server has beyond the wanted ones stay too.
 */
export function planRole(wanted: RoleFact, mountStep: Step, context: PartContext): Step {
  const { namespace, live } = context
  const desired = {
    names: textSet(wanted.boundServiceAccountNames),
    namespaces: textSet(wanted.boundServiceAccountNamespaces),
    audiences: wanted.audiences ?? [],
    policies: wanted.policies ?? [],
    ttl: wanted.fields.token_ttl ?? null,
  }
  const path = `auth/${wanted.authMount}/role/${wanted.name}`
  const base = {
    id: stepId(namespace, `role ${wanted.name} of auth mount ${wanted.authMount}/`),
    kind: 'role',
    namespace,
    path,
    fields: [],
    rules: [],
    notes: [],
    write: undefined,
    desired,
    spans: spansOf(wanted.provenance),
  } as const
  const body: Fields = {
    bound_service_account_names: desired.names,
    bound_service_account_namespaces: desired.namespaces,
    token_policies: desired.policies,
    token_ttl: wanted.fields.token_ttl ?? DEFAULT_ROLE_TTL,
    ...(desired.audiences[0] === undefined ? {} : { audience: desired.audiences[0] }),
  }
  const created = {
    fields: Object.entries(body).map(([field, after]): FieldChange => ({ field, before: undefined, after })),
    write: { path, body },
  }
  if (mountStep.action === 'blocked') {
    return { ...base, action: 'blocked', because: `auth/${wanted.authMount}/ itself is blocked.`, live: null }
  }
  const seen: Seen<RoleFact> | undefined =
    mountStep.action === 'create' ? { presence: 'absent' } : live?.role(wanted.authMount, wanted.name)
  if (live === undefined || seen === undefined) return notCheckedStep({ ...base, ...created }, context)
  if (isNotChecked(seen)) {
    return notCheckedStep({ ...base, ...created }, context, seen)
  }
  if (seen.presence === 'absent') {
    if (desired.names.length > 0 && desired.namespaces.length > 0) {
      return { ...base, ...created, action: 'create', because: undefined, live: null }
    }
    const because = `No manifest names the ServiceAccount and the namespace that log in with role ${wanted.name}, and the server refuses a role that is bound to nobody. Give the store a \`serviceAccountRef\` with name and namespace.`
    return { ...base, action: 'blocked', because, live: null }
  }
  return compareRole(base, path, wanted, seen.fact.fields)
}

function compareRole(
  base: Omit<Step, 'action' | 'because' | 'live'>,
  path: string,
  wanted: RoleFact,
  live: Fields,
): Step {
  const state = normalised(live)
  const fields: FieldChange[] = []
  const notes: string[] = []
  const widen = (field: string, want: readonly string[], has: (one: string, there: readonly string[]) => boolean) => {
    const there = textSet(live[field])
    const missing = want.filter((one) => !has(one, there))
    // In the server's order, with what is new behind it: a list is stored as it is given (vault.md §7.2).
    const before = Array.isArray(live[field]) ? live[field] : there
    if (missing.length > 0) fields.push({ field, before: live[field] ?? [], after: [...before, ...missing] })
  }
  const bound = (name: string, patterns: readonly string[]) => boundTo(patterns, name)
  widen('bound_service_account_names', wanted.boundServiceAccountNames ?? [], bound)
  widen('bound_service_account_namespaces', wanted.boundServiceAccountNamespaces ?? [], bound)
  const policies = policySet([...textSet(live.token_policies), ...textSet(live.policies)])
  widen('token_policies', wanted.policies ?? [], (name) => policies.includes(name))
  const audiences = wanted.audiences ?? []
  const audience = text(live.audience)
  if (audiences.length > 0 && !audiences.includes(audience)) {
    fields.push({ field: 'audience', before: live.audience, after: audiences[0] })
  } else if (audiences.length === 0 && audience !== '') {
    notes.push(
      `The role checks the audience ${audience}, and not every store asks for it (\`serviceAccountRef.audiences\`): those logins fail.`,
    )
  }
  const ttl = wanted.fields.token_ttl
  if (ttl !== undefined && !sameField(seconds, live.token_ttl, ttl)) {
    fields.push({ field: 'token_ttl', before: live.token_ttl, after: ttl })
    const most = seconds(live.token_max_ttl)
    if (typeof most === 'number' && most > 0 && typeof ttl === 'number' && ttl > most) {
      const because = `\`setup.role.ttl\` is ${ttl} seconds, and the role's token_max_ttl is ${most}: the server refuses that. Raise token_max_ttl by hand, or ask for less.`
      return { ...base, fields, notes, action: 'blocked', because, live: state }
    }
  }
  if (fields.length === 0) return { ...base, notes, action: 'no-change', because: undefined, live: state }
  const selector = text(live[SELECTOR])
  const body = {
    ...Object.fromEntries(fields.map(({ field, after }) => [field, after])),
    ...(selector === '' ? {} : { [SELECTOR]: selector }),
  }
  return { ...base, fields, notes, write: { path, body }, action: 'update', because: undefined, live: state }
}

function normalised(fields: Fields): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([field, value]) => [
      field,
      (lookUp(ROLE_FIELDS, field) ?? ((one: unknown) => one))(value),
    ]),
  )
}
