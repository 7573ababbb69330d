import type { Severity, UselessIgnore } from '../model/finding.ts'
import { fingerprint } from './fingerprint.ts'
import type { RuleFinding } from './rule.ts'

/**
 * An ignore that takes nothing out any more, that ended, or that gives no reason. It speaks of what the other rules found, so it
 * runs after them and not over the chain.
 */
export const ignoreUnused = {
  id: 'ignore-unused',
  title: 'An ignore that matches nothing, has ended, or gives no reason',
  group: 'manifest',
  severity: 'warning',
  finding(useless: UselessIgnore, severity?: Severity): RuleFinding {
    return {
      rule: this.id,
      severity: severity ?? this.severity,
      headline: useless.headline,
      fix: useless.fix,
      span: useless.span,
      related: [],
      fingerprint: fingerprint(this.id, useless.why, useless.rule, useless.span.file),
    }
  },
} as const
