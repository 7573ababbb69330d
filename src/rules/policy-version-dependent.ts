import { objectsOf } from '../chain/fold-links.ts'
import { kvPath, vaultPathsOf } from '../chain/kv-path.ts'
import { reasonText } from '../report/reasons/not-checked.ts'
import { fingerprint } from './fingerprint.ts'
import { doesOf } from './hops.ts'
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
          headline: `Whether ESO may ${access.capability} \`${kvPath(access.path, store?.path)}\` depends on the server version`,
          why: `${reasonText(decision.because)}.`,
          ...(doesOf(link) === undefined ? {} : { does: doesOf(link) as string }),
          span: reference.span,
          related: decision.winner.flatMap((rule) =>
            rule.span === undefined
              ? []
              : [{ span: rule.span, message: `rule \`${rule.path}\` of policy \`${rule.policy}\`` }],
          ),
          fix: 'say which server it is (config `vault: { product: openbao@2.7 }`), or allow it with a rule that all servers read alike: the folder with its slash',
          objects: objectsOf(link),
          fingerprint: fingerprint(this.id, store?.name, access.path, access.capability),
          vaultPaths: vaultPathsOf(link),
        }
      }
    }
  },
}
