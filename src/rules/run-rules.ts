import type { Chain } from '../chain/chain.ts'
import type { Finding, Severity } from '../model/finding.ts'
import { asFinding, foldObjects } from './fold-objects.ts'
import type { Rule, RuleFinding } from './rule.ts'
import { type Unapplied, weighApplied } from './weigh-applied.ts'
import { byWorst } from './worst-first.ts'

/** What the config says of rules: another severity, or `off`. */
export type RuleSettings = Readonly<Record<string, Severity | 'off'>>

/**
 * Lets every rule look at the chain, and gives the findings worst first, then by place and rule, each cause once. What is not applied
 * weighs less (`unapplied`).
 */
export function runRules(
  rules: readonly Rule[],
  chain: Chain,
  settings: RuleSettings,
  unapplied: Unapplied = 'note',
): Finding[] {
  const findings: RuleFinding[] = []
  for (const rule of rules) {
    const setting = settings[rule.id]
    if (setting === 'off' || (rule.optIn === true && setting === undefined)) continue
    for (const finding of rule.check(chain))
      findings.push(setting === undefined ? finding : { ...finding, severity: setting })
  }
  return foldObjects(weighApplied(findings, chain.manifests, unapplied))
    .map(asFinding)
    .sort(byWorst)
}
