import type { Span } from '../../model/span.ts'
import type { MountFact, PolicyFact } from '../../model/vault-state.ts'
import { generatePolicy, type WantedAccess } from '../../policy/generate.ts'
import type { PolicyForm, Unplanned } from './desired.ts'

/** A role (or a store without one) whose token needs a policy. */
export interface PolicyUser {
  readonly namespace: string
  readonly authMount: string
  readonly role: string
  /** The config names the policy itself (stores that log in without a role). */
  readonly configured: string | undefined
  readonly accesses: readonly WantedAccess[]
  readonly spans: readonly Span[]
}

export interface PolicyWishes {
  readonly name: string | undefined
  readonly form: PolicyForm
  readonly span: Span | undefined
}

/** The policy that a role gets: its own name, unless the config gives a pattern. Lower-case, as the server stores it (vault.md §1.6). */
export function policyNameOf(user: Pick<PolicyUser, 'role' | 'authMount' | 'configured'>, name: string | undefined) {
  if (user.configured !== undefined) return user.configured
  const mount = user.authMount.replaceAll('/', '-')
  return (name ?? user.role).replaceAll('{role}', user.role).replaceAll('{mount}', mount).toLowerCase()
}

/** One policy for each role. Roles that are given the same name share one policy, and a note says what that means. */
export function desiredPolicies(
  users: readonly PolicyUser[],
  wishes: PolicyWishes,
  textOf: (file: string) => string | undefined,
  mounts: readonly MountFact[],
  unplanned: Unplanned[],
): { readonly policies: PolicyFact[]; readonly accesses: Map<string, readonly WantedAccess[]> } {
  const byName = new Map<string, PolicyUser[]>()
  for (const user of users) {
    const name = policyNameOf(user, wishes.name)
    byName.set(name, [...(byName.get(name) ?? []), user])
  }
  const policies: PolicyFact[] = []
  const accesses = new Map<string, readonly WantedAccess[]>()
  for (const [name, sharing] of [...byName].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const wanted = sharing.flatMap((user) => user.accesses)
    const text = policyText(name, wanted, wishes, textOf, mounts, unplanned)
    if (text === undefined) continue
    if (sharing.length > 1 && wishes.form.by !== 'file') {
      const roles = sharing.map((user) => `\`${user.role}\` of auth mount \`${user.authMount}\``).join(', ')
      const message =
        `Policy \`${name}\` is shared by ${roles}: each of them may then do what the others need.` +
        ' Part them with `setup: { policy: { name: "{mount}-{role}" } }`.'
      unplanned.push({ message, span: wishes.span ?? sharing[0]?.spans[0], weight: 'note' })
    }
    accesses.set(name, wanted)
    policies.push({
      name,
      text,
      unknown: [],
      provenance: { from: 'manifests', spans: sharing.flatMap((user) => user.spans) },
    })
  }
  return { policies, accesses }
}

function policyText(
  name: string,
  wanted: readonly WantedAccess[],
  { form, span }: PolicyWishes,
  textOf: (file: string) => string | undefined,
  mounts: readonly MountFact[],
  unplanned: Unplanned[],
): string | undefined {
  if (name === 'root' || name === 'default' || name === '') {
    const message = `Policy \`${name}\` is the server's own and is not planned: name another one in \`setup.policy.name\`.`
    unplanned.push({ message, span, weight: 'blocked' })
    return undefined
  }
  if (form.by === 'file') {
    const text = textOf(form.file)
    if (text !== undefined && text.trim() !== '') return text
    const message = `The policy file ${form.file} ${text === undefined ? 'is not in the files that were read' : 'is empty'}: correct \`setup.policy.generate.file\`.`
    unplanned.push({ message, span, weight: 'blocked' })
    return undefined
  }
  const { text, inexpressible } = generatePolicy(wanted, { form: form.by, mounts: kvMounts(mounts) })
  for (const { path, group } of inexpressible) {
    const message = `No rule can name just \`${path}\`${group === undefined ? '' : ` (${group})`}: a policy takes its \`*\`, \`+\` or \`{{\` for more. Rename the key, or write the policy by hand.`
    unplanned.push({ message, span, weight: 'blocked' })
  }
  return text
}

/** Mounts as the generator takes them, so that a folder rule never reaches above one. */
export function kvMounts(mounts: readonly MountFact[]): { path: string; version: 1 | 2 }[] {
  return mounts.flatMap(({ path, version }) => (version === undefined ? [] : [{ path, version }]))
}
