import { type Decision, type LawDecision, unknownDecision } from '../model/decision.ts'
import type { OpenLaw } from '../model/reason.ts'
import { ANY_SERVER, type ServerLaw } from '../model/server-law.ts'
import type { PolicyFact } from '../model/vault-state.ts'
import { decide } from '../policy/decide.ts'
import { decidePattern } from '../policy/decide-pattern.ts'
import type { HoledText } from '../policy/hole.ts'
import { buildLaw, type HolderLaw } from '../policy/law.ts'
import { parsePolicy } from '../policy/parse-policy.ts'
import type { InvalidPolicy } from './chain.ts'
import type { Judge, Token } from './follow.ts'

/** No path of a request that a server takes is longer; what is compared with rules must stay in proportion. */
const LONGEST_PATH = 4_096

/**
 * The policy room's judgement, as the chain asks for it. Texts are parsed once and an ACL is built once for each set of them,
 * so that a store with a thousand references costs one.
 */
export function createJudge(server: ServerLaw = ANY_SERVER): Judge {
  const { variants, lists = 'whole' } = server
  const ids = new Map<PolicyFact, number>()
  const laws = new Map<string, HolderLaw>()
  const idOf = (fact: PolicyFact) => {
    const known = ids.get(fact)
    if (known !== undefined) return known
    ids.set(fact, ids.size)
    return ids.size - 1
  }
  // A store with a thousand references asks with one list and one token.
  const asked = new WeakMap<readonly PolicyFact[], WeakMap<Token, HolderLaw>>()
  const lawOf = (facts: readonly PolicyFact[], token: Token): HolderLaw => {
    const ofList = asked.get(facts) ?? new WeakMap<Token, HolderLaw>()
    asked.set(facts, ofList)
    const law = ofList.get(token) ?? lawByKey(facts, token)
    ofList.set(token, law)
    return law
  }
  const lawByKey = (facts: readonly PolicyFact[], token: Token): HolderLaw => {
    const { withDefault, namespaces } = token
    // Who logs in matters only to templates; without any, all who have the policies share one ACL.
    const entity = facts.some(({ text }) => text.includes('{{')) ? token.entity : undefined
    const ids = [...facts.map(idOf)].sort((a, b) => a - b)
    const key = JSON.stringify([ids, withDefault, entity, namespaces?.policies])
    const known = laws.get(key)
    if (known !== undefined) return known
    const made = buildLaw({ policies: facts, server }).forHolder({
      policies: facts.map((fact) => fact.name),
      noDefaultPolicy: !withDefault,
      entity,
      ...(namespaces === undefined ? {} : { namespace: namespaces.policies }),
    })
    laws.set(key, made)
    return made
  }
  return {
    server,
    decide(policies, token, { path, capability, holes, segments = [] }) {
      const { textless, open = [] } = token
      const law = lawOf(policies, token)
      const namespace = token.namespaces?.request ?? ''
      // LIST is asked for the folder, with its slash (vault.md §2.2).
      const asked = capability === 'list' && !path.endsWith('/') ? `${path}/` : path
      if (asked.length > LONGEST_PATH) {
        return unknownDecision({ code: 'path-too-long', limit: LONGEST_PATH })
      }
      const request = { operation: capability, path: asked, namespace, lists } as const
      const present = holes.filter((hole) => asked.includes(hole))
      const decision =
        present.length === 0
          ? decide(law.acl, request, variants)
          : decidePattern(
              law.acl,
              { operation: capability, path: splitAtHoles(asked, present, segments), namespace, lists },
              variants,
            )
      return decision.verdict === 'denied' && textless.length + open.length > 0
        ? doubt(decision, textless, open)
        : decision
    },
    invalid: (policies) => policies.flatMap((policy) => invalidPolicy(policy, server)),
  }
}

/**
 * The same judge, watched over: when the time is over it decides no more, and a bug in one decision costs that one. Both are "not known",
 * never an answer.
 */
export function watchedJudge(judge: Judge, watch: { readonly over: () => boolean }): Judge {
  return {
    ...judge,
    decide(...asked) {
      if (watch.over()) return unknownDecision({ code: 'run-time-over' })
      try {
        return judge.decide(...asked)
      } catch (error) {
        return unknownDecision({ code: 'own-bug', error: error instanceof Error ? error.name : 'no error' })
      }
    },
  }
}

/** Parts of a path that are not known, as they are written: `${NAME}`, but `<NAME>` and `REPLACE_ME` as well (field.md §6). */
function splitAtHoles(path: string, holes: readonly string[], segments: readonly string[]): HoledText {
  const longestFirst = [...holes].sort((a, b) => b.length - a.length)
  const literal = longestFirst.map((hole) => hole.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  return path
    .split(new RegExp(`(${literal.join('|')})`))
    .map((piece, i) => {
      if (i % 2 === 0) return piece
      return segments.includes(piece) ? { hole: piece, holds: 'segment' as const } : { hole: piece }
    })
    .filter((piece) => piece !== '')
}

/** A policy whose text nobody holds, or holds in full, may grant what the known ones do not. */
function doubt(decision: LawDecision, textless: readonly string[], open: readonly OpenLaw[]): Decision {
  return {
    ...decision,
    verdict: 'unknown',
    because: { code: 'policy-text-unknown', policies: textless, open, because: decision.because },
    perVariant: Object.fromEntries(Object.keys(decision.perVariant).map((variant) => [variant, 'unknown'])),
  }
}

/** What a template or a variable stands for may make the text one that parses: then nothing is known (forms.md §2). */
function invalidPolicy(policy: PolicyFact, { product, releases }: ServerLaw): InvalidPolicy[] {
  if (policy.unknown.length > 0) return []
  const result = parsePolicy(policy.text, { product, releases })
  if (result.ok) return []
  const line = result.line ?? 1
  const invalid = { policy, message: result.error.trim(), line, span: policy.spanOfLine?.(line) }
  return [result.unread === true ? { ...invalid, unread: true } : invalid]
}
