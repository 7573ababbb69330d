import type { LawReason, LossReason, NearestHint, RuleLocation } from '../model/law-reason.ts'
import { VARIANTS, type Variant } from '../model/variant.ts'
import type { Acl } from './acl.ts'
import type { AclRule } from './acl-rule.ts'
import { type AclRequest, sortCapabilities } from './authorize.ts'
import { toBytes } from './byte-string.ts'
import { judge, type Verdict } from './decide.ts'
import { lossOf } from './describe-rule.ts'
import { findAll, type Match, requestPath } from './match.ts'
import { nearestRule } from './nearest-rule.ts'

/** A rule that matches a request: the winner first, then the others in the order in which they would win. */
export interface ExplainedRule {
  /** With wildcards and namespace. */
  readonly path: string
  readonly capabilities: readonly string[]
  /** The blocks that were merged into it. */
  readonly blocks: readonly RuleLocation[]
  /** Whether it matches the path as asked for, or without its trailing slash (vault.md §2.1). */
  readonly form: Match['form']
  /** `undefined` for the winner. */
  readonly lostBecause: LossReason | undefined
}

export interface ServerExplanation {
  /** Kinds of servers that judge alike. */
  readonly variants: readonly Variant[]
  readonly verdict: Verdict
  readonly because: LawReason
  readonly rules: readonly ExplainedRule[]
  /** Rules of which a part is not known and that could change the verdict. */
  readonly uncertain: readonly { readonly rule: ExplainedRule; readonly unknown: readonly string[] }[]
}

export interface Explanation {
  readonly operation: AclRequest['operation']
  readonly path: string
  readonly servers: readonly ServerExplanation[]
  /** On a miss: the rule that was probably meant. */
  readonly nearest: { readonly rule: ExplainedRule; readonly hint: NearestHint | undefined } | undefined
}

/** Everything about one request, as data: which rules match, which wins on which server, and why the others lose. */
export function explain(acl: Acl, request: AclRequest, variants: readonly Variant[] = VARIANTS): Explanation {
  const path = toBytes(requestPath(request.path, request.namespace))
  const servers = new Map<string, { variants: Variant[]; explanation: Omit<ServerExplanation, 'variants'> }>()
  for (const judgement of judge(acl, request, variants)) {
    const { winner, lost } = findAll(acl, request.operation, path, judgement.variant)
    const rules = winner
      ? [
          explained(winner.rule, winner.form, undefined),
          ...lost.map(({ rule, form, reason }) => explained(rule, form, lossOf(winner.rule, rule, reason))),
        ]
      : []
    const uncertain = judgement.uncertain.map(({ rule, unknown }) => ({
      rule: explained(rule, 'path', undefined),
      unknown,
    }))
    const explanation = { verdict: judgement.verdict, because: judgement.because, rules, uncertain }
    const key = JSON.stringify(explanation)
    const same = servers.get(key)
    if (same) same.variants.push(judgement.variant)
    else servers.set(key, { variants: [judgement.variant], explanation })
  }
  const all = [...servers.values()].map((one) => ({ variants: one.variants, ...one.explanation }))
  const missed = !acl.root && all.every((one) => one.rules.length === 0)
  const nearest = missed ? nearestRule(acl, path) : undefined
  return {
    operation: request.operation,
    path: request.path,
    servers: all,
    nearest: nearest && { rule: explained(nearest.rule, 'path', undefined), hint: nearest.hint },
  }
}

function explained(rule: AclRule, form: Match['form'], lostBecause: LossReason | undefined): ExplainedRule {
  const capabilities = rule.denies ? ['deny'] : [...sortCapabilities(rule.grants), ...rule.unknownCapabilities]
  return { path: rule.written, capabilities, blocks: rule.blocks, form, lostBecause }
}
