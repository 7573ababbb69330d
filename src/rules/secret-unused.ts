import { listed } from '../model/wording.ts'
import { placesOf, reportCauses } from './common-cause.ts'
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
    const { id, severity } = this
    yield* reportCauses(
      (chain.drift?.unused ?? []).map(({ path, pattern, span }) => ({
        cause: pattern,
        finding: {
          rule: id,
          severity,
          message: `\`${path}\` exists, lies under \`drift.owned: ${pattern}\`, and no manifest that was read refers to it. Nobody rotates or removes what nobody knows of.`,
          span,
          related: [],
          fix: 'Delete it if it is left over (vault kv metadata delete), refer to it, or make the pattern in `drift.owned` narrower.',
          fingerprint: fingerprint(id, path),
          vaultPaths: [path],
        },
      })),
      (findings) => {
        const [first] = findings
        const paths = findings.flatMap((finding) => finding.vaultPaths ?? [])
        const few = listed(paths.slice(0, 5).map((path) => `\`${path}\``))
        return {
          ...first,
          message: `${findings.length} secrets under an owned path are referenced by no manifest that was read: ${few} and ${paths.length - 5} more. Nobody rotates or removes what nobody knows of.`,
          related: placesOf(findings.slice(1), 'the pattern that owns them').slice(0, 1),
          fingerprint: fingerprint(id, ...paths),
          vaultPaths: paths,
        }
      },
    )
  },
}
