import { fingerprint } from './fingerprint.ts'
import type { Rule, RuleFinding } from './rule.ts'

/** A secret below a path that the config calls owned, and that no manifest refers to (platform.md §4.2, class 3). */
export const secretUnused: Rule = {
  id: 'secret-unused',
  title: 'A secret under an owned path is referenced by nothing',
  group: 'facts',
  severity: 'warning',
  optIn: true,
  *check(chain): Iterable<RuleFinding> {
    for (const { path, pattern, span } of chain.drift?.unused ?? []) {
      yield {
        rule: this.id,
        severity: this.severity,
        headline: `Secret \`${path}\` is used by no manifest`,
        why: `It lies under \`drift.owned: ${pattern}\`.`,
        does: `owns \`${path}\``,
        span,
        related: [],
        fix: 'delete it if it is left over (`kv metadata delete`), refer to it, or narrow the pattern in `drift.owned`',
        cause: pattern,
        fingerprint: fingerprint(this.id, path),
        vaultPaths: [path],
      }
    }
  },
  together: (findings) => ({ headline: `${findings.length} secrets under an owned path are used by no manifest` }),
}
