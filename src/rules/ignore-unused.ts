import type { Finding, Severity, UselessIgnore } from '../model/finding.ts'
import { fingerprint } from './fingerprint.ts'

/**
 * An ignore that takes nothing out any more, that ended, or that gives no reason. It speaks of what the other rules found, so it
 * runs after them and not over the chain.
 */
export const ignoreUnused = {
  id: 'ignore-unused',
  title: 'An ignore that matches nothing, has ended, or gives no reason',
  group: 'manifest',
  severity: 'warning',
  finding(useless: UselessIgnore, severity?: Severity): Finding {
    return {
      rule: this.id,
      severity: severity ?? this.severity,
      message: useless.message,
      span: useless.span,
      related: [],
      fingerprint: fingerprint(this.id, useless.why, useless.rule, useless.span.file),
    }
  },
} as const
