import type { Decision } from '../../model/decision.ts'
import type { RuleLocation } from '../../model/law-reason.ts'
import type { Access } from '../../model/reference.ts'
import { SERVERS } from '../../model/variant.ts'
import type { ServerExplanation } from '../../policy/explain.ts'
import type { ExplainedRequest, ExplainedVerdict, RuleShown } from '../../report/answer.ts'
import { lossText } from '../../report/reasons/law.ts'
import { reasonText } from '../../report/reasons/not-checked.ts'
import type { StoreLaw } from './store-law.ts'

/**
 * A request with its verdict, or its verdicts where kinds of servers judge differently (vault.md §2.1: only LIST). Without `law`
 * (a path with unknown parts) there is the one decision.
 */
export function explainRequest(
  access: Access,
  decision: Decision,
  law: StoreLaw | undefined,
  step: number,
): ExplainedRequest {
  const { http } = access
  const servers = access.capability === 'list' ? (law?.explain(access)?.servers ?? []) : []
  const differ = new Set(servers.map(({ verdict, rules }) => `${verdict} ${rules[0]?.path ?? ''}`)).size > 1
  return {
    step,
    method: http.method,
    url: `${http.path}${http.query === undefined ? '' : `?${http.query}`}`,
    path: access.path,
    capability: access.capability,
    below: access.below === true,
    when: access.when,
    verdicts: differ ? servers.map(verdictOfServer) : [verdictOf(decision)],
  }
}

export function verdictOf(decision: Decision): ExplainedVerdict {
  const { verdict, because, winner, beaten } = decision
  return {
    servers: [],
    verdict,
    because: `${reasonText(because)}.`,
    winner: winner.map(ruleShown),
    beaten: beaten().map(({ rule, why }) => ({ ...ruleShown(rule), why: lossText(why) })),
  }
}

function verdictOfServer({ variants, verdict, because, rules }: ServerExplanation): ExplainedVerdict {
  const [winner, ...beaten] = rules
  return {
    servers: variants.map((variant) => SERVERS[variant]),
    verdict,
    because: `${reasonText(because)}.`,
    winner: (winner?.blocks ?? []).map(ruleShown),
    beaten: beaten.flatMap(({ blocks, lostBecause }) =>
      blocks.map((block) => ({ ...ruleShown(block), why: lostBecause === undefined ? '' : lossText(lostBecause) })),
    ),
  }
}

export function ruleShown({ policy, path, capabilities, span, line }: RuleLocation): RuleShown {
  return {
    policy,
    path,
    capabilities: [...capabilities],
    place: span === undefined ? null : { file: span.file, line: span.line },
    line: span === undefined ? (line ?? null) : null,
  }
}
