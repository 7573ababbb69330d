import { objectsOf } from '../chain/fold-links.ts'
import { vaultPathsOf } from '../chain/kv-path.ts'
import { nameReference } from '../model/wording.ts'
import { reasonText } from '../report/reasons/not-checked.ts'
import { fingerprint } from './fingerprint.ts'
import { lintFindings } from './policy-lint.ts'
import type { Rule, RuleFinding } from './rule.ts'

/** Servers judge the same policies differently: on LIST requests, and on texts that only some versions accept (vault.md §6). */
export const policyVersionDependent: Rule = {
  id: 'policy-version-dependent',
  title: 'Whether a request is allowed depends on the version of the server',
  group: 'law',
  severity: 'warning',
  *check(chain): Iterable<RuleFinding> {
    yield* lintFindings(chain, 'policy-version-dependent', this.id, 'note')
    for (const link of chain.links) {
      const { reference, accesses, store } = link
      for (const { access, decision } of accesses) {
        const verdicts = new Set(Object.values(decision.perVariant))
        if (decision.verdict !== 'unknown' || !verdicts.has('allowed') || !verdicts.has('denied')) continue
        yield {
          rule: this.id,
          severity: this.severity,
          message: (object) =>
            `${nameReference(reference, object)} needs ${access.capability} on \`${access.path}\`. ${reasonText(decision.because)}.`,
          span: reference.span,
          related: decision.winner.flatMap((rule) =>
            rule.span === undefined
              ? []
              : [{ span: rule.span, message: `rule \`${rule.path}\` of policy \`${rule.policy}\`` }],
          ),
          fix: 'Say which server it is (config `vault: { product: openbao@2.7 }`), or grant it with a rule that no server reads otherwise: the folder with its slash.',
          objects: objectsOf(link),
          fingerprint: fingerprint(this.id, store?.name, access.path, access.capability),
          vaultPaths: vaultPathsOf(link),
        }
      }
    }
  },
}
