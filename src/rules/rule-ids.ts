import type { Severity } from '../model/finding.ts'
import { ignoreUnused } from './ignore-unused.ts'
import { RULES } from './registry.ts'

/** Every id that a config file or an ignore may name. */
export const RULE_IDS: readonly string[] = [...RULES.map((rule) => rule.id), ignoreUnused.id]

/** Rules that speak of what the server itself showed: certain, whatever else it hid. */
export const FACT_RULES: ReadonlySet<string> = new Set(
  RULES.filter(({ group }) => group === 'facts').map(({ id }) => id),
)

export interface SarifRule {
  readonly id: string
  /** One line: what is wrong when the rule speaks. */
  readonly title: string
  readonly severity: Severity
}

/** What SARIF tells of the rules. */
export const SARIF_RULES: readonly SarifRule[] = [...RULES, ignoreUnused].map(({ id, title, severity }) => ({
  id,
  title,
  severity,
}))
