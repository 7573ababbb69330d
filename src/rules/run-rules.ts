import type { Chain } from '../chain/chain.ts'
import type { Finding, Severity } from '../model/finding.ts'
import { asFinding, foldObjects } from './fold-objects.ts'
import type { Rule, RuleFinding } from './rule.ts'
import { type Unapplied, weighApplied } from './weigh-applied.ts'
import { byWorst } from './worst-first.ts'

/** What the config says of rules: another severity, or `off`. */
export type RuleSettings = Readonly<Record<string, Severity | 'off'>>

/** Who watches over the rules; without it they take their time, and what throws is thrown on. */
export interface RuleWatch {
  readonly over: () => boolean
  readonly leaveRule: (rule: string) => void
  readonly failRule: (rule: string, error: unknown) => void
}

export interface RunRulesOptions {
  /** What becomes of findings about what nothing applies. Default `note`. */
  readonly unapplied?: Unapplied
  readonly watch?: RuleWatch
}

/**
 * Lets every rule look at the chain, and gives the findings worst first, then by place and rule, each cause once. What is not applied
 * weighs less.
 */
export function runRules(
  rules: readonly Rule[],
  chain: Chain,
  settings: RuleSettings,
  { unapplied = 'note', watch }: RunRulesOptions = {},
): Finding[] {
  const findings: RuleFinding[] = []
  for (const rule of rules) {
    const setting = settings[rule.id]
    if (setting === 'off' || ((rule.optIn ?? false) !== false && setting === undefined)) continue
    const add = (finding: RuleFinding) =>
      void findings.push(setting === undefined ? finding : { ...finding, severity: setting })
    if (watch === undefined) for (const finding of rule.check(chain)) add(finding)
    else watched(rule, chain, add, watch)
  }
  return foldObjects(weighApplied(findings, chain.manifests, unapplied))
    .map(asFinding)
    .sort(byWorst)
}

/** One rule, up to where the time is over or it fails: what it found until then stands. */
function watched(rule: Rule, chain: Chain, add: (finding: RuleFinding) => void, watch: RuleWatch): void {
  try {
    let left = watch.over()
    if (!left) {
      for (const finding of rule.check(chain)) {
        add(finding)
        left = watch.over()
        if (left) break
      }
    }
    if (left) watch.leaveRule(rule.id)
  } catch (error) {
    watch.failRule(rule.id, error)
  }
}
