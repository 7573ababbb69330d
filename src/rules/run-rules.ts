import type { Chain } from '../chain/chain.ts'
import type { Finding, Severity } from './finding.ts'
import type { Rule } from './rule.ts'
import { byWorst } from './worst-first.ts'

/** What the config says of rules: another severity, or `off`. */
export type RuleSettings = Readonly<Record<string, Severity | 'off'>>

/** Lets every rule look at the chain, and gives the findings worst first, then by place and rule, each cause once. */
export function runRules(rules: readonly Rule[], chain: Chain, settings: RuleSettings): Finding[] {
  const findings = new Map<string, Finding>()
  for (const rule of rules) {
    const setting = settings[rule.id]
    if (setting === 'off' || (rule.optIn === true && setting === undefined)) continue
    for (const finding of rule.check(chain)) {
      // The same object read through several overlays breaks at one place: one finding, with what each adds (field.md §3).
      const key = `${finding.rule} ${finding.span.file}:${finding.span.line}:${finding.span.column} ${finding.message}`
      if (!findings.has(key)) findings.set(key, setting === undefined ? finding : { ...finding, severity: setting })
    }
  }
  return [...findings.values()].sort(byWorst)
}
