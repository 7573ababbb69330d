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
  /** How seldom it is wrong: templates are run by a program that is not Go. */
  readonly precision: 'very-high' | 'high'
  /** It tells of rights that are wider than needed: how grave that is, from 0 to 10, as code scanning wants it. */
  readonly securitySeverity?: string
}

const LESS_PRECISE: ReadonlySet<string> = new Set(['template-invalid', 'template-key-absent'])

/** An alert with a security severity stands on the security scale: only rules about rights have one. */
const SECURITY_SEVERITY: Readonly<Record<string, string>> = {
  'policy-excess': '5.0',
  'reviewer-token-static': '4.0',
  'service-account-token-template': '6.0',
  'token-excess': '7.0',
}

/** What SARIF tells of the rules. */
export const SARIF_RULES: readonly SarifRule[] = [...RULES, ignoreUnused].map(({ id, title, severity }) => ({
  id,
  title,
  severity,
  precision: LESS_PRECISE.has(id) ? 'high' : 'very-high',
  ...(SECURITY_SEVERITY[id] === undefined ? {} : { securitySeverity: SECURITY_SEVERITY[id] }),
}))
