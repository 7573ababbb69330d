import { weakness } from '../../model/documentation.ts'
import type {
  AuthMountFact,
  DeclaredForm,
  InNamespace,
  MountFact,
  Provenance,
  RoleFact,
} from '../../model/vault-state.ts'
import type { Declared, DeclaredConflict, DeclaredPolicy } from './declared.ts'

type Sorted = Pick<Declared, 'state' | 'shadowed' | 'conflicts'>

interface Facts {
  readonly policies: readonly DeclaredPolicy[]
  readonly roles: readonly RoleFact[]
  readonly mounts: readonly MountFact[]
  readonly authMounts: readonly AuthMountFact[]
}

/**
 * Settles what is declared more than once: Markdown and comments give way to every other form (design §3), facts that say the same become
 * one, and those that do not are kept and told as a conflict.
 */
export function settle(facts: Facts): Sorted {
  const policies = settleKind(facts.policies, (policy) => policy.name, policyContent)
  const roles = settleKind(facts.roles, (role) => `${role.authMount}/${role.name}`, roleContent)
  const mounts = settleKind(facts.mounts, (mount) => mount.path, mountContent)
  const authMounts = settleKind(mergeAuthMounts(facts.authMounts), (mount) => mount.path, authMountContent)
  const conflicts: DeclaredConflict[] = [
    ...policies.conflicts.map(([name, all]) => ({ what: 'policy' as const, name, facts: all })),
    ...roles.conflicts.map(([name, all]) => ({ what: 'role' as const, name, facts: all })),
    ...mounts.conflicts.map(([name, all]) => ({ what: 'mount' as const, name, facts: all })),
    ...authMounts.conflicts
      .filter(([, all]) => disagree(all))
      .map(([name, all]) => ({ what: 'auth mount' as const, name, facts: all })),
  ]
  return {
    state: { policies: policies.kept, roles: roles.kept, mounts: mounts.kept, authMounts: authMounts.kept },
    shadowed: {
      policies: policies.shadowed,
      roles: roles.shadowed,
      mounts: mounts.shadowed,
      authMounts: authMounts.shadowed,
    },
    conflicts,
  }
}

/** What is written into different Vault namespaces is not the same thing. */
function within({ vaultNamespace }: InNamespace): string {
  return vaultNamespace === undefined ? '' : `${vaultNamespace} `
}

function settleKind<Fact extends { readonly provenance: Provenance; readonly namedBy?: DeclaredForm } & InNamespace>(
  facts: readonly Fact[],
  nameOf: (fact: Fact) => string,
  contentOf: (fact: Fact) => string,
) {
  const byName = new Map<string, Fact[]>()
  // A page or a comment seldom says which Vault namespace it means.
  const elsewhere = new Set(facts.filter((fact) => !isDocumentation(fact)).map(nameOf))
  for (const fact of facts) {
    const name = within(fact) + nameOf(fact)
    const same = byName.get(name)
    if (same === undefined) byName.set(name, [fact])
    else same.push(fact)
  }
  const kept: Fact[] = []
  const shadowed: Fact[] = []
  const conflicts: [string, readonly Fact[]][] = []
  for (const [name, all] of byName) {
    const counting = all.filter((fact) => {
      const counts = !elsewhere.has(nameOf(fact)) || !isDocumentation(fact)
      if (!counts) shadowed.push(fact)
      return counts
    })
    const distinct = [...new Map(counting.toReversed().map((fact) => [contentOf(fact), fact])).values()].toReversed()
    kept.push(...distinct)
    if (distinct.length > 1) conflicts.push([name, distinct])
  }
  return { kept, shadowed, conflicts }
}

/** Said by a page or a comment, or by a file that only a page or a comment gives its name. */
function isDocumentation(fact: { readonly provenance: Provenance; readonly namedBy?: DeclaredForm }): boolean {
  const { provenance, namedBy } = fact
  return weakness(provenance) === 2 || namedBy === 'markdown' || namedBy === 'comment'
}

/** Equal but for white space at the ends of lines and blank lines: Vault reads both alike (vault.md §7.2). */
function policyContent({ text }: DeclaredPolicy): string {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join('\n')
}

function roleContent({ provenance: _, unknown: _unknown, policies, ...role }: RoleFact): string {
  return JSON.stringify({
    ...role,
    parameters: undefined,
    policies: policies?.toSorted(),
    fields: Object.entries(role.fields).sort(),
  })
}

function mountContent({ type, version }: MountFact): string {
  return JSON.stringify([type, version])
}

function authMountContent({ type, config }: AuthMountFact): string {
  return JSON.stringify([type, config === undefined ? undefined : Object.entries(config).sort()])
}

/** One that enables and one that configures say different things of one auth mount, not opposite ones. */
function disagree(facts: readonly AuthMountFact[]): boolean {
  const types = new Set(facts.map((fact) => fact.type).filter((type) => type !== ''))
  const configs = new Set(facts.filter((fact) => fact.config !== undefined).map(authMountContent))
  return types.size > 1 || configs.size > 1
}

/** `auth enable` and the write to `auth/<mount>/config` that follows it in the same file tell of one auth mount. */
function mergeAuthMounts(facts: readonly AuthMountFact[]): AuthMountFact[] {
  const merged: AuthMountFact[] = []
  for (const fact of facts) {
    const index = merged.findIndex(
      (other) =>
        other.path === fact.path &&
        other.vaultNamespace === fact.vaultNamespace &&
        fileOf(other) === fileOf(fact) &&
        joinable(other, fact),
    )
    const other = merged[index]
    if (other === undefined) merged.push(fact)
    else {
      const enabled = other.config === undefined ? other : fact
      const configured = other.config === undefined ? fact : other
      const { config, provenance } = configured
      merged[index] = {
        ...enabled,
        unknown: [...new Set([...other.unknown, ...fact.unknown])],
        ...(config === undefined ? {} : { config, configProvenance: provenance }),
      }
    }
  }
  return merged
}

function joinable(a: AuthMountFact, b: AuthMountFact): boolean {
  return (a.config === undefined) !== (b.config === undefined)
}

function fileOf({ provenance }: { readonly provenance: Provenance }): string | undefined {
  return provenance.from === 'git' ? provenance.span.file : undefined
}
