import { ANY_SERVER, type ServerLaw } from '../model/server-law.ts'
import type { PolicyFact } from '../model/vault-state.ts'
import { type Acl, type AclPolicy, buildAcl, type Unreadable } from './acl.ts'
import { DEFAULT_POLICY } from './default-policy.ts'
import { type ParseResult, parsePolicy } from './parse-policy.ts'
import type { EntityFacts } from './template.ts'

export interface LawOptions {
  /** Every text that is known; of several facts with one name the first counts (see `Law.ambiguous`). */
  readonly policies: readonly PolicyFact[]
  /** Whose policy language; default any server's. */
  readonly server?: Pick<ServerLaw, 'product' | 'releases'>
  /** Characters that the server refuses in template values (vault.md §2.7); `undefined`: not known. */
  readonly guarded?: readonly string[]
  /** Decides which OpenBao `expiration` is past; default now. */
  readonly now?: Date
}

/** Whose rules: the policies of a token, and who holds it. */
export interface Holder {
  /** Policy names as a role gives them; case does not matter (vault.md §1.6). */
  readonly policies: readonly string[]
  /** The role's `token_no_default_policy`; otherwise every token has `default` too (vault.md §1.7). */
  readonly noDefaultPolicy?: boolean
  /** Fills `{{identity…}}` in rules; `null`: a token without entity; `undefined`: not known offline. */
  readonly entity?: EntityFacts | null | undefined
  /** Vault namespace of the policies, relative to where requests are counted from: `''`, or with a slash at its end. */
  readonly namespace?: string
}

export interface HolderLaw {
  readonly acl: Acl
  /** Names that the token has and that have no text: the server ignores them without a word (vault.md §2.4). */
  readonly missing: readonly string[]
  /** Policies with a text that does not parse; every decision of this ACL is `unknown`. */
  readonly invalid: readonly Unreadable[]
  /** Why the server would refuse this set of policies altogether; then `acl` allows nothing. */
  readonly error: string | undefined
}

export interface Law {
  /** A policy as parsed, once; `undefined`: no text is known. */
  policy(name: string): { readonly fact: PolicyFact; readonly result: ParseResult } | undefined
  /** The merged rules of a token. Cost grows with its own policies, and asking again costs nothing. */
  forHolder(holder: Holder): HolderLaw
  /** Names that more than one fact gives, with different texts: only the first is judged by. */
  readonly ambiguous: readonly string[]
}

/** All policies that are known, parsed when first asked for, and the ACLs made of them, each built once. */
export function buildLaw(options: LawOptions): Law {
  const facts = new Map<string, PolicyFact>()
  const ambiguous = new Set<string>()
  for (const fact of options.policies) {
    const name = fact.name.toLowerCase()
    const existing = facts.get(name)
    if (!existing) facts.set(name, fact)
    else if (existing.text !== fact.text) ambiguous.add(name)
  }
  const parsed = new Map<string, ReturnType<Law['policy']>>()
  const built = new Map<string, HolderLaw>()

  function policy(name: string): ReturnType<Law['policy']> {
    const key = name.toLowerCase()
    if (!parsed.has(key)) parsed.set(key, read(key))
    return parsed.get(key)
  }

  function read(name: string): ReturnType<Law['policy']> {
    const fact = facts.get(name) ?? (name === 'default' ? DEFAULT_POLICY : undefined)
    if (!fact) return undefined
    // The built-in text holds rules of both products.
    const { product, releases } = fact === DEFAULT_POLICY ? ANY_SERVER : (options.server ?? ANY_SERVER)
    const now = options.now ? { now: options.now } : {}
    return { fact, result: parsePolicy(fact.text, { product, releases, unknown: fact.unknown, ...now }) }
  }

  function forHolder(holder: Holder): HolderLaw {
    const given = holder.noDefaultPolicy ? holder.policies : [...holder.policies, 'default']
    const names = [...new Set(given.map((name) => name.trim().toLowerCase()).filter((name) => name !== ''))].sort()
    const key = JSON.stringify([names, holder.entity === undefined ? 'unknown' : holder.entity, holder.namespace])
    const existing = built.get(key)
    if (existing) return existing
    const law = build(names, holder)
    built.set(key, law)
    return law
  }

  function build(names: readonly string[], { entity, namespace = '' }: Holder): HolderLaw {
    const policies: (AclPolicy | 'root')[] = []
    const missing: string[] = []
    const invalid: Unreadable[] = []
    for (const name of names) {
      const known = name === 'root' ? undefined : policy(name)
      if (name === 'root') policies.push('root')
      else if (!known) missing.push(name)
      else if (!known.result.ok) invalid.push({ policy: name, says: known.result.error.trim() })
      else {
        const { spanOfLine, unknown } = known.fact
        policies.push({ name, parsed: known.result.policy, namespace, unknown, ...(spanOfLine ? { spanOfLine } : {}) })
      }
    }
    // `root` is never joined by `default` (vault.md §2.1).
    const rooted = names.includes('root') && names.every((name) => name === 'root' || name === 'default')
    const result = buildAcl(rooted ? ['root'] : policies, {
      ...(entity === undefined ? {} : { entity }),
      ...(options.guarded ? { guarded: options.guarded } : {}),
      unreadable: invalid,
    })
    if ('acl' in result) return { acl: result.acl, missing, invalid, error: undefined }
    const nothing = buildAcl([])
    if ('error' in nothing) throw new Error(nothing.error)
    return { acl: nothing.acl, missing, invalid, error: result.error }
  }

  return { policy, forHolder, ambiguous: [...ambiguous].sort() }
}
