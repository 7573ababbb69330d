import type { Decision } from '../model/decision.ts'
import { ANY_SERVER, type ServerLaw } from '../model/server-law.ts'
import type { PolicyFact } from '../model/vault-state.ts'
import { decide } from '../policy/decide.ts'
import { decidePattern } from '../policy/decide-pattern.ts'
import { type HoledText, holeFinder } from '../policy/hole.ts'
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
  const lawOf = (facts: readonly PolicyFact[], token: Token): HolderLaw => {
    const { withDefault, entity, namespaces } = token
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
    decide(policies, token, { path, capability, holes }) {
      const { textless } = token
      const law = lawOf(policies, token)
      const namespace = token.namespaces?.request ?? ''
      // LIST is asked for the folder, with its slash (vault.md §2.2).
      const asked = capability === 'list' && !path.endsWith('/') ? `${path}/` : path
      if (asked.length > LONGEST_PATH) {
        const because = `The path is longer than ${LONGEST_PATH} characters, and is not judged.`
        return { verdict: 'unknown', winner: [], beaten: [], because, perVariant: {} }
      }
      const request = { operation: capability, path: asked, namespace, lists } as const
      const present = holes.filter((hole) => asked.includes(hole))
      const decision =
        present.length === 0
          ? decide(law.acl, request, variants)
          : decidePattern(
              law.acl,
              { operation: capability, path: splitAtHoles(asked, present), namespace, lists },
              variants,
            )
      return decision.verdict === 'denied' && textless.length > 0 ? doubt(decision, textless) : decision
    },
    invalid: (policies) => policies.flatMap((policy) => invalidPolicy(policy, server)),
  }
}

/**
 * The same judge, watched over: when the time is over it decides no more, and a bug in one decision costs that one. Both are "not known",
 * never an answer.
 */
export function watchedJudge(judge: Judge, watch: { readonly over: () => boolean }): Judge {
  const unknown = (because: string): Decision => ({
    verdict: 'unknown',
    winner: [],
    beaten: [],
    because,
    perVariant: {},
  })
  return {
    ...judge,
    decide(...asked) {
      if (watch.over()) return unknown('The time for the run was over before it was judged.')
      try {
        return judge.decide(...asked)
      } catch (error) {
        const name = error instanceof Error ? error.name : 'no error'
        return unknown(`eso-vault failed to judge it (${name}), a bug of its own: please report it.`)
      }
    },
  }
}

/** Parts of a path that are not known, as they are written: `${NAME}`, but `<NAME>` and `REPLACE_ME` as well (field.md §6). */
function splitAtHoles(path: string, holes: readonly string[]): HoledText {
  const longestFirst = [...holes].sort((a, b) => b.length - a.length)
  const literal = longestFirst.map((hole) => hole.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  return path
    .split(new RegExp(`(${literal.join('|')})`))
    .map((piece, i) => (i % 2 === 1 ? { hole: piece } : piece))
    .filter((piece) => piece !== '')
}

/** A policy whose text nobody holds may grant what the known ones do not. */
function doubt(decision: Decision, textless: readonly string[]): Decision {
  const names = textless.map((name) => `\`${name}\``).join(', ')
  return {
    ...decision,
    verdict: 'unknown',
    because: `${decision.because} The text of ${textless.length === 1 ? 'policy' : 'policies'} ${names} is not known, and may allow it.`,
    perVariant: Object.fromEntries(Object.keys(decision.perVariant).map((variant) => [variant, 'unknown'])),
  }
}

function invalidPolicy(policy: PolicyFact, { product, releases }: ServerLaw): InvalidPolicy[] {
  const result = parsePolicy(policy.text, { product, releases, unknown: policy.unknown })
  if (result.ok) return []
  const line = result.line ?? 1
  const invalid = { policy, message: result.error.trim(), line, span: policy.spanOfLine?.(line) }
  if (result.unread === true) return [{ ...invalid, unread: true }]
  return hangsOnVariable(policy, line) ? [] : [invalid]
}

/** A variable outside of quotes, at or before the error, may stand for text that parses: then nothing is known (field.md §4). */
function hangsOnVariable({ text, unknown }: PolicyFact, line: number): boolean {
  if (unknown.length === 0) return false
  const { within } = holeFinder(unknown)
  return text
    .split('\n')
    .slice(0, line)
    .some((one) => within(withoutQuoted(one)))
}

/** A line without what stands between quotes, `\"` among it; a quote that nothing closes stays. In one pass, whatever the line. */
function withoutQuoted(line: string): string {
  let kept = ''
  let from = 0
  for (;;) {
    const open = line.indexOf('"', from)
    if (open < 0) return kept + line.slice(from)
    let close = open + 1
    while (close < line.length && line[close] !== '"') close += line[close] === '\\' ? 2 : 1
    if (close >= line.length) return kept + line.slice(from)
    kept += `${line.slice(from, open)}""`
    from = close + 1
  }
}
