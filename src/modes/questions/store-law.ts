import type { StoreLink } from '../../chain/chain.ts'
import { loginEntity } from '../../chain/login-entity.ts'
import { lookUpPolicy } from '../../chain/lookup.ts'
import { spanOfProvenance } from '../../chain/provenance.ts'
import { tokenNamespaces, vaultNamespaceOf } from '../../chain/vault-namespaces.ts'
import type { Decision } from '../../model/decision.ts'
import type { Access } from '../../model/reference.ts'
import type { Span } from '../../model/span.ts'
import { trimSlashes } from '../../model/trim-slashes.ts'
import type { PolicyFact } from '../../model/vault-state.ts'
import { decide } from '../../policy/decide.ts'
import { type Explanation, explain } from '../../policy/explain.ts'
import { buildLaw } from '../../policy/law.ts'
import { reasonText } from '../../report/reasons/not-checked.ts'
import type { Gathered } from '../gather.ts'

/** One policy of the token that a store's login gives. */
export interface TokenPolicy {
  readonly name: string
  /** Where its text comes from; `undefined`: nobody holds it, and `problem` says why. */
  readonly from: 'git' | 'vault' | 'snapshot' | 'built in' | undefined
  readonly span: Span | undefined
  readonly problem: string | undefined
}

/** The rules of one store's token, for questions that no link carries: the session's own requests, and every server variant. */
export interface StoreLaw {
  readonly policies: readonly TokenPolicy[]
  decide(access: Pick<Access, 'path' | 'capability'>): Decision
  /** Which rules match on which kind of server; `undefined` where a policy's text is not known. */
  explain(access: Pick<Access, 'path' | 'capability'>): Explanation | undefined
}

/** `undefined`: it is not known which policies the token has. */
export function storeLaw(storeLink: StoreLink, gathered: Gathered): StoreLaw | undefined {
  const { store, policies, links } = storeLink
  if (policies === undefined) return undefined
  const { chain, live, judging } = gathered
  const login = store.authNamespace ?? store.vaultNamespace
  const knowledge = {
    declared: chain.declared,
    live: live.get(trimSlashes(login ?? '')),
    vaultNamespace: vaultNamespaceOf(store, login),
  }
  const namespaces = tokenNamespaces(store)
  const facts: PolicyFact[] = []
  const listed: TokenPolicy[] = []
  for (const name of policies.names) {
    const policy = lookUpPolicy(name, store.manifest.span, knowledge)
    if (policy.found === 'known') {
      const { provenance } = policy.fact
      facts.push(policy.fact)
      listed.push({
        name,
        from: provenance.from === 'vault' || provenance.from === 'snapshot' ? provenance.from : 'git',
        span: spanOfProvenance(provenance),
        problem: undefined,
      })
    } else listed.push({ name, from: undefined, span: undefined, problem: problemOf(policy) })
  }
  const known = listed.every((policy) => policy.from !== undefined)
  if (policies.withDefault) listed.push({ name: 'default', from: 'built in', span: undefined, problem: undefined })
  const root = policies.names.includes('root')
  const { acl } = buildLaw({ policies: facts, server: judging }).forHolder({
    policies: root ? ['root'] : facts.map((fact) => fact.name),
    noDefaultPolicy: !policies.withDefault,
    entity: loginEntity(links[0]?.reference.identity, { ...storeLink, auth: store.auth }, chain.declared),
    namespace: namespaces?.policies ?? '',
  })
  const requestOf = ({ path, capability }: Pick<Access, 'path' | 'capability'>) => ({
    operation: capability,
    namespace: namespaces?.request ?? '',
    path: capability === 'list' && !path.endsWith('/') ? `${path}/` : path,
  })
  return {
    policies: listed,
    decide: (access) => {
      const decision = decide(acl, requestOf(access), judging.variants)
      // A policy whose text nobody holds may grant what the known ones do not.
      return decision.verdict === 'denied' && !known ? { ...decision, verdict: 'unknown' } : decision
    },
    explain: (access) => (known ? explain(acl, requestOf(access), judging.variants) : undefined),
  }
}

function problemOf(policy: Exclude<ReturnType<typeof lookUpPolicy>, { found: 'known' }>): string {
  switch (policy.found) {
    case 'absent':
      return policy.by === 'vault' ? 'the server has no such policy: it grants nothing' : 'Git holds no such policy'
    case 'conflict':
      return `${policy.facts.length} places in Git declare it differently`
    case 'unknown':
      return reasonText(policy.because)
  }
}
