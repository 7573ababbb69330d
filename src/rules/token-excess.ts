import { counted } from '../model/wording.ts'
import { fingerprint } from './fingerprint.ts'
import type { Rule, RuleFinding } from './rule.ts'

/** The CI token can do more than look: it is root, or it could read values. The program never does; whoever steals it could. */
export const tokenExcess: Rule = {
  id: 'token-excess',
  title: 'The CI token can read secret values, or is a root token',
  group: 'facts',
  severity: 'warning',
  *check(chain): Iterable<RuleFinding> {
    for (const state of chain.live?.states.values() ?? []) {
      const { root, readableValues } = state.excess
      const anchor = chain.storeLinks[0]?.store.manifest.span
      if (anchor === undefined || (!root && readableValues.length === 0)) continue
      yield {
        rule: this.id,
        severity: this.severity,
        headline: root
          ? 'This check uses a root token'
          : `The CI token may read the values of ${counted(readableValues.length, 'secret')}`,
        why: root
          ? 'A check needs to see policies, roles and metadata, and nothing else.'
          : `The first is \`${readableValues[0]}\`. A check needs no rule on \`data/\`.`,
        span: anchor,
        related: [],
        fix: 'use a token with the policy that `eso-vault ci-policy` prints',
        fingerprint: fingerprint(this.id, root ? 'root' : 'values'),
      }
      return
    }
  },
}
