import { DEFAULT_VARIANTS } from '../model/variant.ts'
import type { MountFact, PolicyFact, RoleFact } from '../model/vault-state.ts'
import type { DesiredState } from '../state/desired/desired.ts'
import type { LiveState, Seen } from '../state/live/live-state.ts'
import { toRoleFact } from '../state/live/roles.ts'
import { type Step, stepId } from './step.ts'

/**
 * The server as it will be once the steps are written: what the plan's promise "these references become covered" is judged by.
 * Parts that could not be seen count as set up, parts that are blocked as they are.
 */
export function afterState(desired: DesiredState, live: LiveState | undefined, steps: readonly Step[]): LiveState {
  const base = live ?? NOTHING_SEEN
  const stepOf = (name: string) => steps.find((step) => step.id === stepId(desired.namespace, name))
  const willBe = (step: Step | undefined) =>
    step?.write !== undefined && step.action !== 'blocked' && step.action !== 'no-change' ? step.write.body : undefined
  const roles = new Map<string, Seen<RoleFact>>()
  for (const { authMount, name } of desired.state.roles) {
    const body = willBe(stepOf(`role ${name} of auth mount ${authMount}/`))
    if (body === undefined) continue
    const there = base.role(authMount, name)
    const fields = { ...(there?.presence === 'present' ? there.fact.fields : {}), ...body }
    roles.set(`${authMount}\n${name}`, { presence: 'present', fact: toRoleFact(authMount, name, 'kubernetes', fields) })
  }
  const policies = new Map<string, Seen<PolicyFact>>()
  for (const policy of desired.state.policies) {
    const body = willBe(stepOf(`policy ${policy.name}`))
    if (body !== undefined) {
      policies.set(policy.name, { presence: 'present', fact: { ...policy, text: String(body.policy) } })
    }
  }
  const mounts = new Map<string, Seen<MountFact>>()
  for (const mount of desired.state.mounts) {
    if (willBe(stepOf(`KV mount ${mount.path}/`)) !== undefined)
      mounts.set(mount.path, { presence: 'present', fact: mount })
  }
  return {
    ...base,
    mount: (path) => mounts.get(path) ?? base.mount(path),
    role: (authMount, name) => roles.get(`${authMount}\n${name.toLowerCase()}`) ?? base.role(authMount, name),
    policy: (name) => policies.get(name.toLowerCase()) ?? base.policy(name),
  }
}

/** Of a server that nobody asked. */
const NOTHING_SEEN: LiveState = {
  state: { mounts: [], authMounts: [], roles: [], policies: [] },
  server: { product: undefined, version: undefined, variants: DEFAULT_VARIANTS, standby: false },
  token: { lookedUp: false, type: undefined, policies: [], root: false, numUses: 0, ttl: undefined },
  mount: () => undefined,
  authMount: () => undefined,
  authConfig: () => undefined,
  role: () => undefined,
  policy: () => undefined,
  secretFact: () => undefined,
  find: () => undefined,
  missingRights: [],
  excess: { root: false, readableValues: [] },
  unanswered: [],
  warnings: [],
}
