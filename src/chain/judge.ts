import type { Decision, LawDecision } from '../model/decision.ts'
import { DEFAULT_VARIANTS, type Variant } from '../model/variant.ts'
import type { PolicyFact } from '../model/vault-state.ts'
import { decide } from '../policy/decide.ts'
import { decidePattern } from '../policy/decide-pattern.ts'
import { type HoledText, holeFinder } from '../policy/hole.ts'
import { buildLaw, type HolderLaw, type LawOptions } from '../policy/law.ts'
import { parsePolicy } from '../policy/parse-policy.ts'
import type { InvalidPolicy } from './chain.ts'
import type { Judge } from './follow.ts'

export interface JudgeOptions {
  readonly product?: LawOptions['product']
  readonly variants?: readonly Variant[]
}

/**
 * The policy room's judgement, as the chain asks for it. Texts are parsed once and an ACL is built once for each set of them,
 * so that a store with a thousand references costs one.
 */
export function createJudge({ product = 'any', variants = DEFAULT_VARIANTS }: JudgeOptions = {}): Judge {
  const ids = new Map<PolicyFact, number>()
  const laws = new Map<string, HolderLaw>()
  const idOf = (fact: PolicyFact) => {
    const known = ids.get(fact)
    if (known !== undefined) return known
    ids.set(fact, ids.size)
    return ids.size - 1
  }
  const lawOf = (facts: readonly PolicyFact[], withDefault: boolean): HolderLaw => {
    const key = `${[...facts.map(idOf)].sort((a, b) => a - b).join(',')};${withDefault}`
    const known = laws.get(key)
    if (known !== undefined) return known
    const made = buildLaw({ policies: facts, product }).forHolder({
      policies: facts.map((fact) => fact.name),
      noDefaultPolicy: !withDefault,
    })
    laws.set(key, made)
    return made
  }
  return {
    decide(policies, { withDefault, textless }, { path, capability, holes }) {
      const law = lawOf(policies, withDefault)
      // LIST is asked for the folder, with its slash (vault.md §2.2).
      const asked = capability === 'list' && !path.endsWith('/') ? `${path}/` : path
      const request = { operation: capability, path: asked } as const
      const present = holes.filter((hole) => asked.includes(hole))
      const decision =
        present.length === 0
          ? decide(law.acl, request, variants)
          : decidePattern(law.acl, { operation: capability, path: splitAtHoles(asked, present) }, variants)
      return decision.verdict === 'denied' && textless.length > 0 ? doubt(decision, textless) : decision
    },
    invalid: (policies) => policies.flatMap((policy) => invalidPolicy(policy, product)),
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
function doubt(decision: LawDecision, textless: readonly string[]): Decision {
  return {
    ...decision,
    verdict: 'unknown',
    because: { code: 'policy-text-unknown', policies: textless, because: decision.because },
    perVariant: Object.fromEntries(Object.keys(decision.perVariant).map((variant) => [variant, 'unknown'])),
  }
}

function invalidPolicy(policy: PolicyFact, product: LawOptions['product']): InvalidPolicy[] {
  const result = parsePolicy(policy.text, { product: product ?? 'any', unknown: policy.unknown })
  if (result.ok) return []
  const line = result.line ?? 1
  if (hangsOnVariable(policy, line)) return []
  return [{ policy, message: result.error.trim(), line, span: policy.spanOfLine?.(line) }]
}

/** A variable outside of quotes, at or before the error, may stand for text that parses: then nothing is known (field.md §4). */
function hangsOnVariable({ text, unknown }: PolicyFact, line: number): boolean {
  if (unknown.length === 0) return false
  const { within } = holeFinder(unknown)
  return text
    .split('\n')
    .slice(0, line)
    .some((one) => within(one.replace(/"(?:[^"\\]|\\.)*"/g, '""')))
}
